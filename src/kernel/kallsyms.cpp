// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A line of /proc/kallsyms.
#include "kernel/kallsyms.hpp"

#include "base/scan.hpp"

namespace ringside::kernel {

Symbol parse_symbol(std::string_view line) {
  constexpr unsigned kHexadecimal = 16;
  Symbol symbol;
  const auto address = take_number(line, kHexadecimal);
  if (!address || line.size() < 4 || line[0] != ' ' || line[2] != ' ')
    return symbol;
  symbol.address = *address;
  symbol.type = line[1];
  line.remove_prefix(3);
  symbol.name = line.substr(0, line.find('\t'));
  return symbol;
}

} // namespace ringside::kernel
