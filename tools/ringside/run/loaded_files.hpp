// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LoadedFiles: the files that the dynamic loader would load with a program, by its own list.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::tool {

struct LoadedFiles {
  std::vector<std::filesystem::path> files; // in the loader's order, without the program
  std::string error;                        // the loader's first message; empty if it has none
};

// loaded_files runs the loader of a program, which lists the files and does not start the program.
// `environment` is added to that of this process. Source: ld.so(8), --list.
LoadedFiles loaded_files(const std::string& loader, const std::filesystem::path& program,
                         const std::map<std::string, std::string>& environment);

// read_list reads the paths in the loader's output.
std::vector<std::filesystem::path> read_list(std::string_view text);

} // namespace ringside::tool
