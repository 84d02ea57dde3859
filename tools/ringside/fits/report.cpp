// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A matrix of kernels and answers, and below it each answer that is not plain, with its kernels.
#include "fits/report.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/json_text.hpp"

namespace ringside::tool::fits {
namespace {

using object::Answer;
using object::Finding;

struct Word {
  Answer answer;
  const char* word;
  const char* meaning; // of the list of such answers
};
constexpr Word kWords[] = {
    {Answer::resolved, "resolved", ""},
    {Answer::guarded, "guarded", "the program asks for it first, or does not use it"},
    {Answer::undecided, "undecided", "the types do not say"},
    {Answer::missing, "missing", "loading fails"},
};

const char* word_of(Answer answer) {
  return kWords[static_cast<std::size_t>(answer)].word;
}

std::string sentence_of(const Finding& found) {
  const char* const between = found.what.empty() || found.why.empty() ? "" : ": ";
  return fmt::format("{}{}{}", found.what, between, found.why);
}

// Entry is an answer, the programs to which it was given, and the kernels that gave it.
struct Entry {
  Answer answer;
  std::string sentence;
  std::vector<std::string> uses;
  std::vector<std::string> kernels;
};

void add_once(std::vector<std::string>& words, const std::string& word) {
  if (std::find(words.begin(), words.end(), word) == words.end())
    words.push_back(word);
}

std::vector<Entry> entries_of(const Report& report) {
  std::vector<Entry> entries;
  for (const Column& column : report.columns)
    for (const Finding& found : column.fit.findings) {
      if (found.answer == Answer::resolved)
        continue;
      const std::string sentence = sentence_of(found);
      auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& other) {
        return other.answer == found.answer && other.sentence == sentence;
      });
      if (entry == entries.end())
        entry = entries.insert(entries.end(), {found.answer, sentence, {}, {}});
      add_once(entry->uses, found.program.empty()
                                ? std::string(found.about)
                                : fmt::format("{} in prog '{}'", found.about, found.program));
      add_once(entry->kernels, column.kernel);
    }
  return entries;
}

std::string joined(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 4;
  std::string text;
  for (std::size_t index = 0; index < std::min(words.size(), kMost); ++index)
    text += (index == 0 ? "" : ", ") + words[index];
  if (words.size() > kMost)
    text += fmt::format(" and {} more", words.size() - kMost);
  return text;
}

std::string matrix_of(const Report& report) {
  constexpr std::string_view kFirst = "kernel";
  std::size_t width = kFirst.size();
  for (const Column& column : report.columns)
    width = std::max(width, column.kernel.size());
  std::string text = fmt::format("{:<{}}", kFirst, width);
  for (const Word& word : kWords)
    text += fmt::format("  {:>9}", word.word);
  text += '\n';
  for (const Column& column : report.columns) {
    text += fmt::format("{:<{}}", column.kernel, width);
    for (const Word& word : kWords)
      text += column.error.empty() ? fmt::format("  {:>9}", column.count(word.answer))
                                   : fmt::format("  {:>9}", '-');
    text += fmt::format("  {}\n", column.verdict());
  }
  return text;
}

} // namespace

std::size_t Column::count(Answer answer) const {
  return static_cast<std::size_t>(
      std::count_if(fit.findings.begin(), fit.findings.end(),
                    [answer](const Finding& found) { return found.answer == answer; }));
}

const char* Column::verdict() const {
  if (!error.empty())
    return "not read";
  if (count(Answer::missing) != 0)
    return "does not fit";
  return count(Answer::undecided) != 0 ? "may fit" : "fits";
}

std::string text_of(const Report& report) {
  std::string text =
      fmt::format("{}: what it wants of a kernel's types\n\n{}", report.object, matrix_of(report));
  const std::vector<Entry> entries = entries_of(report);
  for (const Answer answer : {Answer::missing, Answer::undecided, Answer::guarded}) {
    const Word& word = kWords[static_cast<std::size_t>(answer)];
    bool is_first = true;
    for (const Entry& entry : entries) {
      if (entry.answer != answer)
        continue;
      if (is_first)
        text += fmt::format("\n{}: {}\n", word.word, word.meaning);
      is_first = false;
      text += fmt::format("  {}\n    {}; {}\n", entry.sentence, joined(entry.uses),
                          entry.kernels.size() == report.columns.size() && report.columns.size() > 1
                              ? "on all of these kernels"
                              : "on " + joined(entry.kernels));
    }
  }
  const bool lacks_names =
      std::any_of(report.columns.begin(), report.columns.end(), [](const Column& column) {
        return !column.has_modules &&
               std::any_of(column.fit.findings.begin(), column.fit.findings.end(),
                           [](const Finding& found) {
                             const std::string_view about = found.about;
                             return found.answer == Answer::missing &&
                                    (about == "function" || about == "target");
                           });
      });
  if (lacks_names)
    text +=
        "\nnote: modules may have what a kernel has not: give a folder with the BTF of both, the "
        "kernel's as 'vmlinux'\n";
  for (const Column& column : report.columns)
    if (!column.error.empty())
      text += fmt::format("\nnote: {}\n", column.error);
  for (const std::string& left_out : report.left_out)
    text += fmt::format("note: {}\n", left_out);
  return text;
}

std::string json_of(const Report& report) {
  nlohmann::json kernels = nlohmann::json::array();
  for (const Column& column : report.columns) {
    nlohmann::json kernel = {{"kernel", column.kernel}, {"verdict", column.verdict()}};
    if (!column.error.empty()) {
      kernel["error"] = column.error;
      kernels.push_back(kernel);
      continue;
    }
    for (const Word& word : kWords)
      kernel["counts"][word.word] = column.count(word.answer);
    kernel["findings"] = nlohmann::json::array();
    for (const Finding& found : column.fit.findings)
      kernel["findings"].push_back({{"answer", word_of(found.answer)},
                                    {"about", found.about},
                                    {"what", found.what},
                                    {"why", found.why},
                                    {"program", found.program}});
    kernels.push_back(kernel);
  }
  return json_text(
      {{"object", report.object}, {"kernels", kernels}, {"left_out", report.left_out}});
}

} // namespace ringside::tool::fits
