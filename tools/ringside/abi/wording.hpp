// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// counted: numbers in sentences.
#pragma once

#include <string>
#include <string_view>

namespace ringside::tool::abi {

// "1 finding", "2 findings".
inline std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

} // namespace ringside::tool::abi
