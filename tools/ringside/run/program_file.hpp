// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The file that runs for the name of a program. Sources: execve(2) on scripts, execvp(3) on PATH,
// env(1).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ringside::tool {

// find_program returns the file that a shell would run for a name. A name with a slash is a path;
// for any other, it is the first executable file in the folders of PATH, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& name);

// script_interpreter returns the program that the first line of a script names, or that the env(1)
// named there would start; nothing if the text is not the start of a script.
std::optional<std::string> script_interpreter(std::string_view start);

// file_that_runs returns the file that the kernel loads: for a script it is the interpreter's.
std::filesystem::path file_that_runs(std::filesystem::path file);

} // namespace ringside::tool
