// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The standing of a case, and comparisons of outcomes.
#include "conform/outcome.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::conform {
namespace {

bool is_digit(char character) {
  return std::isdigit(static_cast<unsigned char>(character)) != 0;
}

Standing standing_of(const Outcome& outcome) {
  if (outcome.wrong())
    return Standing::wrong;
  if (outcome.word == "other")
    return Standing::not_for_it;
  if (outcome.word == "skip")
    return Standing::skipped;
  return outcome.word == "differs" ? Standing::differs : Standing::passed;
}

// The first of these texts that is not empty, for a case on a kernel where it ran.
enum class Verdict { none, agree, differ, wrong };
Verdict compare(const Outcome& ours, const Outcome& theirs) {
  if (!ours.ran() || !theirs.ran())
    return Verdict::none;
  if (ours.wrong() || theirs.wrong())
    return Verdict::wrong;
  return ours.word == theirs.word ? Verdict::agree : Verdict::differ;
}

} // namespace

std::string_view name_of(Kernel kernel) {
  return kernel == Kernel::real ? "real" : "simulated";
}

bool Case::runs_on(Kernel on) const {
  return kernel == "none" || kernel == "either" || kernel == name_of(on);
}

bool Outcome::wrong() const {
  return !word.empty() && std::isupper(static_cast<unsigned char>(word.front())) != 0;
}

const Outcome& Column::outcome(const Case& one, Kernel kernel) const {
  static const Outcome kNone;
  const auto run = runs.find(kernel);
  if (run == runs.end())
    return kNone;
  const auto found = run->second.outcomes.find(one.name);
  return found == run->second.outcomes.end() ? kNone : found->second;
}

std::string Column::words(const Case& one) const {
  std::string text;
  std::string last;
  for (const Kernel kernel : kKernels) {
    if (!one.runs_on(kernel) || !runs.contains(kernel))
      continue;
    const std::string& word = outcome(one, kernel).word;
    if (text.empty())
      text = word;
    else if (word != last)
      text += "/" + word;
    last = word;
  }
  return text.empty() ? "other" : text;
}

bool Column::is_reference() const {
  return !label.empty() && is_digit(label.front());
}

void complete(Column& column, const std::vector<Case>& cases) {
  const bool none_ran = count_all(column, cases).ran() == 0;
  for (auto& [kernel, run] : column.runs) {
    if (none_ran && run.broken.empty() && run.refusal.empty())
      run.broken = "no case ran";
    for (const Case& one : cases)
      if (!run.broken.empty())
        run.outcomes.try_emplace(one.name, Outcome{"skip", "the run did not come so far", {}, 0});
  }
}

Standing standing(const Column& column, const Case& one) {
  Standing worst = Standing::not_for_it;
  for (const auto& [kernel, run] : column.runs)
    worst = std::max(worst, standing_of(column.outcome(one, kernel)));
  return worst;
}

void Count::add(Standing standing) {
  cases++;
  switch (standing) {
  case Standing::not_for_it:
    not_for_it++;
    break;
  case Standing::skipped:
    skipped++;
    break;
  case Standing::passed:
    passed++;
    break;
  case Standing::differs:
    differ++;
    break;
  case Standing::wrong:
    wrong++;
    break;
  }
}

Count& Count::operator+=(const Count& other) {
  for (const auto field : {&Count::cases, &Count::passed, &Count::differ, &Count::wrong,
                           &Count::skipped, &Count::not_for_it})
    this->*field += other.*field;
  return *this;
}

std::string Count::text() const {
  if (ran() == 0)
    return "";
  return wrong == 0 ? fmt::format("{}", ran()) : fmt::format("{}/{}", ran() - wrong, ran());
}

Count count_all(const Column& column, const std::vector<Case>& cases) {
  Count count;
  for (const Case& one : cases)
    count.add(standing(column, one));
  return count;
}

Count count_of(const Column& column, const std::vector<Case>& cases, std::string_view function) {
  Count count;
  for (const Case& one : cases)
    if (one.function == function)
      count.add(standing(column, one));
  return count;
}

Judgement judgement(const Column& column, const std::vector<Case>& cases) {
  const Count count = count_all(column, cases);
  bool known = count.ran() > 0;
  bool good = count.wrong == 0;
  for (const auto& [kernel, run] : column.runs) {
    known = known && run.refusal.empty() && (run.broken.empty() || run.library_broke);
    good = good && !run.library_broke;
  }
  if (!good)
    return Judgement::not_conforming;
  return known ? Judgement::conforming : Judgement::unknown;
}

Judgement judgement(const std::vector<Column>& columns, const std::vector<Case>& cases) {
  Judgement sum = Judgement::conforming;
  for (const Column& column : columns) {
    if (column.recorded || sum == Judgement::not_conforming)
      continue;
    if (const Judgement one = judgement(column, cases); one != Judgement::conforming)
      sum = one;
  }
  return sum;
}

std::string_view name_of(Judgement judgement) {
  switch (judgement) {
  case Judgement::conforming:
    return "conforming";
  case Judgement::not_conforming:
    return "not conforming";
  case Judgement::unknown:
    break;
  }
  return "could not tell";
}

std::vector<std::string> functions_of(const std::vector<Case>& cases) {
  std::vector<std::string> functions;
  std::set<std::string> known;
  for (const Case& one : cases)
    if (known.insert(one.function).second)
      functions.push_back(one.function);
  return functions;
}

std::string releases_of(const Case& one) {
  std::vector<std::string> parts;
  for (const auto& [what, release] : {std::pair{"since", one.since == "1.0" ? "-" : one.since},
                                      {"until", one.until},
                                      {"changed in", one.changed_in}})
    if (release != "-")
      parts.push_back(fmt::format("{} {}", what, release));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string short_name(std::string_view function) {
  constexpr std::string_view kPrefix = "@LIBBPF_";
  const std::size_t at = function.find(kPrefix);
  if (at == std::string_view::npos)
    return std::string(function);
  return fmt::format("{}@{}", function.substr(0, at), function.substr(at + kPrefix.size()));
}

Agreement agreement(const Column& column, const Column& reference, const std::vector<Case>& cases) {
  Agreement result{reference.label, 0, 0, {}};
  for (const Case& one : cases) {
    Verdict worst = Verdict::none;
    for (const Kernel kernel : kKernels)
      worst = std::max(worst, compare(column.outcome(one, kernel), reference.outcome(one, kernel)));
    result.agree += worst == Verdict::agree ? 1 : 0;
    result.differ += worst == Verdict::differ ? 1 : 0;
    if (worst == Verdict::wrong)
      result.wrong.push_back(one.name);
  }
  return result;
}

std::vector<Agreement> agreements(const Column& column, const std::vector<Column>& columns,
                                  const std::vector<Case>& cases) {
  std::vector<Agreement> all;
  if (column.is_reference())
    return all;
  for (const Column& reference : columns)
    if (reference.is_reference() &&
        (!column.label.starts_with('+') || column.label == "+" + reference.label))
      if (Agreement one = agreement(column, reference, cases); one.cases() > 0)
        all.push_back(std::move(one));
  return all;
}

Groups differences_of(const Column& column, const std::vector<Case>& cases) {
  Groups groups;
  for (const Case& one : cases)
    if (standing(column, one) == Standing::differs)
      groups[one.difference].push_back(one.name);
  return groups;
}

Groups reasons_to_skip(const Column& column, const std::vector<Case>& cases) {
  Groups groups;
  for (const Case& one : cases)
    if (standing(column, one) == Standing::skipped)
      for (const Kernel kernel : kKernels)
        if (const Outcome& outcome = column.outcome(one, kernel); outcome.word == "skip") {
          groups[outcome.remark].push_back(one.name);
          break;
        }
  return groups;
}

} // namespace ringside::tool::conform
