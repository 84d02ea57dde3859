// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Writing text to standard error and to files. Unit tests use these functions as they are, on the
// real kernel.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace ringside::os {

// write_to_stderr writes to the descriptor, not through stdio, which a program may have closed by
// the time that it ends.
Result<void> write_to_stderr(std::string_view text);

// append_text writes at the end of a file, in one piece, and makes the file if there is none.
Result<void> append_text(const char* path, std::string_view text);

// replace_text gives a file new content: a reader sees the old text or the new text, never a part
// of one. It makes a second file in the same folder for a moment, `path` with the process's number
// behind it. If it fails, what was at `path` stays.
Result<void> replace_text(const char* path, std::string_view text);

} // namespace ringside::os
