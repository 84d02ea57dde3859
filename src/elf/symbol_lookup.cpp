// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_symbols: by .gnu.hash, by .hash, or by a look at each symbol.
#include "elf/symbol_lookup.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <elf.h>

#include "base/byte_window.hpp"

namespace ringside::elf {
namespace {

// SymbolsInPlace reads single symbols of a table, and keeps those that have the name.
class SymbolsInPlace {
public:
  // open fails as symbol_sections and File::contents_source do.
  static Result<SymbolsInPlace> open(const File& file, const Section& table,
                                     std::string_view name) {
    const auto sections = symbol_sections(file, table);
    if (!sections)
      return sections.error();
    SymbolsInPlace symbols;
    symbols.wide_ = file.wide();
    symbols.count_ = sections->count;
    symbols.name_ = name;
    for (const auto& [section, window] :
         {std::pair(sections->entries, &symbols.entries_),
          std::pair(sections->strings, &symbols.strings_),
          std::pair(sections->section_indices, &symbols.section_indices_)}) {
      if (section == nullptr)
        continue;
      const auto source = file.contents_source(*section);
      if (!source)
        return source.error();
      *window = ByteWindow(*source, file.order());
    }
    return symbols;
  }

  [[nodiscard]] std::size_t count() const { return count_; }

  // look keeps the symbol at an index if it has the name. ERANGE if there is no such symbol, or
  // as reading fails.
  Result<void> look(std::uint64_t index) {
    const std::size_t size = symbol_size(wide_);
    const auto entry = entries_.at(index * size, size);
    if (!entry)
      return entry.error();
    Symbol symbol = decode_symbol(*entry, wide_);
    if (symbol.section == kMissingSection)
      if (const auto section = section_indices_.u32_at(index * sizeof(std::uint32_t)); section)
        symbol.section = *section;
    const auto is_named = strings_.is_text_at(symbol.name_offset, name_);
    if (!is_named)
      return is_named.error();
    return *is_named ? found_.append({static_cast<std::size_t>(index), symbol}) : Result<void>();
  }

  Vector<FoundSymbol> take() { return std::move(found_); }

private:
  bool wide_ = false;
  std::size_t count_ = 0;
  std::string_view name_;
  ByteWindow entries_;
  ByteWindow strings_;
  ByteWindow section_indices_;
  Vector<FoundSymbol> found_;
};

std::uint32_t gnu_hash(std::string_view name) {
  std::uint32_t hash = 5381;
  for (const char character : name)
    hash = hash * 33 + static_cast<unsigned char>(character);
  return hash;
}

std::uint32_t sysv_hash(std::string_view name) {
  std::uint32_t hash = 0;
  for (const char character : name) {
    hash = (hash << 4) + static_cast<unsigned char>(character);
    const std::uint32_t high = hash & 0xf0000000;
    hash = (hash ^ high >> 24) & ~high;
  }
  return hash;
}

// The layout of .gnu.hash: four numbers, words of a Bloom filter, buckets, then for each symbol
// from `first` on its hash, whose lowest bit says that its chain ends there.
Result<void> look_by_gnu_hash(ByteWindow& table, bool wide, std::uint32_t hash,
                              SymbolsInPlace& symbols) {
  auto header = table.at(0, 4 * sizeof(std::uint32_t));
  if (!header)
    return header.error();
  const std::uint32_t bucket_count = header->u32();
  const std::uint32_t first = header->u32();
  const std::uint32_t filter_words = header->u32();
  const std::uint32_t shift = header->u32();
  const std::uint32_t word_size = wide ? 8 : 4;
  const std::uint32_t word_bits = word_size * 8;
  if (bucket_count == 0 || filter_words == 0 || shift >= 32)
    return Errno(ERANGE);
  const std::uint64_t filter = 4 * sizeof(std::uint32_t);
  const auto word =
      table.word_at(filter + std::uint64_t{hash / word_bits % filter_words} * word_size, wide);
  if (!word)
    return word.error();
  const std::uint64_t bits =
      std::uint64_t{1} << (hash % word_bits) | std::uint64_t{1} << ((hash >> shift) % word_bits);
  if ((*word & bits) != bits)
    return {};
  const std::uint64_t buckets = filter + std::uint64_t{filter_words} * word_size;
  const std::uint64_t chains = buckets + std::uint64_t{bucket_count} * sizeof(std::uint32_t);
  const auto begin =
      table.u32_at(buckets + std::uint64_t{hash % bucket_count} * sizeof(std::uint32_t));
  if (!begin)
    return begin.error();
  if (*begin == 0)
    return {};
  if (*begin < first)
    return Errno(ERANGE);
  for (std::uint64_t index = *begin;; ++index) {
    const auto link = table.u32_at(chains + (index - first) * sizeof(std::uint32_t));
    if (!link)
      return link.error();
    if ((*link | 1) == (hash | 1))
      if (const auto looked = symbols.look(index); !looked)
        return looked;
    if ((*link & 1) != 0)
      return {};
  }
}

// The layout of .hash: the number of buckets and that of symbols, the buckets, and for each symbol
// the next one of its chain. A number has 4 bytes, on few machines 8.
Result<void> look_by_sysv_hash(ByteWindow& table, bool wide, std::uint32_t hash,
                               SymbolsInPlace& symbols) {
  const std::uint64_t size = wide ? 8 : 4;
  const auto bucket_count = table.word_at(0, wide);
  if (!bucket_count)
    return bucket_count.error();
  if (*bucket_count == 0 || *bucket_count > UINT32_MAX)
    return Errno(ERANGE);
  const std::uint64_t buckets = 2 * size;
  const std::uint64_t chains = buckets + *bucket_count * size;
  auto index = table.word_at(buckets + hash % *bucket_count * size, wide);
  for (std::size_t steps = 0; index && *index != 0; ++steps) {
    // A chain that comes back to its own symbols has no end.
    if (steps == symbols.count() || *index > UINT32_MAX)
      return Errno(ERANGE);
    if (const auto looked = symbols.look(*index); !looked)
      return looked;
    index = table.word_at(chains + *index * size, wide);
  }
  return index ? Result<void>() : index.error();
}

// hash_table_of is the section by which the symbols of a table are found, or nullptr.
const Section* hash_table_of(const File& file, const Section& table) {
  for (const std::uint32_t type : {std::uint32_t{SHT_GNU_HASH}, std::uint32_t{SHT_HASH}})
    for (const Section& section : file.sections())
      if (section.type == type && section.link == table.index)
        return &section;
  return nullptr;
}

Result<Vector<FoundSymbol>> find_by_hash(const File& file, const Section& table,
                                         const Section& hash_table, std::string_view name) {
  auto symbols = SymbolsInPlace::open(file, table, name);
  if (!symbols)
    return symbols.error();
  const auto source = file.source().part(hash_table.offset, hash_table.size);
  if (!source)
    return source.error();
  ByteWindow window(*source, file.order());
  const auto looked =
      hash_table.type == SHT_GNU_HASH
          ? look_by_gnu_hash(window, file.wide(), gnu_hash(name), *symbols)
          : look_by_sysv_hash(window, hash_table.entry_size == 8, sysv_hash(name), *symbols);
  if (!looked)
    return looked.error();
  auto found = symbols->take();
  std::sort(found.begin(), found.end(),
            [](const FoundSymbol& a, const FoundSymbol& b) { return a.index < b.index; });
  return found;
}

Result<Vector<FoundSymbol>> find_among_all(const File& file, const Section& table,
                                           std::string_view name, NameEnd end) {
  const auto symbols = Symbols::read(file, table);
  if (!symbols)
    return symbols.error();
  const char other_end = end == NameEnd::before_version ? '@' : '\0';
  Vector<FoundSymbol> found;
  std::size_t index = symbols->next_named(0, name, other_end);
  for (; index < symbols->size(); index = symbols->next_named(index + 1, name, other_end))
    if (!found.append({index, (*symbols)[index]}))
      return no_memory(file.subject_of(table), "the symbols of a name");
  return found;
}

} // namespace

Result<Vector<FoundSymbol>> find_symbols(const File& file, const Section& table,
                                         std::string_view name, NameEnd end) {
  const Section* const hash_table = hash_table_of(file, table);
  if (hash_table != nullptr && end == NameEnd::whole)
    if (auto found = find_by_hash(file, table, *hash_table, name);
        found || found.error() == kErrnoFormat)
      return found;
  return find_among_all(file, table, name, end);
}

} // namespace ringside::elf
