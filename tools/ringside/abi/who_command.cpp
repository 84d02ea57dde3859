// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside abi who`.
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "abi/abi_command.hpp"
#include "abi/file_error.hpp"
#include "abi/needs.hpp"
#include "abi/obstacles.hpp"
#include "abi/releases.hpp"
#include "abi/wording.hpp"
#include "common/json_text.hpp"

namespace ringside::tool::abi {
namespace {

std::string name_of(const Import& import) {
  return import.name + (import.weak ? " (weak)" : "");
}

using Words = std::vector<std::string>;

Words words_of(const std::vector<Import>& imports) {
  Words words;
  for (const Import& import : imports)
    words.push_back(name_of(import));
  return words;
}

// The first ones, and how many more there are.
Words first_of(Words words) {
  constexpr std::size_t kMost = 8;
  if (words.size() > kMost + 1) {
    const std::size_t more = words.size() - kMost;
    words.resize(kMost);
    words.push_back(fmt::format("and {} more (--json names all)", more));
  }
  return words;
}

// Breaks words into indented lines of at most 100 columns.
std::string wrapped(const Words& words) {
  constexpr std::size_t kColumns = 100;
  constexpr std::string_view kIndentation = "    ";
  std::string text;
  std::string line;
  for (const std::string& word : words) {
    const std::string_view comma = &word == &words.back() ? "" : ",";
    if (!line.empty() && line.size() + 1 + word.size() + comma.size() > kColumns) {
      text += line + '\n';
      line.clear();
    }
    line += fmt::format("{}{}{}", line.empty() ? kIndentation : " ", word, comma);
  }
  return text + line + '\n';
}

std::string imports_text(const Needs& needs) {
  std::string text;
  for (auto first = needs.imports.begin(); first != needs.imports.end();) {
    const auto last = std::find_if(first, needs.imports.end(), [&](const Import& import) {
      return import.node != first->node;
    });
    text += fmt::format("  {}\n{}", first->node.empty() ? "any version" : first->node,
                        wrapped(words_of({first, last})));
    first = last;
  }
  return text;
}

// Why no release has all: what is missing in the one that has most.
std::string obstacle(const Needs& needs) {
  std::optional<std::size_t> closest;
  std::vector<Import> least;
  for (std::size_t release = 0; release <= newest_release(); ++release) {
    if (!needs.soname.empty() && needs.soname != soname_of(release))
      continue;
    std::vector<Import> missed = lacking(needs, release);
    if (!closest || missed.size() <= least.size()) {
      closest = release;
      least = std::move(missed);
    }
  }
  if (!closest)
    return fmt::format("none has the soname {}", needs.soname);
  return fmt::format("libbpf {} comes closest; it lacks\n{}", releases()[*closest],
                     wrapped(first_of(words_of(least))));
}

std::string releases_text(const Needs& needs) {
  if (needs.releases.empty())
    return fmt::format("no libbpf release satisfies it: {}\n", obstacle(needs));
  return fmt::format("satisfied by libbpf {} ({})\n", ranges_text(needs.releases),
                     counted(needs.releases.size(), "release"));
}

std::string preload_text(const Needs& needs) {
  const Share share = share_of(needs, OwnLibrary::libringside);
  if (share.has.empty())
    return "libringside.so.1, preloaded, answers none of them\n";
  if (share.lacks.empty())
    return "libringside.so.1, preloaded, answers all of them\n";
  return fmt::format("libringside.so.1, preloaded, answers {} of them; libbpf stays behind it for "
                     "the other {}\n{}",
                     share.has.size(), share.lacks.size(), wrapped(first_of(words_of(share.has))));
}

std::string replacement_text(const Needs& needs) {
  const std::string own = surface_of_own(OwnLibrary::libbpf).soname;
  if (!needs.soname.empty() && needs.soname != own)
    return fmt::format("ringside's {} is not what it loads: that is {}\n", own, needs.soname);
  const Share share = share_of(needs, OwnLibrary::libbpf);
  if (share.lacks.empty())
    return fmt::format("ringside's {} satisfies it\n", own);
  return fmt::format("ringside's {} does not satisfy it: it lacks {} of them\n{}", own,
                     share.lacks.size(), wrapped(first_of(words_of(share.lacks))));
}

nlohmann::json names_json(const std::vector<Import>& imports) {
  nlohmann::json names = nlohmann::json::array();
  for (const Import& import : imports)
    names.push_back(import.name);
  return names;
}

// What stands in the way of both, whatever the program needs.
std::string obstacles_text(const std::vector<Obstacle>& obstacles) {
  std::string text;
  for (const Obstacle& obstacle : obstacles)
    text += fmt::format("note: {}\n", obstacle.text);
  return text;
}

nlohmann::json obstacles_json(const std::vector<Obstacle>& obstacles) {
  nlohmann::json texts = nlohmann::json::array();
  for (const Obstacle& obstacle : obstacles)
    texts.push_back(obstacle.text);
  return texts;
}

nlohmann::json to_json(const WhoOptions& options, const Needs& needs,
                       const std::vector<Obstacle>& obstacles) {
  nlohmann::json imports = nlohmann::json::array();
  for (const Import& import : needs.imports)
    imports.push_back({{"symbol", import.name}, {"node", import.node}, {"weak", import.weak}});
  nlohmann::json satisfied_by = nlohmann::json::array();
  for (const std::size_t release : needs.releases)
    satisfied_by.push_back(releases()[release]);
  nlohmann::json own;
  for (const auto& [name, library] :
       {std::pair{"libringside", OwnLibrary::libringside}, {"ringside", OwnLibrary::libbpf}}) {
    const Share share = share_of(needs, library);
    own[name] = {{"answers", names_json(share.has)}, {"lacks", names_json(share.lacks)}};
  }
  const std::string replacement = surface_of_own(OwnLibrary::libbpf).soname;
  own["ringside"]["loaded"] = needs.soname.empty() || needs.soname == replacement;
  return {{"program", options.program},
          {"soname", needs.soname},
          {"imports", imports},
          {"satisfied_by", satisfied_by},
          {"own", own},
          {"obstacles", obstacles_json(obstacles)}};
}

} // namespace

int run_who(const WhoOptions& options) {
  const ElfFile file = read_elf(options.program);
  if (is_static(file))
    throw FileError(fmt::format("{}: {}", file.path, obstacles_of(file).front().text));
  const Needs needs = needs_of(file);
  const std::vector<Obstacle> obstacles =
      file.is_program ? obstacles_of(file) : std::vector<Obstacle>();
  const bool known = !needs.imports.empty();
  if (options.json)
    fmt::print("{}", json_text(to_json(options, needs, obstacles)));
  else if (!known)
    fmt::print("{}: imports nothing of libbpf; it may have libbpf linked into it, use it through "
               "another library, or load it with dlopen(), which only a run shows\n{}",
               options.program, obstacles_text(obstacles));
  else
    fmt::print("{}: imports {} of {}\n{}{}{}{}{}", options.program,
               counted(needs.imports.size(), "function"),
               needs.soname.empty() ? "libbpf, which it does not name among what it needs"
                                    : needs.soname,
               imports_text(needs), releases_text(needs), preload_text(needs),
               replacement_text(needs), obstacles_text(obstacles));
  if (!known)
    return kUnknown;
  return needs.releases.empty() ? kNo : kYes;
}

} // namespace ringside::tool::abi
