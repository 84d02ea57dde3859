// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The command line of `ringside abi`.
#include "abi/abi_command.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "abi/layouts.hpp"

namespace ringside::tool::abi {
namespace {

using Action = std::function<int()>;

void add_json(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "print the result as JSON, and nothing else");
}

void add_debug_folder(CLI::App& command, std::string& folder) {
  folder = kDebugFolder;
  command.add_option("--debug-info", folder, "folder with debug information that was split off")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
}

Action define_check(CLI::App& command) {
  auto options = std::make_shared<CheckOptions>();
  command.add_option("LIB", options->library, "the library")->required();
  command.add_option("--against", options->against,
                     "a release, or libringside or ringside [what the library claims to be]");
  add_debug_folder(command, options->debug_folder);
  add_json(command, options->json);
  command.add_flag("--junit", options->junit, "print the result as JUnit's XML, and nothing else")
      ->excludes("--json");
  return [options] { return run_check(*options); };
}

Action define_diff(CLI::App& command) {
  auto options = std::make_shared<DiffOptions>();
  command.add_option("A", options->old_side, "a library or a release")->required();
  command.add_option("B", options->new_side, "a library or a release")->required();
  add_debug_folder(command, options->debug_folder);
  add_json(command, options->json);
  return [options] { return run_diff(*options); };
}

Action define_list(CLI::App& command) {
  auto options = std::make_shared<ListOptions>();
  command.add_option("VERSION", options->target,
                     "a release, libringside, ringside or a library [all releases]");
  add_json(command, options->json);
  return [options] { return run_list(*options); };
}

Action define_who(CLI::App& command) {
  auto options = std::make_shared<WhoOptions>();
  command.add_option("PROGRAM", options->program, "a program, library or Python module")
      ->required();
  add_json(command, options->json);
  return [options] { return run_who(*options); };
}

struct Subcommand {
  const char* name;
  const char* summary;
  Action (*define)(CLI::App&);
};

constexpr Subcommand kSubcommands[] = {
    {"check", "does a library keep libbpf's ABI?", define_check},
    {"diff", "what two libraries or releases differ in", define_diff},
    {"list", "what a release exports", define_list},
    {"who", "what a program needs of libbpf, and which releases have it", define_who},
};

} // namespace

std::function<int()> define_abi(CLI::App& command) {
  command.require_subcommand(0, 1);
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Subcommand& subcommand : kSubcommands) {
    CLI::App* defined = command.add_subcommand(subcommand.name, subcommand.summary);
    actions.emplace_back(defined, subcommand.define(*defined));
  }
  return [&command, actions] {
    for (const auto& [subcommand, action] : actions)
      if (subcommand->parsed())
        return action();
    // The parent knows the whole name.
    fmt::print("{}", command.get_parent()->help());
    return 0;
  };
}

} // namespace ringside::tool::abi
