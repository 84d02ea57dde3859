// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LibelfOpinion: the same file as libelf reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <gelf.h>
#include <libelf.h>

namespace ringside::test {

class LibelfOpinion {
public:
  // The bytes must outlive the opinion, which may write to them as libelf likes.
  explicit LibelfOpinion(std::span<std::byte> bytes) {
    elf_version(EV_CURRENT);
    elf_ = elf_memory(reinterpret_cast<char*>(bytes.data()), bytes.size());
    if (elf_ != nullptr && elf_kind(elf_) != ELF_K_ELF) {
      elf_end(elf_);
      elf_ = nullptr;
    }
  }
  LibelfOpinion(const LibelfOpinion&) = delete;
  LibelfOpinion& operator=(const LibelfOpinion&) = delete;
  ~LibelfOpinion() { elf_end(elf_); }

  [[nodiscard]] bool is_elf() const { return elf_ != nullptr; }
  [[nodiscard]] std::optional<std::size_t> section_count() const {
    std::size_t count = 0;
    if (elf_getshdrnum(elf_, &count) != 0)
      return std::nullopt;
    return count;
  }
  [[nodiscard]] std::optional<GElf_Shdr> section(std::size_t index) const {
    GElf_Shdr header;
    if (gelf_getshdr(elf_getscn(elf_, index), &header) == nullptr)
      return std::nullopt;
    return header;
  }
  // section_name is nullptr where libelf finds none.
  [[nodiscard]] const char* section_name(const GElf_Shdr& header) const {
    std::size_t names = 0;
    return elf_getshdrstrndx(elf_, &names) == 0 ? text(names, header.sh_name) : nullptr;
  }
  [[nodiscard]] const char* text(std::size_t section, std::size_t offset) const {
    return elf_strptr(elf_, section, offset);
  }
  [[nodiscard]] std::optional<GElf_Sym> symbol(std::size_t section, std::size_t index) const {
    GElf_Sym symbol;
    if (gelf_getsym(data(section), static_cast<int>(index), &symbol) == nullptr)
      return std::nullopt;
    return symbol;
  }
  [[nodiscard]] std::optional<GElf_Rel> relocation(std::size_t section, std::size_t index) const {
    GElf_Rel relocation;
    if (gelf_getrel(data(section), static_cast<int>(index), &relocation) == nullptr)
      return std::nullopt;
    return relocation;
  }

private:
  [[nodiscard]] Elf_Data* data(std::size_t section) const {
    return elf_getdata(elf_getscn(elf_, section), nullptr);
  }

  Elf* elf_ = nullptr;
};

} // namespace ringside::test
