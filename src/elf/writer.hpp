// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// write_file: the bytes of a 64-bit ELF file that consists of sections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_order.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "elf/symbols.hpp"

namespace ringside::elf {

struct OutputSection {
  std::uint32_t name_offset = 0; // in the section that holds the names
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint64_t alignment = 1; // 0 or a power of two
  std::uint64_t entry_size = 0;
  std::span<const std::byte> content = {};
  // The size of a section of type SHT_NOBITS, which has no content; 0 for others.
  std::uint64_t nobits_size = 0;
};

struct OutputFile {
  ByteOrder order = kNativeOrder;
  std::uint16_t type = 0;
  std::uint16_t machine = 0;
  std::uint32_t names_index = 0; // of the section that holds the names
  // The sections from index 1 on; the empty section before them is written without being asked for.
  std::span<const OutputSection> sections = {};
};

// write_file puts the header first, then the sections in their order, each at its alignment, and
// the section headers behind them. E2BIG for more sections than a symbol can name; ENOMEM.
Result<Vector<std::byte>> write_file(const OutputFile& file);

// write_symbols is the content of a symbol table. The first symbol must be the empty one. ENOMEM.
Result<Vector<std::byte>> write_symbols(std::span<const Symbol> symbols, ByteOrder order);

// first_not_local is what the symbol table's section header has as its info: how many local symbols
// stand before the first one that is not local.
std::uint32_t first_not_local(std::span<const Symbol> symbols);

} // namespace ringside::elf
