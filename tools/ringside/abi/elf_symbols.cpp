// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// symbols_of: over the two kinds of hash tables, and over relocations. Sources: the gABI's chapters
// on hash tables and relocations; for DT_GNU_HASH, which has no standard, what GNU ld and LLVM's
// lld write.
#include "abi/elf_symbols.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace ringside::tool::abi {
namespace {

// Words: a table of 32-bit words.
class Words {
public:
  explicit Words(const Table& table) : table_(table) {}

  [[nodiscard]] std::size_t count() const { return table_.size() / sizeof(Elf64_Word); }
  [[nodiscard]] Elf64_Word operator[](std::size_t index) const {
    Elf64_Word word = 0;
    std::memcpy(&word, table_.bytes().data() + index * sizeof(word), sizeof(word));
    return word;
  }

private:
  Table table_;
};

Words words_at(const ElfTables& elf, GElf_Addr address, GElf_Xword count) {
  return Words(elf.table(address, count * sizeof(Elf64_Word), ELF_T_WORD));
}

// A GNU hash table: a header, a filter, buckets with the first symbol of each, and a chain with a
// word for each symbol, whose lowest bit marks the last of a bucket.
SymbolRange of_gnu_hash(const ElfTables& elf, GElf_Addr address) {
  constexpr std::size_t kHeaderWords = 4;
  constexpr GElf_Xword kMostChain = GElf_Xword{4} << 20;
  const Words header = words_at(elf, address, kHeaderWords);
  const Elf64_Word bucket_count = header[0];
  const Elf64_Word first = header[1];
  const Elf64_Word filter_count = header[2];
  GElf_Addr at = address + kHeaderWords * sizeof(Elf64_Word) + filter_count * sizeof(Elf64_Xword);
  const Words buckets = words_at(elf, at, bucket_count);
  Elf64_Word last = 0;
  for (std::size_t i = 0; i < buckets.count(); ++i)
    last = std::max(last, buckets[i]);
  if (last < first)
    return {first, first, first};
  at += GElf_Xword{bucket_count} * sizeof(Elf64_Word);
  at += GElf_Xword{last - first} * sizeof(Elf64_Word);
  const Words chain(elf.rest(at, kMostChain, ELF_T_WORD));
  for (std::size_t i = 0; i < chain.count(); ++i)
    if ((chain[i] & 1) != 0)
      return {first, last + i + 1, last + i + 1};
  elf.damaged("a chain of its hash table does not end");
}

// The gABI's hash table has a link for each symbol.
SymbolRange of_hash(const ElfTables& elf, GElf_Addr address) {
  const Elf64_Word end = words_at(elf, address, 2)[1];
  return {1, end, end};
}

// One more than the highest symbol that a table of relocations names.
std::size_t end_in_relocations(const ElfTables& elf, GElf_Sxword table_tag, GElf_Sxword size_tag) {
  const auto address = elf.dynamic(table_tag);
  const auto size = elf.dynamic(size_tag);
  if (!address || !size || *size == 0)
    return 0;
  const Table table = elf.table(*address, *size, ELF_T_RELA);
  std::size_t end = 0;
  GElf_Rela relocation{};
  for (int i = 0; gelf_getrela(table.data, i, &relocation) != nullptr; ++i)
    end = std::max<std::size_t>(end, GELF_R_SYM(relocation.r_info) + 1);
  return end;
}

} // namespace

SymbolRange symbols_of(const ElfTables& elf) {
  SymbolRange range;
  if (const auto address = elf.dynamic(DT_GNU_HASH))
    range = of_gnu_hash(elf, *address);
  else if (const auto other = elf.dynamic(DT_HASH))
    range = of_hash(elf, *other);
  range.end = std::max({range.end, end_in_relocations(elf, DT_RELA, DT_RELASZ),
                        end_in_relocations(elf, DT_JMPREL, DT_PLTRELSZ)});
  return range;
}

} // namespace ringside::tool::abi
