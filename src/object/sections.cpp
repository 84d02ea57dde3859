// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What each section of an object is for, and its symbols.
#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <iterator>

#include <elf.h>

#include "base/byte_reader.hpp"
#include "base/errno.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

constexpr std::uint16_t kMachineBpf = 247;
constexpr std::uint32_t kTypeAddressSignificance = 0x6fff4c03; // SHT_LLVM_ADDRSIG

// Line says what a section is for: by its name, or what its name begins with. The first line
// decides.
struct Line {
  std::string_view name;
  enum class Match { whole, with_suffix } match; // "with suffix": ".data" and ".data.x"
  std::uint32_t type;                            // SHT_PROGBITS or SHT_NOBITS
  Use use;
};
constexpr Line kLines[] = {
    {".data", Line::Match::with_suffix, SHT_PROGBITS, Use::data},
    {".rodata", Line::Match::with_suffix, SHT_PROGBITS, Use::rodata},
    {".struct_ops", Line::Match::whole, SHT_PROGBITS, Use::struct_ops},
    {".struct_ops.link", Line::Match::whole, SHT_PROGBITS, Use::struct_ops},
    {"?.struct_ops", Line::Match::whole, SHT_PROGBITS, Use::struct_ops},
    {"?.struct_ops.link", Line::Match::whole, SHT_PROGBITS, Use::struct_ops},
    {".addr_space.1", Line::Match::whole, SHT_PROGBITS, Use::arena},
    {".jumptables", Line::Match::whole, SHT_PROGBITS, Use::jump_tables},
    {".bss", Line::Match::with_suffix, SHT_NOBITS, Use::bss},
};

bool is_of(const Line& line, const elf::Section& section) {
  if (section.type != line.type)
    return false;
  if (line.match == Line::Match::whole)
    return section.name == line.name;
  return section.name.starts_with(line.name) &&
         (section.name.size() == line.name.size() || section.name[line.name.size()] == '.');
}

bool is_ignored(const elf::Section& section) {
  return section.index == 0 || section.type == SHT_STRTAB ||
         section.type == kTypeAddressSignificance || section.name.starts_with(".debug_") ||
         section.name.starts_with(".rel.debug_") || section.name == ".rel.BTF" ||
         section.name == ".rel.BTF.ext";
}

Result<void> take_license(ParseWork& work, const elf::Section& section) {
  constexpr std::size_t kMost = 63;
  const auto content = work.file.contents(section);
  if (!content)
    return content.error();
  if (content->size() == 0)
    return fail(work.file.subject_of(section), kErrnoFormat, "it has no content");
  std::string_view text = as_text(content->view().first(std::min(content->size(), kMost)));
  text = text.substr(0, text.find('\0'));
  const auto kept = work.keep(text);
  if (!kept)
    return kept.error();
  work.parsed.license = *kept;
  return {};
}

Result<void> take_version(ParseWork& work, const elf::Section& section) {
  const auto content = work.file.contents(section);
  if (!content)
    return content.error();
  if (content->size() != sizeof(std::uint32_t))
    return fail(work.file.subject_of(section), kErrnoFormat,
                "it has %zu bytes, but a version has 4", content->size());
  work.parsed.kernel_version = work.file.reader(content->view()).u32();
  return {};
}

Result<void> take_symbols(ParseWork& work, const elf::Section& section) {
  if (work.symbol_section != nullptr)
    return fail(work.file.subject_of(section), kErrnoFormat, "it is a second symbol table");
  work.symbol_section = &section;
  return {};
}

Result<void> take_btf(ParseWork& work, const elf::Section& section) {
  if (section.type != SHT_PROGBITS)
    return fail(work.file.subject_of(section), kErrnoFormat,
                "its type is %" PRIu32 ", not SHT_PROGBITS", section.type);
  (section.name == ".BTF" ? work.btf : work.btf_ext) = &section;
  return {};
}

Result<void> take_maps(ParseWork& work, const elf::Section& section) {
  work.uses[section.index] = Use::maps;
  work.maps = &section;
  return {};
}

Result<void> refuse_old_maps(ParseWork& work, const elf::Section& section) {
  return fail(work.file.subject_of(section), Errno(ENOTSUP),
              "map definitions of this form ended with libbpf 1.0: define maps in SEC(\".maps\")");
}

Result<void> take_relocations(ParseWork& work, const elf::Section& section) {
  const elf::Section* const target = work.file.section_at(section.info);
  if (section.entry_size != sizeof(Elf64_Rel) || target == nullptr)
    return fail(work.file.subject_of(section), kErrnoFormat,
                "its entries have %" PRIu64 " bytes, and it is for section %" PRIu32
                ": they must have %zu, and there are %zu sections",
                section.entry_size, section.info, sizeof(Elf64_Rel), work.file.sections().size());
  constexpr std::string_view kOfData[] = {".rel.maps", ".rel.struct_ops", ".rel.struct_ops.link",
                                          ".rel?.struct_ops", ".rel?.struct_ops.link"};
  const bool is_wanted =
      (target->flags & SHF_EXECINSTR) != 0 ||
      std::find(std::begin(kOfData), std::end(kOfData), section.name) != std::end(kOfData);
  if (!is_wanted) {
    say(LogLevel::info, work.file.subject_of(section), "is left out: nothing here needs it");
    return {};
  }
  if (!work.relocations.append(&section))
    return work.out_of_memory();
  return {};
}

// Special sections, by name or type.
struct SpecialLine {
  std::string_view name; // empty: any
  std::uint32_t type;    // SHT_NULL: any
  Result<void> (*take)(ParseWork&, const elf::Section&);
};
constexpr SpecialLine kSpecialLines[] = {
    {"", SHT_SYMTAB, take_symbols},      {"license", SHT_NULL, take_license},
    {"version", SHT_NULL, take_version}, {"maps", SHT_NULL, refuse_old_maps},
    {".maps", SHT_NULL, take_maps},      {".BTF", SHT_NULL, take_btf},
    {".BTF.ext", SHT_NULL, take_btf},    {"", SHT_REL, take_relocations},
};

Result<void> take_section(ParseWork& work, const elf::Section& section) {
  for (const SpecialLine& line : kSpecialLines)
    if ((line.name.empty() || section.name == line.name) &&
        (line.type == SHT_NULL || section.type == line.type))
      return line.take(work, section);

  Use& use = work.uses[section.index];
  if (section.type == SHT_PROGBITS && section.size != 0 && (section.flags & SHF_EXECINSTR) != 0) {
    use = Use::programs;
    if (section.name == ".text")
      work.parsed.text_section = section.index;
    return {};
  }
  if (section.size != 0)
    for (const Line& line : kLines)
      if (is_of(line, section)) {
        use = line.use;
        work.has_struct_ops = work.has_struct_ops || use == Use::struct_ops;
        return {};
      }
  if (section.type == SHT_RELA)
    say(LogLevel::warn, work.file.subject_of(section),
        "is left out: programs are relocated by entries of type SHT_REL");
  else if (section.size != 0)
    say(LogLevel::info, work.file.subject_of(section), "is left out: nothing here needs it");
  return {};
}

} // namespace

Result<void> check_header(ParseWork& work) {
  const elf::File& file = work.file;
  if (!file.wide())
    return fail(work.subject, kErrnoFormat, "it is of the 32-bit class: BPF objects have 64 bits");
  if (file.sections().empty())
    return fail(work.subject, kErrnoFormat, "it has no section headers");
  if (file.type() != ET_REL || (file.machine() != EM_NONE && file.machine() != kMachineBpf))
    return fail(work.subject, kErrnoFormat,
                "it is no BPF object: its ELF type is %u and its machine %u; compile it with "
                "-target bpf -c",
                unsigned{file.type()}, unsigned{file.machine()});
  work.parsed.order = file.order();
  return {};
}

Result<void> sort_sections(ParseWork& work) {
  const auto sections = work.file.sections();
  if (!work.uses.append_default(sections.size()) ||
      !work.maps_of_sections.append_default(sections.size()))
    return work.out_of_memory();
  for (const elf::Section& section : sections) {
    if (const auto content = work.file.contents_source(section); !content)
      return content.error();
    if (!work.sections_by_name.insert(hash_text(section.name), section.index))
      return work.out_of_memory();
  }
  for (const elf::Section& section : sections)
    if (!is_ignored(section))
      if (const auto taken = take_section(work, section); !taken)
        return taken;
  if (work.symbol_section == nullptr)
    return fail(work.subject, Errno(ENOENT), "it has no symbol table: it was stripped of too much");
  return {};
}

Result<void> read_symbols(ParseWork& work) {
  auto table = elf::Symbols::read(work.file, *work.symbol_section);
  if (!table)
    return table.error();
  const std::size_t count = table->size();
  if (!work.symbols.append_default(count) || !work.global_symbols.reserve(count))
    return work.out_of_memory();
  for (std::uint32_t index = 0; index < count; ++index) {
    NamedSymbol& named = work.symbols[index];
    named.symbol = (*table)[index];
    named.index = index;
    const std::string_view name = table->name(named.symbol).value_or("");
    named.name_begin = name.data();
    named.name_size = static_cast<std::uint32_t>(name.size());
    const bool is_global = named.symbol.binding == STB_GLOBAL || named.symbol.binding == STB_WEAK;
    if (is_global && !name.empty() && work.find_global(name) == HashIndex::kNone)
      if (!work.global_symbols.insert(hash_text(name), index))
        return work.out_of_memory();
  }
  work.symbol_names = table->take_names();
  return {};
}

} // namespace ringside::object
