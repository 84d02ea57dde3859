// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Files in LD_PRELOAD. Source: ld.so(8).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ringside::tool {

// can_be_preloaded: can the path stand in LD_PRELOAD? There a blank or a colon ends a path.
bool can_be_preloaded(const std::filesystem::path& file);

// preload_list returns the value of LD_PRELOAD for some files. Throws std::runtime_error if a file
// does not exist or cannot be preloaded.
std::string preload_list(const std::vector<std::filesystem::path>& files);

// before_inherited returns `text` before the value that an environment variable has now, as one
// list with colons.
std::string before_inherited(std::string text, const char* variable);

} // namespace ringside::tool
