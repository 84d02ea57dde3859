// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Files that are written whole. Unit tests use these functions as they are, on the real kernel.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// create_output makes an empty file, or empties one, that all may read.
Result<UniqueFd> create_output(const char* path);

// create_new makes a file that was not there, which its owner alone may read. EEXIST: something has
// the name, and be it a link.
Result<UniqueFd> create_new(const char* path);

// write_output makes `bytes` the whole content of a file, wherever its position is. What cannot be
// written at an offset, such as a pipe, fails with ESPIPE.
Result<void> write_output(int fd, std::span<const std::byte> bytes);

// is_same_file: two descriptors are of one file. False for what is no descriptor.
bool is_same_file(int fd, int other);
// is_open: the number is that of an open descriptor.
bool is_open(int fd);

} // namespace ringside::os
