// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// /proc/kallsyms: the kernel's symbols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/array.hpp"
#include "base/result.hpp"
#include "os/file.hpp"
#include "os/whole_file.hpp"

namespace ringside::kernel {

struct Symbol {
  std::uint64_t address = 0; // 0 where the process may not know it
  char type = 0;             // as nm(1) has it
  std::string_view name;
};

// parse_symbol reads "ADDRESS TYPE NAME" and perhaps "\t[MODULE]"; the name is empty if the line is
// none of that form.
Symbol parse_symbol(std::string_view line);

// each_symbol calls visit(symbol) for all of them, until it gives false. Names last for the call.
template <class Visit>
Result<void> each_symbol(Visit visit) {
  constexpr std::size_t kBlock = std::size_t{64} << 10;
  const auto file = os::open_to_read("/proc/kallsyms");
  if (!file)
    return file.error();
  auto block = Array<char>::of_size(kBlock);
  if (!block)
    return block.error();
  // A line that a block cuts is moved to the beginning of the next.
  for (std::size_t kept = 0;;) {
    const auto count = os::read(
        file->get(), std::as_writable_bytes(std::span(block->begin() + kept, kBlock - kept)));
    if (!count)
      return count.error();
    if (*count == 0)
      return {};
    const char* next = block->begin();
    const char* const end = next + kept + *count;
    while (const void* const found =
               std::memchr(next, '\n', static_cast<std::size_t>(end - next))) {
      const auto* const newline = static_cast<const char*>(found);
      if (!visit(parse_symbol({next, static_cast<std::size_t>(newline - next)})))
        return {};
      next = newline + 1;
    }
    kept = static_cast<std::size_t>(end - next);
    if (kept == kBlock)
      return Errno(EINVAL);
    std::memmove(block->begin(), next, kept);
  }
}

} // namespace ringside::kernel
