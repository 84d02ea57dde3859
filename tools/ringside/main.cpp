// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The command line of `ringside`, how each of its subcommands ends, and the options of its demo.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "commands.hpp"
#include "common/child.hpp"
#include "demo/demo.hpp"

namespace ringside::tool {
namespace {

// The exit status if the command line is wrong, or standard output cannot be written.
constexpr int kUsageError = 2;

using Action = std::function<int()>;

Action define_demo(CLI::App& command, const Words& /*program*/) {
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

// take_program takes the words behind "ringside run ... --" from the command line: CLI11 would read
// some of them as its own.
Words take_program(int& argc, char** argv) {
  if (argc < 2 || std::strcmp(argv[1], "run") != 0)
    return {};
  for (int i = 2; i < argc; ++i) {
    if (std::strcmp(argv[i], "--") != 0)
      continue;
    Words program(argv + i + 1, argv + argc);
    argc = i;
    return program;
  }
  return {};
}

int carry_out(const Subcommand& subcommand, const Action& action) {
  try {
    return action();
  } catch (const Interrupted& interrupted) {
    fmt::print(stderr, "ringside {}: interrupted\n", subcommand.name);
    return 128 + interrupted.signal_number;
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0)
      throw; // main has one exit status for this, the same for all subcommands
    fmt::print(stderr, "ringside {}: {}\n", subcommand.name, error.what());
    return subcommand.failed;
  }
}

int run(int argc, char** argv) {
  CLI::App app("ringside: libbpf's library interface, built anew", "ringside");
  app.set_version_flag("--version", "ringside " RINGSIDE_VERSION);
  app.require_subcommand(0, 1);
  const Words program = take_program(argc, argv);
  struct Command {
    CLI::App* parser;
    Subcommand subcommand;
    Action action;
  };
  std::vector<Command> commands;
  for (const Subcommand& subcommand : subcommands()) {
    CLI::App* parser = app.add_subcommand(subcommand.name, subcommand.summary);
    commands.push_back({parser, subcommand, subcommand.define(*parser, program)});
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return app.exit(error);
    fmt::print(stderr, "ringside: {}\nTry `ringside --help`.\n", error.what());
    return kUsageError;
  }
  for (const Command& command : commands)
    if (command.parser->parsed())
      return carry_out(command.subcommand, command.action);
  fmt::print("{}", app.help());
  return 0;
}

// hold_standard_descriptors opens those of 0, 1 and 2 that are closed, so that no other file gets
// their numbers. Reading and writing fail as if they were closed, and they are closed in a program
// that this process becomes.
void hold_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0)
      open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
}

// flushed returns `status` if all could be printed, and throws otherwise.
int flushed(int status) {
  if (std::ferror(stdout) == 0 && std::fflush(stdout) == 0)
    return status;
  throw std::system_error(errno, std::generic_category(), "cannot write to file");
}

} // namespace

const Subcommand kDemoSubcommand = {
    "demo", "run a libbpf program on the stock library, then on ringside", define_demo, 1};

} // namespace ringside::tool

int main(int argc, char** argv) {
  ringside::tool::hold_standard_descriptors();
  try {
    return ringside::tool::flushed(ringside::tool::run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ringside: %s%s\n", std::ferror(stdout) != 0 ? "standard output: " : "",
                 error.what());
    return ringside::tool::kUsageError;
  }
}
