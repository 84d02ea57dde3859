// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// read_elf: from tables to names. Sources: the gABI, and the LSB's chapter on symbol versions.
#include "abi/elf_file.hpp"

#include <climits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "abi/elf_symbols.hpp"
#include "abi/elf_tables.hpp"

namespace ringside::tool::abi {
namespace {

constexpr std::size_t kMostSymbols = 1'000'000;
// The sections of versions: definitions with their parents, or libraries with the needed versions.
constexpr std::size_t kMostVersions = 4096;

constexpr GElf_Versym kHidden = 0x8000;
constexpr GElf_Versym kLocal = 0;
constexpr GElf_Versym kUnversioned = 1;

struct Version {
  std::string node;
  std::string library; // of a version that is wanted
};
using VersionsByIndex = std::map<GElf_Versym, Version>;

class Reader {
public:
  explicit Reader(const std::string& path) : elf_(path) { file_.path = path; }

  ElfFile read() {
    file_.interpreter = elf_.interpreter();
    file_.is_program =
        elf_.type() == ET_EXEC || (elf_.dynamic(DT_FLAGS_1).value_or(0) & DF_1_PIE) != 0;
    if (!elf_.is_dynamic())
      return std::move(file_);
    read_flags();
    for (const GElf_Xword offset : elf_.all_dynamic(DT_NEEDED))
      file_.needed.push_back(elf_.name(offset));
    if (const auto offset = elf_.dynamic(DT_SONAME))
      file_.surface.soname = elf_.name(*offset);
    // Older linkers do not mark a program that may lie anywhere.
    file_.is_program =
        file_.is_program || (!file_.interpreter.empty() && file_.surface.soname.empty());
    read_definitions();
    read_needs();
    read_symbols();
    sort_symbols(file_.surface.symbols);
    file_.debug_info = elf_.has_section(".debug_info") || elf_.has_section(".zdebug_info");
    file_.build_id = elf_.build_id();
    return std::move(file_);
  }

private:
  void read_flags() {
    const GElf_Xword flags = elf_.dynamic(DT_FLAGS).value_or(0);
    file_.text_relocations = elf_.dynamic(DT_TEXTREL) || (flags & DF_TEXTREL);
    const GElf_Phdr* stack = elf_.segment(PT_GNU_STACK);
    file_.stack_told = stack != nullptr;
    file_.executable_stack = stack == nullptr || (stack->p_flags & PF_X);
    const bool now = elf_.dynamic(DT_BIND_NOW) || (flags & DF_BIND_NOW) ||
                     (elf_.dynamic(DT_FLAGS_1).value_or(0) & DF_1_NOW);
    if (elf_.segment(PT_GNU_RELRO) != nullptr)
      file_.relro = now ? Relro::full : Relro::partial;
  }

  // The table of versions that the loader finds by a tag. It is a linked list of 4-byte words in
  // any order, and no field of the file gives its size.
  [[nodiscard]] std::optional<Table> table_of_versions(GElf_Sxword tag, Elf_Type type) const {
    constexpr GElf_Xword kMost = GElf_Xword{1} << 20;
    const auto address = elf_.dynamic(tag);
    return address ? std::optional(elf_.rest(*address, kMost, type)) : std::nullopt;
  }

  // An offset in a table of versions. The tables are linked lists, in any order.
  int place_in(const Table& table, std::size_t offset) const {
    if (offset >= table.size() || offset > INT_MAX)
      elf_.damaged("a list of versions leads out of its table");
    return static_cast<int>(offset);
  }

  void count_version() {
    if (++versions_ > kMostVersions)
      elf_.damaged("it has more versions than any library");
  }

  template <class Entry>
  const Entry& checked(const Entry* entry) const {
    if (entry == nullptr)
      elf_.damaged("a version lies outside of its table");
    return *entry;
  }

  void read_definitions() {
    const std::optional<Table> table = table_of_versions(DT_VERDEF, ELF_T_VDEF);
    if (!table)
      return;
    GElf_Verdef entry{};
    for (std::size_t at = 0;; at += entry.vd_next) {
      count_version();
      checked(gelf_getverdef(table->data, place_in(*table, at), &entry));
      std::vector<std::string> names;
      GElf_Verdaux name{};
      std::size_t name_at = at + entry.vd_aux;
      for (unsigned i = 0; i < entry.vd_cnt; ++i, name_at += name.vda_next) {
        count_version();
        checked(gelf_getverdaux(table->data, place_in(*table, name_at), &name));
        names.push_back(elf_.name(name.vda_name));
      }
      // The base entry has the name of the library itself.
      if (!names.empty() && (entry.vd_flags & VER_FLG_BASE) == 0) {
        definitions_[entry.vd_ndx & ~kHidden] = {names.front(), ""};
        file_.surface.nodes.push_back({names.front(), {names.begin() + 1, names.end()}});
      }
      if (entry.vd_next == 0)
        return;
    }
  }

  void read_needs() {
    const std::optional<Table> table = table_of_versions(DT_VERNEED, ELF_T_VNEED);
    if (!table)
      return;
    GElf_Verneed entry{};
    for (std::size_t at = 0;; at += entry.vn_next) {
      count_version();
      checked(gelf_getverneed(table->data, place_in(*table, at), &entry));
      const std::string library = elf_.name(entry.vn_file);
      GElf_Vernaux version{};
      std::size_t version_at = at + entry.vn_aux;
      for (unsigned i = 0; i < entry.vn_cnt; ++i, version_at += version.vna_next) {
        count_version();
        checked(gelf_getvernaux(table->data, place_in(*table, version_at), &version));
        needs_[version.vna_other & ~kHidden] = {elf_.name(version.vna_name), library};
      }
      if (entry.vn_next == 0)
        return;
    }
  }

  void read_symbols() {
    const auto address = elf_.dynamic(DT_SYMTAB);
    if (!address)
      elf_.damaged("it has no dynamic symbol table");
    const SymbolRange range = symbols_of(elf_);
    if (range.end > kMostSymbols)
      elf_.fail("has more than a million dynamic symbols; name another file");
    const Table symbols = elf_.table(*address, range.end * sizeof(Elf64_Sym), ELF_T_SYM);
    std::optional<Table> versions;
    if (const auto at = elf_.dynamic(DT_VERSYM))
      versions = elf_.table(*at, range.end * sizeof(Elf64_Half), ELF_T_HALF);
    for (std::size_t i = 1; i < range.end; ++i) {
      GElf_Sym symbol{};
      GElf_Versym version = kUnversioned;
      if (gelf_getsym(symbols.data, static_cast<int>(i), &symbol) == nullptr ||
          (versions && gelf_getversym(versions->data, static_cast<int>(i), &version) == nullptr))
        elf_.damaged("its symbol tables are of different sizes");
      take(symbol, version, range.is_found(i));
    }
  }

  // `is_found`: whether the loader finds it by its name.
  void take(const GElf_Sym& symbol, GElf_Versym version, bool is_found) {
    const unsigned binding = GELF_ST_BIND(symbol.st_info);
    const unsigned visibility = GELF_ST_VISIBILITY(symbol.st_other);
    if (binding == STB_LOCAL || visibility == STV_HIDDEN || visibility == STV_INTERNAL)
      return;
    const bool weak = binding == STB_WEAK;
    const GElf_Versym index = version & ~kHidden;
    // A program may have a copy of a library's variable, with the version that it needs.
    if (symbol.st_shndx == SHN_UNDEF || needs_.contains(index)) {
      const Version wanted = version_at(needs_, index);
      file_.imports.push_back({elf_.name(symbol.st_name), wanted.node, wanted.library, weak});
      return;
    }
    if (index == kLocal || !is_found)
      return;
    const std::string node = version_at(definitions_, index).node;
    std::string name = elf_.name(symbol.st_name);
    // GNU ld also defines a symbol for each node.
    if (symbol.st_shndx == SHN_ABS && name == node)
      return;
    file_.surface.symbols.push_back(
        {std::move(name), node, (version & kHidden) == 0, kind_of(symbol), weak});
  }

  [[nodiscard]] Version version_at(const VersionsByIndex& versions, GElf_Versym index) const {
    if (index == kLocal || index == kUnversioned)
      return {};
    const auto found = versions.find(index);
    if (found == versions.end())
      elf_.damaged(fmt::format("a symbol has the version {}, which there is not", index));
    return found->second;
  }

  static SymbolKind kind_of(const GElf_Sym& symbol) {
    switch (GELF_ST_TYPE(symbol.st_info)) {
    case STT_FUNC:
    case STT_GNU_IFUNC:
      return SymbolKind::function;
    case STT_OBJECT:
    case STT_COMMON:
      return SymbolKind::data;
    case STT_TLS:
      return SymbolKind::thread_local_data;
    default:
      return SymbolKind::untyped;
    }
  }

  ElfTables elf_;
  ElfFile file_;
  VersionsByIndex definitions_, needs_;
  std::size_t versions_ = 0;
};

} // namespace

ElfFile read_elf(const std::string& path) {
  return Reader(path).read();
}

} // namespace ringside::tool::abi
