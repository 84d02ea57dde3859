// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// /proc/kallsyms: the kernel's symbols.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "kernel/lines.hpp"

namespace ringside::kernel {

struct Symbol {
  std::uint64_t address = 0; // 0 where the process may not know it
  char type = 0;             // as nm(1) has it
  std::string_view name;
};

// parse_symbol reads "ADDRESS TYPE NAME", with or without "\t[MODULE]". The name is empty if the
// line has another form.
Symbol parse_symbol(std::string_view line);

// name_in is what stands behind "ADDRESS TYPE " in a line, with what follows the name; empty if the
// line is not of that form. It costs much less than parse_symbol, for lines that are not wanted.
inline std::string_view name_in(std::string_view line) {
  constexpr std::size_t kDigits = 2 * sizeof(long); // as a rule
  const std::size_t digits =
      line.size() > kDigits && line[kDigits] == ' ' ? kDigits : line.find(' ');
  if (digits >= line.size() || line.size() - digits < 4 || line[digits + 2] != ' ')
    return {};
  line.remove_prefix(digits + 3);
  return line;
}

// Where the kernel says what its symbols are.
inline constexpr const char* kSymbols = "/proc/kallsyms";

// each_symbol calls visit(symbol) for all symbols, and ends as each_line does. A name is valid only
// during its call.
template <class Visit>
Result<void> each_symbol(Visit visit, const char* path = kSymbols) {
  return each_line(path, [&visit](std::string_view line) { return visit(parse_symbol(line)); });
}

} // namespace ringside::kernel
