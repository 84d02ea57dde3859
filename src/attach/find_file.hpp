// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_file: the program or library that a name without a folder means.
#pragma once

#include <string_view>

#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::attach {

// find_file looks for libraries (names with ".so" at the end or ".so." in them) where
// LD_LIBRARY_PATH says and where systems have libraries, and for programs where PATH says and where
// systems have programs. A name with a '/' is a path, which stays as it is. The result ends with a
// NUL. ENOENT, with a message; ENOMEM.
Result<Array<char>> find_file(const char* name, const Subject& subject);

} // namespace ringside::attach
