// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Whole files, read and written. Both functions throw std::runtime_error with the file and the
// reason.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ringside::tool {

std::string read_file(const std::filesystem::path& path);

// write_file replaces the content of a file, or creates the file.
void write_file(const std::filesystem::path& path, std::string_view text);

} // namespace ringside::tool
