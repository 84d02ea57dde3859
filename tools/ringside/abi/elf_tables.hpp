// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ElfTables: the tables of one ELF file that the dynamic loader reads, found with libelf. The file
// may be malicious: every access is checked, and the size of tables is limited.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gelf.h>

#include "common/descriptor.hpp"

namespace ringside::tool::abi {

// Table: the content of a section, as an array of the element of its type.
struct Table {
  GElf_Shdr header{};
  Elf_Data* data = nullptr; // its d_buf is not null unless it is empty

  [[nodiscard]] std::size_t size() const { return data->d_size; }
};

class ElfTables {
public:
  // Throws FileError if it is not a 64-bit ELF file of this machine with dynamic linking.
  explicit ElfTables(const std::string& path);

  [[nodiscard]] GElf_Half type() const { return type_; }
  [[nodiscard]] const GElf_Phdr* segment(GElf_Word type) const;

  // The value of the first entry with a tag, and the values of all.
  [[nodiscard]] std::optional<GElf_Xword> dynamic(GElf_Sxword tag) const;
  [[nodiscard]] std::vector<GElf_Xword> all_dynamic(GElf_Sxword tag) const;

  // The table of a section type that the loader finds by a tag; nothing if there is no such tag.
  [[nodiscard]] std::optional<Table> table(GElf_Word type, GElf_Sxword tag) const;

  // A name in the dynamic string table. Bytes that are not printable ASCII become \xNN.
  [[nodiscard]] std::string name(GElf_Xword offset) const;

  [[nodiscard]] bool has_section(std::string_view name) const;
  [[nodiscard]] std::string build_id() const; // in hexadecimal; empty if there is none

  // fail throws a FileError about this file.
  [[noreturn]] void fail(const std::string& why) const;
  [[noreturn]] void damaged(const std::string& what) const;

private:
  struct Ender {
    void operator()(Elf* elf) const { elf_end(elf); }
  };

  void check_start() const;
  void check_extent(const GElf_Ehdr& header) const;
  void read_segments();
  void read_dynamic();
  void check_loaded() const;
  [[nodiscard]] Table load(Elf_Scn* section) const;

  std::string path_;
  Descriptor fd_;
  std::size_t size_ = 0;
  GElf_Half type_ = ET_NONE;
  std::unique_ptr<Elf, Ender> elf_;
  std::vector<GElf_Phdr> segments_;
  std::vector<GElf_Dyn> dynamic_;
  std::optional<Table> names_;
  // Bytes of all tables and names so far. Tables that overlap in the file count separately.
  mutable std::size_t loaded_ = 0;
  mutable std::size_t copied_ = 0;
};

// The text, with \xNN for bytes that are not printable ASCII.
std::string printable(std::string_view text);

} // namespace ringside::tool::abi
