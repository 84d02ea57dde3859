// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocations: the entries of a section of type SHT_REL or SHT_RELA.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_reader.hpp"
#include "base/check.hpp"
#include "base/result.hpp"
#include "elf/file.hpp"

namespace ringside::elf {

struct Relocation {
  std::uint64_t offset = 0;
  std::uint32_t type = 0;   // R_BPF_64_64, ...
  std::uint32_t symbol = 0; // its index, which may be any number
  std::int64_t addend = 0;  // 0 for SHT_REL, which keeps it in what is relocated
};

// decode_relocation reads an entry.
Relocation decode_relocation(ByteReader entry, bool wide, bool has_addend);

class Relocations {
public:
  Relocations() = default;

  // read takes the entries from the file. kErrnoFormat, with a message, if whole entries of the
  // class's size do not fill the section; else the errors of File::contents. Of a file in memory,
  // the memory must outlive the relocations.
  static Result<Relocations> read(const File& file, const Section& section);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Relocation operator[](std::size_t index) const;

private:
  Bytes entries_;
  std::size_t size_ = 0;
  std::size_t entry_size_ = 0;
  ByteOrder order_ = kNativeOrder;
  bool wide_ = false;
  bool has_addends_ = false;
};

} // namespace ringside::elf
