// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The checks, one function each, and the table of them.
#include "abi/check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "abi/releases.hpp"
#include "abi/wording.hpp"

namespace ringside::tool::abi {
namespace {

using Findings = std::vector<Finding>;

// Comparison: both sides of a check, and the lookups that several checks share.
class Comparison {
public:
  Comparison(const ElfFile& file, const Contract& contract)
      : file_(file), found_(file.surface), contract_(contract), promised_(contract.surface) {
    for (const Node& node : found_.nodes)
      if (!nodes_.emplace(node.name, &node).second)
        nodes_twice_.insert(node.name);
    for (const Symbol& symbol : found_.symbols) {
      if (!symbols_.emplace(std::pair(symbol.name, symbol.node), &symbol).second)
        symbols_twice_.insert(full_name(symbol));
      by_name_.emplace(symbol.name, &symbol);
    }
    for (const Node& node : promised_.nodes)
      promised_nodes_.insert(node.name);
    for (const SymbolRun& run : symbol_runs()) {
      known_.emplace(run.name, run.node);
      if (found_.nodes.empty())
        misplaced_.insert(run.name);
    }
    for (const Symbol& symbol : promised_.symbols) {
      known_.emplace(symbol.name, symbol.node);
      if (!finds(symbol))
        misplaced_.insert(symbol.name);
    }
  }

  [[nodiscard]] Findings soname() const {
    if (found_.soname == promised_.soname)
      return {};
    std::string breaks = "a program that was linked to it does not start";
    if (!contract_.own)
      breaks = fmt::format("a program linked against libbpf {} or newer asks for {} and does not "
                           "start",
                           releases()[first_with_soname_of(contract_.release)], promised_.soname);
    return {{found_.soname.empty()
                 ? fmt::format("there is no soname; it must be {}", promised_.soname)
                 : fmt::format("the soname is {}, not {}", found_.soname, promised_.soname),
             contract_.own ? "" : std::string(releases()[first_with_soname_of(contract_.release)]),
             breaks}};
  }

  [[nodiscard]] Findings nodes() const {
    if (found_.nodes.empty())
      return {{"there are no version nodes at all", since(promised_.nodes.front().name),
               "glibc ends a program linked against any libbpf at its first call, or at start with "
               "BIND_NOW (no version information available, and an assertion of ld.so)"}};
    Findings findings;
    for (const Node& node : promised_.nodes)
      if (!nodes_.contains(node.name))
        findings.push_back(missing_node(node.name));
    for (const Node& node : found_.nodes)
      if (since(node.name).empty() && !is_of_the_future(node.name) &&
          !promised_nodes_.contains(node.name))
        findings.push_back({fmt::format("the version node {} is of no libbpf release", node.name),
                            "",
                            "a program linked against this library and to that node starts with no "
                            "other libbpf"});
    for (const std::string& name : nodes_twice_)
      findings.push_back(twice("the version node " + name));
    return findings;
  }

  [[nodiscard]] Findings symbols() const {
    Findings findings;
    for (const Symbol& symbol : promised_.symbols) {
      if (!symbol.is_default || finds(symbol) || node_is_missing(symbol.node))
        continue;
      const auto elsewhere = by_name_.find(symbol.name);
      findings.push_back(
          {elsewhere == by_name_.end()
               ? fmt::format("{} is not there", full_name(symbol))
               : fmt::format("{} is not there, but in {}", full_name(symbol),
                             elsewhere->second->node.empty() ? "no version node"
                                                             : elsewhere->second->node),
           since(symbol.name, symbol.node), fails_at_call(symbol)});
    }
    return findings;
  }

  [[nodiscard]] Findings defaults() const {
    Findings findings;
    for (const Symbol& symbol : promised_.symbols) {
      const Symbol* found = find(symbol);
      if (found == nullptr && !symbol.is_default && !node_is_missing(symbol.node))
        findings.push_back(
            {fmt::format("the compatibility version {} is not there", full_name(symbol)),
             since(symbol.name, symbol.node), fails_at_call(symbol)});
      if (found != nullptr && !found->node.empty() && found->is_default != symbol.is_default)
        findings.push_back(
            {fmt::format("{} must be {}", full_name(*found),
                         symbol.is_default ? "the default version, with @@"
                                           : "a compatibility version, with one @"),
             since(symbol.name, symbol.node),
             fmt::format("a program that is linked anew {}",
                         symbol.is_default ? linked_instead(symbol)
                                           : fmt::format("gets what is for programs linked against "
                                                         "{}",
                                                         era_of(symbol)))});
    }
    return findings;
  }

  [[nodiscard]] Findings kinds() const {
    Findings findings;
    for (const Symbol& symbol : promised_.symbols) {
      const Symbol* found = find(symbol);
      if (found != nullptr && found->kind != SymbolKind::function)
        findings.push_back(
            {fmt::format("{} is {}, not a function", full_name(*found), kind_text(found->kind)),
             since(symbol.name, symbol.node),
             "a program that calls it crashes, or takes a copy of it when it is "
             "linked anew"});
      else if (found != nullptr && found->weak)
        findings.push_back({fmt::format("{} is weak", full_name(*found)),
                            since(symbol.name, symbol.node),
                            "a program that runs with LD_DYNAMIC_WEAK set gets another library's "
                            "function of that name"});
    }
    return findings;
  }

  [[nodiscard]] Findings exports() const {
    Findings findings;
    for (const Symbol& symbol : found_.symbols)
      if (!is_known(symbol) && !is_of_the_future(symbol.node))
        findings.push_back(
            {fmt::format("{} is exported{}, and no libbpf release does so", full_name(symbol),
                         symbol.node.empty() ? " without a version node" : ""),
             "",
             fmt::format("a program or library with a {} of its own may get this one, or this "
                         "library theirs",
                         symbol.name)});
    for (const std::string& name : symbols_twice_)
      findings.push_back(twice(name));
    return findings;
  }

  [[nodiscard]] Findings text_relocations() const {
    if (!file_.text_relocations)
      return {};
    return {{"there are text relocations (code was compiled without -fPIC)", "",
             "a program does not start where code may not be written to (SELinux, musl), and "
             "elsewhere no process shares the code"}};
  }

  [[nodiscard]] Findings stack() const {
    if (!file_.executable_stack)
      return {};
    return {{file_.stack_told ? "an executable stack is asked for"
                              : "the stack is not told to be plain data (no PT_GNU_STACK)",
             "",
             "a program that loads it with dlopen() fails from glibc 2.41 on, and others run with "
             "an executable stack"}};
  }

  [[nodiscard]] Findings relro() const {
    if (file_.relro != Relro::none)
      return {};
    return {{"there is no RELRO segment", "",
             "no program fails; in all of them the library's table of functions stays open to "
             "stray writes"}};
  }

  [[nodiscard]] Findings needed() const {
    Findings findings;
    for (const std::string& name : file_.needed)
      if (!may_need(name))
        findings.push_back(
            {fmt::format("{} is needed, and {} does not need it", name, contract_.title), "",
             fmt::format("a program does not start where {} is not installed", name)});
    return findings;
  }

private:
  static Finding twice(const std::string& name) {
    return {name + " is there twice", "", "a program that uses it gets either of the two"};
  }

  // The file's symbol for a promised one. In a file without version nodes only the name counts.
  [[nodiscard]] const Symbol* find(const Symbol& symbol) const {
    const auto found =
        symbols_.find({symbol.name, found_.nodes.empty() ? std::string() : symbol.node});
    return found == symbols_.end() ? nullptr : found->second;
  }
  [[nodiscard]] bool finds(const Symbol& symbol) const { return find(symbol) != nullptr; }

  [[nodiscard]] bool node_is_missing(const std::string& node) const {
    return !found_.nodes.empty() && !nodes_.contains(node);
  }

  [[nodiscard]] Finding missing_node(const std::string& node) const {
    std::vector<std::string_view> names;
    for (const Symbol& symbol : promised_.symbols)
      if (symbol.node == node)
        names.push_back(symbol.name);
    constexpr std::size_t kShown = 3;
    const std::size_t shown = std::min(names.size(), kShown);
    std::string what = fmt::format("the version node {} is not there", node);
    if (!names.empty())
      what += fmt::format(
          ", with {}{}", fmt::join(std::span(names).first(shown), ", "),
          names.size() > shown ? " and " + counted(names.size() - shown, "more function") : "");
    return {what, since(node),
            fmt::format("a program linked against {} that uses {} does not start (version `{}' "
                        "not found)",
                        or_newer(since(node)), names.empty() ? "the node" : "one of them", node)};
  }

  // The first release with a symbol; if no release has it, our own library.
  static std::string or_newer(std::string_view first) {
    return first.empty() ? "ringside" : fmt::format("libbpf {} or newer", first);
  }

  // A program that wants the symbol was linked against one of these releases.
  [[nodiscard]] static std::string era_of(const Symbol& symbol) {
    std::string first = since(symbol.name, symbol.node);
    std::optional<std::size_t> last;
    for (const SymbolRun& run : symbol_runs())
      if (run.name == symbol.name && run.node == symbol.node && run.is_default)
        last = run.last;
    if (!last || *last == newest_release())
      return or_newer(first);
    return fmt::format("libbpf {} to {}", first, releases()[*last]);
  }

  static std::string fails_at_call(const Symbol& symbol) {
    return fmt::format("a program linked against {} that calls it fails at its first call, or at "
                       "start with BIND_NOW",
                       era_of(symbol));
  }

  [[nodiscard]] std::string linked_instead(const Symbol& symbol) const {
    const auto [first, last] = by_name_.equal_range(symbol.name);
    for (auto other = first; other != last; ++other)
      if (other->second->is_default)
        return fmt::format("gets {} instead", full_name(*other->second));
    return "cannot use it (undefined reference)";
  }

  static std::string_view kind_text(SymbolKind kind) {
    switch (kind) {
    case SymbolKind::function:
      return "a function";
    case SymbolKind::data:
      return "data";
    case SymbolKind::thread_local_data:
      return "thread-local data";
    case SymbolKind::untyped:
      break;
    }
    return "without a type";
  }

  // It belongs to a release or to the contract; or the other checks report it.
  [[nodiscard]] bool is_known(const Symbol& symbol) const {
    return known_.contains({symbol.name, symbol.node}) || misplaced_.contains(symbol.name);
  }

  [[nodiscard]] bool may_need(std::string_view name) const {
    // The C library and the loader, as glibc and musl name them; libbpf itself needs libelf and
    // zlib.
    const bool c_library = name == "libc.so.6" || name == "libc.so" ||
                           name.starts_with("libc.musl-") || name.starts_with("ld-linux");
    return c_library || (!contract_.own && (name == "libelf.so.1" || name == "libz.so.1"));
  }

  const ElfFile& file_;
  const Surface& found_;
  const Contract& contract_;
  const Surface& promised_;
  std::map<std::string, const Node*> nodes_;
  std::map<std::pair<std::string, std::string>, const Symbol*> symbols_;
  std::multimap<std::string, const Symbol*> by_name_;
  std::set<std::string> promised_nodes_, nodes_twice_, symbols_twice_;
  std::set<std::pair<std::string_view, std::string_view>> known_; // of any release
  std::set<std::string_view> misplaced_; // promised names that are not where they should be
};

struct Check {
  std::string_view id;
  Findings (Comparison::*run)() const;
};

// A malicious file can cause a million findings: too many to read, and they need memory.
Findings limited(Findings findings) {
  constexpr std::size_t kMost = 1000;
  if (findings.size() > kMost) {
    const std::size_t left_out = findings.size() - kMost;
    findings.resize(kMost);
    findings.push_back({counted(left_out, "more finding") + " of this kind", "", "as above"});
  }
  return findings;
}

constexpr Check kChecks[] = {
    {"soname", &Comparison::soname},
    {"nodes", &Comparison::nodes},
    {"symbols", &Comparison::symbols},
    {"defaults", &Comparison::defaults},
    {"kinds", &Comparison::kinds},
    {"exports", &Comparison::exports},
    {"textrel", &Comparison::text_relocations},
    {"stack", &Comparison::stack},
    {"relro", &Comparison::relro},
    {"needed", &Comparison::needed},
};

} // namespace

std::vector<CheckResult> run_checks(const ElfFile& file, const Contract& contract) {
  const Comparison comparison(file, contract);
  std::vector<CheckResult> results;
  for (const Check& check : kChecks)
    results.push_back({check.id, limited((comparison.*check.run)()), ""});
  return results;
}

} // namespace ringside::tool::abi
