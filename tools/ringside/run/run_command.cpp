// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// run_program: finds the program's file, looks for obstacles, and calls execve(2).
#include "run/run_command.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "abi/elf_file.hpp"
#include "abi/file_error.hpp"
#include "abi/obstacles.hpp"
#include "common/child.hpp"
#include "common/install_paths.hpp"
#include "common/preload.hpp"
#include "run/loaded_files.hpp"
#include "run/program_file.hpp"
#include "run/serving.hpp"

namespace ringside::tool {
namespace {

namespace fs = std::filesystem;

using Environment = std::map<std::string, std::string>;

Environment environment_for(const RunOptions& options, const InstallPaths& paths) {
  if (!options.all)
    return {{"LD_PRELOAD", before_inherited(preload_list({paths.reader}), "LD_PRELOAD")}};
  if (!fs::exists(paths.replacement))
    throw std::runtime_error(fmt::format("{} is not installed", paths.replacement.string()));
  return {
      {"LD_LIBRARY_PATH", before_inherited(paths.replacement.parent_path(), "LD_LIBRARY_PATH")}};
}

// The reasons why ringside would not serve the file that runs.
std::vector<std::string> obstacles(const fs::path& file, const RunOptions& options,
                                   const InstallPaths& paths, const Environment& environment) {
  std::vector<std::string> texts;
  abi::ElfFile program;
  try {
    program = abi::read_elf(file);
  } catch (const abi::FileError& error) {
    return {error.what()};
  }
  for (const abi::Obstacle& obstacle : abi::obstacles_of(program))
    if (obstacle.for_us)
      texts.push_back(obstacle.text);
  // If no library can be loaded, the loader's list says nothing.
  if (!texts.empty())
    return texts;
  const LoadedFiles loaded = loaded_files(program.interpreter, file, environment);
  if (!loaded.error.empty())
    texts.push_back(fmt::format("the loader says: {}", loaded.error));
  const std::vector<Caller> callers = callers_of(file, loaded.files);
  const auto more = options.all ? against_replacing(paths.replacement, loaded.files, callers)
                                : against_preloading(paths.reader, loaded.files, callers);
  texts.insert(texts.end(), more.begin(), more.end());
  return texts;
}

void tell(const fs::path& file, const RunOptions& options, const std::vector<std::string>& texts) {
  fmt::print(stderr, "ringside run: {} is not served by ringside{}:\n", file.string(),
             options.all ? "'s libbpf.so.1" : "");
  for (const std::string& text : texts)
    fmt::print(stderr, "  {}\n", text);
  if (!options.anyway)
    fmt::print(stderr, "It was not run; --anyway runs it.\n");
}

int become(const fs::path& file, const RunOptions& options, const Environment& environment) {
  if (options.verbose)
    fmt::print(stderr, "+ {}\n", to_text(Command{options.command, environment}));
  for (const auto& [name, value] : environment)
    setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> words = options.command;
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  // Like a shell, execvp gives a file that is neither a program nor a script with an interpreter to
  // sh.
  execvp(file.c_str(), argv.data());
  const int error = errno;
  fmt::print(stderr, "ringside run: {}: cannot run: {}\n", file.string(), std::strerror(error));
  return error == ENOENT ? kNoProgram : kCannotRun;
}

} // namespace

int run_program(const RunOptions& options) {
  if (options.command.empty()) {
    fmt::print(stderr, "ringside run: which program? ringside run -- PROGRAM [ARG...]\n");
    return kNotServed;
  }
  const auto file = find_program(options.command.front());
  if (!file || !fs::exists(*file)) {
    fmt::print(stderr, "ringside run: {}: no such program\n", options.command.front());
    return kNoProgram;
  }
  const InstallPaths paths = find_install_paths();
  const Environment environment = environment_for(options, paths);
  const fs::path checked = file_that_runs(*file);
  if (const auto texts = obstacles(checked, options, paths, environment); !texts.empty()) {
    tell(checked, options, texts);
    if (!options.anyway)
      return kNotServed;
  }
  return become(*file, options, environment);
}

std::function<int()> define_run(CLI::App& command, const Words& program) {
  auto options = std::make_shared<RunOptions>();
  options->command = program;
  command.add_flag("--all", options->all,
                   "all of libbpf from ringside, not only reading and writing rings");
  command.add_flag("--anyway", options->anyway, "run it even if it will not be served");
  command.add_flag("--verbose", options->verbose, "print the command that is run");
  command.footer("ringside run [OPTIONS] -- PROGRAM [ARG...]");
  return [options] { return run_program(*options); };
}

} // namespace ringside::tool
