// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Input: the file, its sections, symbols and relocations.
#include "linker/input.hpp"

#include <cerrno>
#include <utility>

#include <elf.h>

#include "base/text.hpp"
#include "elf/relocations.hpp"

namespace ringside::linker {
namespace {

constexpr std::uint32_t kAddressSignificance = 0x6fff4c03; // SHT_LLVM_ADDRSIG
// Relocation types of BPF that the linker knows: R_BPF_64_64, _ABS64, _ABS32 and _64_32.
constexpr std::uint32_t kKnownRelocations = 1U << 1 | 1U << 2 | 1U << 3 | 1U << 10;
// The output has zeros up to the next multiple of an alignment.
constexpr std::uint64_t kMostAlignment = std::uint64_t{1} << 20;

bool is_debug(std::string_view name) {
  return name.starts_with(".debug_") || name.starts_with(".rel.debug_");
}

// The symbol table and the BTF say themselves what they are for; relocations of these are not used.
bool is_ignored(const elf::Section& section) {
  return section.type == SHT_STRTAB || section.type == kAddressSignificance ||
         is_debug(section.name) || (section.name == ".text" && section.size == 0) ||
         section.name == ".rel.BTF" || section.name == ".rel.BTF.ext";
}

// What ELF calls a wrong format is EINVAL for a linker.
Errno without_format(Errno error) {
  return error == kErrnoFormat ? Errno(EINVAL) : error;
}

constexpr bool is_power_of_two_or_0(std::uint64_t number) {
  return (number & (number - 1)) == 0;
}

} // namespace

bool InputSection::is_code() const {
  return (flags & SHF_EXECINSTR) != 0;
}

Result<Owned<Input>> Input::read(Array<std::byte> bytes, std::string_view name) {
  auto made = make<Input>();
  if (made == nullptr)
    return no_memory(name, "what is read of it");
  auto copy = copy_of(name);
  if (!copy)
    return no_memory(name, "its name");
  made->name_ = std::move(*copy);
  made->subject_ = Subject(std::string_view(made->name_.data(), name.size()));
  made->bytes_ = std::move(bytes);
  for (const auto step :
       {&Input::read_file, &Input::read_sections, &Input::read_symbols, &Input::index_symbols})
    if (const auto done = (made.get()->*step)(); !done)
      return done.error();
  if (const auto done = made->check_relocations(); !done)
    return done.error();
  if (const auto done = made->read_types(); !done)
    return done.error();
  return made;
}

Result<void> Input::read_file() {
  auto file = elf::File::open(ByteSource({bytes_.data(), bytes_.size()}), subject_);
  if (!file)
    return file.error() == kErrnoEndian ? Errno(EOPNOTSUPP) : without_format(file.error());
  file_ = std::move(*file);
  if (file_.type() != ET_REL || file_.machine() != EM_BPF || !file_.wide())
    return fail(subject_, Errno(EOPNOTSUPP),
                "is not a relocatable object for BPF of 64 bits (ELF type %u, machine %u): compile "
                "it with clang -target bpf -c",
                file_.type(), file_.machine());
  return {};
}

Result<void> Input::read_sections() {
  const auto sections = file_.sections();
  if (!sections_.append_default(sections.size()) || !contents_.append_default(sections.size()))
    return no_memory(subject_, "its sections");
  for (const elf::Section& section : sections.subspan(sections.empty() ? 0 : 1))
    if (const auto done = read_section(section, sections_[section.index]); !done)
      return done;
  if (symbols_index_ == 0)
    return fail(subject_, Errno(EINVAL), "has no symbol table");
  return {};
}

Result<void> Input::read_section(const elf::Section& section, InputSection& made) {
  made.name = section.name;
  made.type = section.type;
  made.flags = section.flags;
  made.alignment = section.alignment == 0 ? 1 : section.alignment;
  made.entry_size = section.entry_size;
  made.size = section.size;
  auto content = file_.contents(section);
  if (!content)
    return without_format(content.error());
  contents_[section.index] = std::move(*content);
  made.content = contents_[section.index].view();
  if (section.type == SHT_SYMTAB) {
    if (symbols_index_ != 0)
      return fail(file_.subject_of(section), Errno(EOPNOTSUPP), "is a second symbol table");
    symbols_index_ = section.index;
    made.use = Use::symbols;
  } else if (is_ignored(section)) {
    return is_debug(section.name) ? Result<void>() : check_section(section, made);
  } else if (section.type == SHT_PROGBITS && section.name == ".BTF") {
    made.use = Use::btf;
  } else if (section.type == SHT_PROGBITS && section.name == ".BTF.ext") {
    made.use = Use::btf_ext;
  } else if (section.type == SHT_PROGBITS || section.type == SHT_NOBITS) {
    made.use = Use::data;
  } else if (section.type == SHT_REL) {
    made.use = Use::relocations;
    made.target = section.info;
  } else {
    return fail(file_.subject_of(section), Errno(EINVAL),
                "has type 0x%x, which cannot be linked: an object for BPF has code, data, symbols, "
                "strings and relocations without addends",
                section.type);
  }
  return check_section(section, made);
}

Result<void> Input::check_section(const elf::Section& section, const InputSection& made) const {
  if (section.name.empty())
    return fail(file_.subject_of(section), Errno(EINVAL), "has no name");
  if (!is_power_of_two_or_0(section.alignment) || section.alignment > kMostAlignment)
    return fail(file_.subject_of(section), Errno(EINVAL),
                "is to be aligned to %llu, which is no power of two, or more than 1 MiB",
                static_cast<unsigned long long>(section.alignment));
  if (made.use == Use::data && made.is_code() && section.size % kInstructionBytes != 0)
    return fail(file_.subject_of(section), Errno(EINVAL),
                "has %llu bytes of code, which are no whole instructions",
                static_cast<unsigned long long>(section.size));
  return {};
}

Result<void> Input::read_symbols() {
  const elf::Section& section = file_.sections()[symbols_index_];
  if (section.entry_size != sizeof(Elf64_Sym))
    return fail(file_.subject_of(section), Errno(EINVAL), "has entries of %llu bytes, not of %zu",
                static_cast<unsigned long long>(section.entry_size), sizeof(Elf64_Sym));
  auto table = elf::Symbols::read(file_, section);
  if (!table)
    return without_format(table.error());
  symbol_table_ = std::move(*table);
  if (!symbols_.reserve(symbol_table_.size()))
    return no_memory(subject_, "its symbols");
  for (std::size_t index = 0; index < symbol_table_.size(); ++index) {
    InputSymbol symbol{symbol_table_[index], {}};
    const auto text = symbol_table_.name(symbol);
    if (!text)
      return fail(Subject(subject_, "symbol", static_cast<std::int64_t>(index)), Errno(EINVAL),
                  "its name is not in the table of names");
    symbol.text = *text;
    if (const auto done = check_symbol(symbol, index); !done)
      return done;
    if (!symbols_.append(symbol))
      return no_memory(subject_, "its symbols");
  }
  return {};
}

Result<void> Input::check_symbol(const InputSymbol& symbol, std::size_t index) const {
  const Subject subject(subject_, "symbol", static_cast<std::int64_t>(index));
  const char* wrong = nullptr;
  if (index == 0) {
    if (symbol.name_offset != 0 || symbol.type != 0 || symbol.binding != 0 ||
        symbol.visibility != 0 || symbol.section != 0 || symbol.value != 0 || symbol.size != 0)
      wrong = "the first symbol must be empty";
  } else if (symbol.binding != STB_LOCAL && symbol.binding != STB_GLOBAL &&
             symbol.binding != STB_WEAK) {
    wrong = "it is neither local, global nor weak";
  } else if (symbol.visibility != STV_DEFAULT && symbol.visibility != STV_HIDDEN) {
    wrong = "its visibility is neither default nor hidden";
  } else if (symbol.section == elf::kUndefinedSection) {
    if (symbol.type != STT_NOTYPE || symbol.binding == STB_LOCAL || symbol.value != 0 ||
        symbol.size != 0)
      wrong = "it is undefined, but has a type, a value or a size, or is local";
  } else if (!is_special(symbol.section) && symbol.section >= sections_.size()) {
    wrong = "there is no such section";
  } else if (symbol.type == STT_SECTION && symbol.value != 0) {
    wrong = "it stands for a section, but has a value";
  }
  if (wrong != nullptr)
    return fail(subject, Errno(EINVAL), "%s", wrong);
  return {};
}

Result<void> Input::index_symbols() {
  std::size_t count = 0;
  for (const InputSymbol& symbol : symbols_)
    count += symbol.binding != STB_LOCAL ? 1 : 0;
  if (!globals_.reserve(count))
    return no_memory(subject_, "its symbols");
  for (std::uint32_t index = 1; index < symbols_.size(); ++index)
    if (symbols_[index].binding != STB_LOCAL && !symbols_[index].text.empty())
      if (!globals_.insert(hash_text(symbols_[index].text), index))
        return no_memory(subject_, "its symbols");
  return {};
}

std::optional<std::uint32_t> Input::find_symbol(std::string_view name) const {
  const std::uint32_t found = globals_.find(
      hash_text(name), [&](std::uint32_t index) { return symbols_[index].text == name; });
  return found != HashIndex::kNone ? std::optional(found) : std::nullopt;
}

Result<void> Input::check_relocations() const {
  for (const elf::Section& section : file_.sections()) {
    if (sections_[section.index].use != Use::relocations)
      continue;
    const Subject subject = file_.subject_of(section);
    const elf::Section* const target = file_.section_at(section.info);
    if (section.entry_size != sizeof(Elf64_Rel))
      return fail(subject, Errno(EINVAL), "has entries of %llu bytes, not of %zu",
                  static_cast<unsigned long long>(section.entry_size), sizeof(Elf64_Rel));
    if (section.link != symbols_index_)
      return fail(subject, Errno(EINVAL), "section %u is not the symbol table", section.link);
    if (target == nullptr || !section.name.starts_with(".rel") ||
        section.name.substr(4) != target->name)
      return fail(subject, Errno(EINVAL), "is for section %u, whose name is another", section.info);
    const InputSection& data = sections_[target->index];
    if (data.use == Use::ignored)
      continue;
    if (data.use != Use::data)
      return fail(subject, Errno(EINVAL), "is for a section that is neither code nor data");
    const auto entries = elf::Relocations::read(file_, section);
    if (!entries)
      return without_format(entries.error());
    for (std::size_t index = 0; index < entries->size(); ++index) {
      const elf::Relocation entry = (*entries)[index];
      const char* wrong = nullptr;
      if (entry.type >= 32 || (kKnownRelocations >> entry.type & 1) == 0)
        wrong = "is of a type that is not known";
      else if (entry.symbol == 0 || entry.symbol >= symbols_.size())
        wrong = "names no symbol";
      else if (data.is_code() && entry.offset % kInstructionBytes != 0)
        wrong = "is not at an instruction";
      if (wrong != nullptr)
        return fail(Subject(subject, "relocation", static_cast<std::int64_t>(index)), Errno(EINVAL),
                    "%s", wrong);
    }
  }
  return {};
}

std::optional<std::uint32_t> Input::find_section(std::string_view name) const {
  for (std::uint32_t index = 1; index < sections_.size(); ++index)
    if ((sections_[index].use == Use::data || sections_[index].use == Use::shell) &&
        sections_[index].name == name)
      return index;
  return std::nullopt;
}

} // namespace ringside::linker
