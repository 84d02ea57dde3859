// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The command line of `ringside`, and the options of its demo.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "commands.hpp"
#include "demo/demo.hpp"

namespace ringside::tool {
namespace {

constexpr int kUsageError = 2;

using Action = std::function<int()>;

Action define_demo(CLI::App& command) {
  auto options = std::make_shared<DemoOptions>();
  command.add_option("--seconds", options->seconds, "how long each of the two runs traces")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  command.add_option("--calls", options->calls, "system calls in each run [10000 a second]")
      ->check(CLI::Range(1, 10'000'000));
  command.add_flag("--simulated", options->simulated,
                   "use the simulated kernel, which takes no privileges");
  command.add_flag("--verbose", options->verbose, "print the commands that are run");
  command.add_flag("--json", options->json, "print the result as JSON, and nothing else");
  return [options] { return run_demo(*options); };
}

int run(int argc, char** argv) {
  CLI::App app("ringside: libbpf's library interface, built anew", "ringside");
  app.set_version_flag("--version", "ringside " RINGSIDE_VERSION);
  app.require_subcommand(0, 1);
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Subcommand& subcommand : subcommands()) {
    CLI::App* command = app.add_subcommand(subcommand.name, subcommand.summary);
    actions.emplace_back(command, subcommand.define(*command));
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return app.exit(error);
    fmt::print(stderr, "ringside: {}\nTry `ringside --help`.\n", error.what());
    return kUsageError;
  }
  for (const auto& [command, action] : actions)
    if (command->parsed())
      return action();
  fmt::print("{}", app.help());
  return 0;
}

} // namespace

const Subcommand kDemoSubcommand = {
    "demo", "run a libbpf program on the stock library, then on ringside", define_demo};

} // namespace ringside::tool

int main(int argc, char** argv) {
  try {
    return ringside::tool::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ringside: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
