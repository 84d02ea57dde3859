// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FileError: a file that cannot be checked; its text says which file, why, and what to do.
#pragma once

#include <stdexcept>

namespace ringside::tool::abi {

struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace ringside::tool::abi
