// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside abi diff`.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "abi/abi_command.hpp"
#include "abi/difference.hpp"
#include "abi/layouts.hpp"
#include "abi/target.hpp"
#include "common/json_text.hpp"

namespace ringside::tool::abi {
namespace {

LayoutSide layout_side(const Target& target) {
  if (target.file)
    return &*target.file;
  return target.contract->release;
}

// What a program that was linked against the old side finds on the new side.
std::string verdict(const Difference& difference, const LayoutDifferences& layouts,
                    const std::string& old_title, const std::string& new_title) {
  if (difference.empty() && layouts.lines.empty())
    return layouts.skipped.empty() ? "no difference" : "no difference in symbols and versions";
  const bool keeps = difference.removed.empty() && difference.changed.empty();
  std::string text =
      fmt::format("{} removed, {} added, {} changed", difference.removed.size(),
                  difference.added.size(), difference.changed.size() + layouts.lines.size());
  if (keeps && layouts.only_growth)
    text += fmt::format(": what is linked against {} runs with {}", old_title, new_title);
  else if (!difference.removed.empty())
    text +=
        fmt::format(": what is linked against {} and uses what was removed does not run with {}",
                    old_title, new_title);
  return text;
}

} // namespace

int run_diff(const DiffOptions& options) {
  const Target old_side = find_target(options.old_side);
  const Target new_side = find_target(options.new_side);
  const Difference difference = difference_of(old_side.surface, new_side.surface);
  const LayoutDifferences layouts =
      diff_layouts(layout_side(old_side), layout_side(new_side), options.debug_folder);
  const bool same = difference.empty() && layouts.lines.empty();
  if (options.json) {
    nlohmann::json json = {{"old", old_side.title},
                           {"new", new_side.title},
                           {"same", same},
                           {"removed", difference.removed},
                           {"added", difference.added},
                           {"changed", difference.changed},
                           {"layouts", layouts.lines},
                           {"notes", difference.notes}};
    if (!layouts.skipped.empty())
      json["layouts_skipped"] = layouts.skipped;
    fmt::print("{}", json_text(json));
    return same ? kYes : kNo;
  }
  fmt::print("--- {}\n+++ {}\n", old_side.title, new_side.title);
  for (const std::string& line : difference.changed)
    fmt::print("! {}\n", line);
  for (const std::string& line : difference.removed)
    fmt::print("- {}\n", line);
  for (const std::string& line : difference.added)
    fmt::print("+ {}\n", line);
  for (const std::string& line : layouts.lines)
    fmt::print("! {}\n", line);
  for (const std::string& note : difference.notes)
    fmt::print("note: {} (no loader reads that)\n", note);
  if (!layouts.skipped.empty())
    fmt::print("note: layouts not compared: {}\n", layouts.skipped);
  fmt::print("{}\n", verdict(difference, layouts, old_side.title, new_side.title));
  return same ? kYes : kNo;
}

} // namespace ringside::tool::abi
