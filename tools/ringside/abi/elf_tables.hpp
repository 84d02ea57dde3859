// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ElfTables: the tables of one ELF file that the dynamic loader reads, found as the loader finds
// them: by the dynamic segment and by addresses. The file may be without section headers. It may be
// malicious: every access is checked, and the size of tables is limited.
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

// Table: a part of what the loader maps, as an array of the element of its type.
struct Table {
  Elf_Data* data = nullptr; // nullptr if it is empty

  [[nodiscard]] std::size_t size() const { return data != nullptr ? data->d_size : 0; }
  [[nodiscard]] std::string_view bytes() const {
    return data != nullptr ? std::string_view(static_cast<const char*>(data->d_buf), data->d_size)
                           : std::string_view();
  }
};

class ElfTables {
public:
  // Throws FileError if it is not a 64-bit ELF file of this machine that can be run or loaded.
  explicit ElfTables(const std::string& path);

  [[nodiscard]] GElf_Half type() const { return type_; }
  [[nodiscard]] const GElf_Phdr* segment(GElf_Word type) const;

  // Is there a dynamic segment? A program that is linked statically may have none.
  [[nodiscard]] bool is_dynamic() const { return names_.has_value(); }
  // The path of the program's loader, empty if it has none. Bytes that are not printable ASCII
  // become \xNN.
  [[nodiscard]] std::string interpreter() const;

  // The value of the first entry with a tag, and the values of all.
  [[nodiscard]] std::optional<GElf_Xword> dynamic(GElf_Sxword tag) const;
  [[nodiscard]] std::vector<GElf_Xword> all_dynamic(GElf_Sxword tag) const;

  // table: `size` bytes at an address, as an array of a type. rest: as many bytes as the file has
  // there, up to `most`, for a table whose size is not in the file.
  [[nodiscard]] Table table(GElf_Addr address, GElf_Xword size, Elf_Type type) const;
  [[nodiscard]] Table rest(GElf_Addr address, GElf_Xword most, Elf_Type type) const;

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
  // How many bytes there are from an address on in the file, and where.
  struct Extent {
    GElf_Off offset;
    GElf_Xword size;
  };
  [[nodiscard]] Extent extent(GElf_Addr address) const;
  [[nodiscard]] Table load(GElf_Off offset, GElf_Xword size, Elf_Type type) const;

  std::string path_;
  Descriptor fd_;
  std::size_t size_ = 0;
  GElf_Half type_ = ET_NONE;
  bool has_sections_ = false;
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
