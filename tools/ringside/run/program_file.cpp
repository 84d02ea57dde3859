// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_program, script_interpreter and file_that_runs.
#include "run/program_file.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace ringside::tool {
namespace {

namespace fs = std::filesystem;

// How much the kernel reads of a script, and how many scripts in a row it follows.
constexpr std::size_t kScriptStart = 255;
constexpr int kMostScripts = 5;

bool can_run(const fs::path& file) {
  std::error_code ignored; // a file without a status cannot run
  return fs::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0;
}

std::string start_of(const fs::path& file) {
  std::array<char, kScriptStart> bytes{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(stream.gcount())};
}

} // namespace

std::optional<fs::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return name;
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    // An empty entry is the current folder.
    if (const fs::path file = fs::path(folder.empty() ? "." : folder) / name; can_run(file))
      return file;
  return std::nullopt;
}

std::optional<std::string> script_interpreter(std::string_view start) {
  if (!start.starts_with("#!"))
    return std::nullopt;
  std::istringstream words(std::string(start.substr(2, start.find('\n') - 2)));
  std::string interpreter;
  words >> interpreter;
  if (fs::path(interpreter).filename() != "env")
    return interpreter;
  // The program follows the options and variables of env.
  for (std::string word; words >> word;)
    if (!word.starts_with('-') && word.find('=') == std::string::npos)
      return word;
  return interpreter;
}

fs::path file_that_runs(fs::path file) {
  for (int scripts = 0; scripts < kMostScripts; ++scripts) {
    const auto interpreter = script_interpreter(start_of(file));
    if (!interpreter)
      break;
    const auto next = find_program(*interpreter);
    if (!next)
      break;
    file = *next;
  }
  return file;
}

} // namespace ringside::tool
