// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SymbolsImage: ELF files with symbols, and with the hash tables that find them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "elf_image.hpp"

namespace ringside::test {

struct ImageSymbol {
  std::string name;
  std::uint64_t value = 0;
  unsigned type = STT_FUNC;
  unsigned binding = STB_GLOBAL;
  std::uint64_t section = 1;
  std::uint16_t version = 1; // in .gnu.version: 1 is none, 0x8000 hides it
};

enum class HashKind { none, gnu, sysv, sysv_wide };

// The sections are .text, which is where symbols of section 1 are, .dynsym, .dynstr, .symtab,
// .strtab, and the hash table if there is one.
class SymbolsImage {
public:
  ElfImage image;

  // symbols of .dynsym; those of a section stand behind those of none, ordered as .gnu.hash wants.
  SymbolsImage(bool wide, ByteOrder order, std::vector<ImageSymbol> dynamic,
               const std::vector<ImageSymbol>& fixed, HashKind hash)
      : image{.wide = wide, .order = order, .type = ET_DYN} {
    const auto bucket = [&dynamic](const ImageSymbol& symbol) {
      return gnu_hash(symbol.name) % bucket_count(dynamic.size());
    };
    std::stable_sort(dynamic.begin(), dynamic.end(),
                     [&bucket](const ImageSymbol& a, const ImageSymbol& b) {
                       if ((a.section == 0) != (b.section == 0))
                         return a.section == 0;
                       return a.section != 0 && bucket(a) < bucket(b);
                     });
    image.sections.push_back({.name = ".text",
                              .content = std::string(64, '\x90'),
                              .flags = SHF_ALLOC | SHF_EXECINSTR,
                              .address = 0x1000});
    add_table(".dynsym", SHT_DYNSYM, ".dynstr", dynamic);
    add_table(".symtab", SHT_SYMTAB, ".strtab", fixed);
    if (hash == HashKind::gnu)
      image.sections.push_back({.name = ".gnu.hash",
                                .type = SHT_GNU_HASH,
                                .content = gnu_table(dynamic),
                                .link = kDynamic});
    else if (hash != HashKind::none)
      image.sections.push_back({.name = ".hash",
                                .type = SHT_HASH,
                                .content = sysv_table(dynamic, hash == HashKind::sysv_wide),
                                .link = kDynamic,
                                .entry_size = hash == HashKind::sysv_wide ? 8U : 4U});
    symbols_ = std::move(dynamic);
  }

  // add_versions defines versions from index 2 on, and says of which each dynamic symbol is.
  void add_versions(const std::vector<std::string>& names) {
    ElfNumbers indices = image.numbers();
    indices.u16(0);
    for (const ImageSymbol& symbol : symbols_)
      indices.u16(symbol.version);
    image.sections.push_back({.name = ".gnu.version",
                              .type = SHT_GNU_versym,
                              .content = indices.bytes(),
                              .link = kDynamic});
    std::string& strings = image.sections[kDynamic].content;
    ElfNumbers definitions = image.numbers();
    for (std::size_t index = 0; index <= names.size(); ++index) {
      const bool last = index == names.size();
      definitions.u16(1).u16(index == 0 ? VER_FLG_BASE : 0).u16(index + 1).u16(1).u32(0).u32(20);
      definitions.u32(last ? 0 : 28).u32(strings.size()).u32(0);
      strings += (index == 0 ? "libx.so.1" : names[index - 1]) + '\0';
    }
    image.sections.push_back({.name = ".gnu.version_d",
                              .type = SHT_GNU_verdef,
                              .content = definitions.bytes(),
                              .link = kDynamic + 1,
                              .info = static_cast<std::uint32_t>(names.size() + 1)});
  }

  static constexpr std::uint32_t kDynamic = 2, kStatic = 4;
  // dynamic is the symbols of .dynsym from index 1 on, in their order in the file.
  [[nodiscard]] const std::vector<ImageSymbol>& dynamic() const { return symbols_; }

  // The hash functions as the documents have them, apart from the library's.
  static std::uint32_t gnu_hash(std::string_view name) {
    std::uint32_t hash = 5381;
    for (const unsigned char character : name)
      hash = (hash << 5) + hash + character;
    return hash;
  }
  static std::uint32_t sysv_hash(std::string_view name) {
    std::uint64_t hash = 0;
    for (const unsigned char character : name) {
      hash = (hash << 4) + character;
      hash ^= (hash & 0xf0000000) >> 24;
      hash &= 0x0fffffff;
    }
    return static_cast<std::uint32_t>(hash);
  }

private:
  static std::uint32_t bucket_count(std::size_t symbols) {
    return static_cast<std::uint32_t>(symbols / 4 + 1);
  }

  void add_table(const char* name, std::uint32_t type, const char* strings_name,
                 const std::vector<ImageSymbol>& symbols) {
    ElfNumbers entries = image.numbers();
    entries.symbol(0, 0, 0, 0, 0, 0);
    std::string strings(1, '\0');
    for (const ImageSymbol& symbol : symbols) {
      entries.symbol(strings.size(), symbol.binding << 4 | symbol.type, 0, symbol.section,
                     symbol.value, 0);
      strings.append(symbol.name).push_back('\0');
    }
    const auto link = static_cast<std::uint32_t>(image.sections.size() + 2);
    image.sections.push_back({.name = name,
                              .type = type,
                              .content = entries.bytes(),
                              .link = link,
                              .entry_size = image.wide ? 24U : 16U});
    image.sections.push_back({.name = strings_name, .type = SHT_STRTAB, .content = strings});
  }

  [[nodiscard]] std::string gnu_table(const std::vector<ImageSymbol>& symbols) const {
    const std::uint32_t buckets = bucket_count(symbols.size());
    const unsigned bits = image.wide ? 64 : 32;
    const unsigned shift = 6;
    const auto undefined = static_cast<std::size_t>(
        std::count_if(symbols.begin(), symbols.end(),
                      [](const ImageSymbol& symbol) { return symbol.section == 0; }));
    std::vector<std::uint64_t> filter(symbols.size() / 8 + 1);
    std::vector<std::uint64_t> first(buckets);
    std::vector<std::uint32_t> chain;
    for (std::size_t index = undefined; index < symbols.size(); ++index) {
      const std::uint32_t hash = gnu_hash(symbols[index].name);
      std::uint64_t& word = filter[hash / bits % filter.size()];
      word |= std::uint64_t{1} << hash % bits | std::uint64_t{1} << (hash >> shift) % bits;
      std::uint64_t& begin = first[hash % buckets];
      if (begin == 0)
        begin = index + 1;
      const bool last = index + 1 == symbols.size() ||
                        gnu_hash(symbols[index + 1].name) % buckets != hash % buckets;
      chain.push_back(last ? hash | 1 : hash & ~1U);
    }
    ElfNumbers table = image.numbers();
    table.u32(buckets).u32(undefined + 1).u32(filter.size()).u32(shift);
    for (const std::uint64_t word : filter)
      table.word(word);
    for (const std::uint64_t begin : first)
      table.u32(begin);
    for (const std::uint32_t link : chain)
      table.u32(link);
    return table.bytes();
  }

  [[nodiscard]] std::string sysv_table(const std::vector<ImageSymbol>& symbols, bool wide) const {
    const std::uint32_t buckets = bucket_count(symbols.size());
    std::vector<std::uint64_t> first(buckets);
    std::vector<std::uint64_t> next(symbols.size() + 1);
    for (std::size_t index = 1; index <= symbols.size(); ++index) {
      std::uint64_t& begin = first[sysv_hash(symbols[index - 1].name) % buckets];
      next[index] = begin;
      begin = index;
    }
    ElfNumbers table(wide, image.order);
    table.word(buckets).word(next.size());
    for (const auto& numbers : {first, next})
      for (const std::uint64_t number : numbers)
        table.word(number);
    return table.bytes();
  }

  std::vector<ImageSymbol> symbols_;
};

} // namespace ringside::test
