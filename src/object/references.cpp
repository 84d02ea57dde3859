// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What instructions and the variables of maps refer to, from the relocations of the file.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include <elf.h>
#include <linux/bpf.h>

#include "bpf/insn.hpp"
#include "btf/strip.hpp"
#include "elf/relocations.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

// Found is a reference with the program that has it.
struct Found {
  std::uint32_t program;
  Reference reference;
};

bool is_special(std::uint32_t section) {
  return section == elf::kUndefinedSection || section >= elf::kFirstSpecialSection;
}

// ReferenceReading is one section of relocations.
class ReferenceReading {
public:
  ReferenceReading(ParseWork& work, const elf::Section& section)
      : work_(work), section_(section), subject_(work.file.subject_of(section)) {}

  Result<void> of_programs(Vector<Found>& found);
  Result<void> of_maps();
  Result<void> of_struct_ops();

private:
  [[nodiscard]] Errno broken(std::uint64_t offset, Errno error, const char* why) const {
    return fail(subject_, error, "the entry for offset %" PRIu64 " %s", offset, why);
  }
  Result<const NamedSymbol*> symbol_of(const elf::Relocation& relocation) const;
  [[nodiscard]] std::uint32_t map_begin(std::uint32_t section, std::uint64_t offset) const;
  Result<Reference> reference_of(const elf::Relocation& relocation, const NamedSymbol& named,
                                 const bpf_insn& insn) const;
  Result<Reference> reference_to_section(const elf::Relocation& relocation,
                                         const NamedSymbol& named, Reference reference) const;
  Result<void> add_to_aliases(std::uint32_t program, const Reference& reference,
                              Vector<Found>& found) const;
  Result<std::uint32_t> map_variable_at(std::uint64_t offset) const;
  Result<Slot> slot_of(const ParsedMap& map, const elf::Relocation& relocation) const;

  ParseWork& work_;
  const elf::Section& section_;
  Subject subject_;
};

Result<const NamedSymbol*> ReferenceReading::symbol_of(const elf::Relocation& relocation) const {
  if (relocation.symbol >= work_.symbols.size())
    return broken(relocation.offset, kErrnoFormat, "names a symbol that the file does not have");
  return &work_.symbols[relocation.symbol];
}

// map_begin is the map whose variable begins at an offset of a section.
std::uint32_t ReferenceReading::map_begin(std::uint32_t section, std::uint64_t offset) const {
  const std::uint32_t index = work_.map_at(section, offset);
  return index != kNoIndex && work_.parsed.maps[index].offset == offset ? index : kNoIndex;
}

Result<Reference> ReferenceReading::reference_to_section(const elf::Relocation& relocation,
                                                         const NamedSymbol& named,
                                                         Reference reference) const {
  const elf::Symbol& symbol = named.symbol;
  switch (work_.use_of(symbol.section)) {
  case Use::arena:
    reference.to = RefersTo::arena;
    reference.index = work_.parsed.arena_map;
    return reference;
  case Use::jump_tables:
    reference.to = RefersTo::jump_table;
    reference.size = symbol.size;
    return reference;
  case Use::maps:
    reference.index = map_begin(symbol.section, symbol.value);
    if (reference.index == kNoIndex)
      return broken(relocation.offset, kErrnoReloc, "names a place in .maps where no map begins");
    return reference;
  case Use::data:
  case Use::rodata:
  case Use::bss:
    reference.to = RefersTo::data;
    reference.index = map_begin(symbol.section, 0);
    return reference;
  default:
    return broken(relocation.offset, kErrnoReloc,
                  "names something in a section that is neither code, data nor a map");
  }
}

Result<Reference> ReferenceReading::reference_of(const elf::Relocation& relocation,
                                                 const NamedSymbol& named,
                                                 const bpf_insn& insn) const {
  const elf::Symbol& symbol = named.symbol;
  Reference reference;
  reference.is_call = bpf::insn::is_call(insn);
  reference.offset = symbol.value;
  if (!reference.is_call && !bpf::insn::is_load_64(insn))
    return broken(relocation.offset, kErrnoReloc,
                  "is for an instruction that neither calls nor loads an address");
  const std::uint32_t external =
      work_.externs_of_symbols.empty() ? kNoIndex : work_.externs_of_symbols[relocation.symbol];
  if (external != kNoIndex) {
    reference.to = RefersTo::external;
    reference.index = external;
    return reference;
  }
  const bool is_in_text = symbol.section == work_.parsed.text_section;
  const bool is_whole = symbol.value % bpf::insn::kBytes == 0;
  if (reference.is_call) {
    reference.to = RefersTo::subprogram;
    if (insn.src_reg != BPF_PSEUDO_CALL)
      return broken(relocation.offset, kErrnoReloc, "is for a call of a helper");
    if (!is_in_text || !is_whole)
      return broken(relocation.offset, kErrnoReloc,
                    "calls something else than a function in .text");
    return reference;
  }
  if (is_special(symbol.section))
    return fail(Subject(subject_, "symbol", named.name()), kErrnoReloc,
                "an instruction refers to it, but it is not defined: declare it with __ksym or "
                "__kconfig, or define it");
  const bool is_function =
      (symbol.type == STT_FUNC && symbol.binding != STB_LOCAL) || symbol.type == STT_SECTION;
  if (is_in_text && is_function) {
    reference.to = RefersTo::subprogram;
    if (!is_whole || insn.imm % static_cast<std::int32_t>(bpf::insn::kBytes) != 0)
      return broken(relocation.offset, kErrnoReloc, "names no whole instruction of .text");
    return reference;
  }
  return reference_to_section(relocation, named, reference);
}

// add_to_aliases adds a reference to a function and to its aliases, which lie before it.
Result<void> ReferenceReading::add_to_aliases(std::uint32_t program, const Reference& reference,
                                              Vector<Found>& found) const {
  const std::uint32_t begin = work_.parsed.programs[program].section_insn;
  for (;; --program) {
    const ParsedProgram& owner = work_.parsed.programs[program];
    if (owner.section_index != section_.info || owner.section_insn != begin)
      return {};
    if (reference.insn < owner.code.size() && !found.append({program, reference}))
      return work_.out_of_memory();
    if (program == 0)
      return {};
  }
}

Result<void> ReferenceReading::of_programs(Vector<Found>& found) {
  const auto relocations = elf::Relocations::read(work_.file, section_);
  if (!relocations)
    return relocations.error();
  const std::uint64_t size = work_.file.sections()[section_.info].size;
  for (std::size_t index = 0; index < relocations->size(); ++index) {
    const elf::Relocation relocation = (*relocations)[index];
    const auto named = symbol_of(relocation);
    if (!named)
      return named.error();
    const std::uint32_t symbol_section = (*named)->symbol.section;
    if (symbol_section != elf::kUndefinedSection && symbol_section >= work_.file.sections().size())
      return broken(relocation.offset, kErrnoFormat, "names a symbol in no section of the file");
    if (relocation.offset % bpf::insn::kBytes != 0 || relocation.offset >= size)
      return broken(relocation.offset, kErrnoFormat, "is for no instruction of its section");
    const std::uint64_t insn = relocation.offset / bpf::insn::kBytes;
    const std::uint32_t program = work_.parsed.program_at(section_.info, insn);
    if (program == kNoIndex)
      continue;
    const ParsedProgram& at = work_.parsed.programs[program];
    if (bpf::insn::is_load_64(at.code[static_cast<std::size_t>(insn - at.section_insn)]) &&
        insn + 1 - at.section_insn >= at.code.size())
      return broken(relocation.offset, kErrnoReloc, "is for a load whose second half is missing");
    auto reference = reference_of(relocation, **named,
                                  at.code[static_cast<std::size_t>(insn - at.section_insn)]);
    if (!reference)
      return reference.error();
    reference->insn = static_cast<std::uint32_t>(insn - at.section_insn);
    if (const auto added = add_to_aliases(program, *reference, found); !added)
      return added;
  }
  return {};
}

// map_variable_at is the map whose variable contains an offset of the relocated section.
Result<std::uint32_t> ReferenceReading::map_variable_at(std::uint64_t offset) const {
  const std::uint32_t index = work_.map_at(section_.info, offset);
  if (index == kNoIndex)
    return broken(offset, Errno(EINVAL), "lies in no map's variable");
  return index;
}

Result<Slot> ReferenceReading::slot_of(const ParsedMap& map,
                                       const elf::Relocation& relocation) const {
  const auto named = symbol_of(relocation);
  if (!named)
    return named.error();
  const elf::Symbol& symbol = (*named)->symbol;
  const std::uint64_t within = relocation.offset - map.offset;
  const bool holds_maps = map.values.there && map.values.inner_type_id != 0;
  if (holds_maps && work_.use_of(symbol.section) != Use::maps)
    return broken(relocation.offset, kErrnoReloc, "names something that is not in .maps");
  if (!map.values.there || within < map.values.offset ||
      (within - map.values.offset) % sizeof(std::uint64_t) != 0)
    return broken(relocation.offset, Errno(EINVAL), "is for no element of a map's values");
  Slot slot;
  slot.key = static_cast<std::uint32_t>((within - map.values.offset) / sizeof(std::uint64_t));
  if (holds_maps) {
    if (map.definition.type == BPF_MAP_TYPE_HASH_OF_MAPS &&
        map.definition.key_size != sizeof(std::uint32_t))
      return broken(relocation.offset, Errno(EINVAL), "is for a map whose keys are not 4 bytes");
    slot.index = map_begin(symbol.section, symbol.value);
    if (slot.index == kNoIndex)
      return broken(relocation.offset, Errno(ESRCH), "names a place where no map begins");
    return slot;
  }
  slot.index = symbol.value % bpf::insn::kBytes == 0 && symbol.type == STT_FUNC
                   ? work_.parsed.program_at(symbol.section, symbol.value / bpf::insn::kBytes)
                   : kNoIndex;
  if (slot.index == kNoIndex || work_.parsed.programs[slot.index].is_subprogram)
    return broken(relocation.offset, Errno(ESRCH), "names no program");
  const ParsedProgram& program = work_.parsed.programs[slot.index];
  if (program.section_insn != symbol.value / bpf::insn::kBytes)
    return broken(relocation.offset, kErrnoReloc, "names no program at its beginning");
  return slot;
}

// Belongs is an element for one of a map's lists.
template <class T>
struct Belongs {
  std::uint32_t map;
  T value;
};

// give_to_maps hands the elements out, in the order of the relocations, to the `kMember` of their
// maps.
template <auto kMember, class T>
Result<void> give_to_maps(ParseWork& work, Vector<Belongs<T>>& all) {
  const auto of_earlier_map = [&all](std::uint32_t one, std::uint32_t other) {
    return all[one].map != all[other].map ? all[one].map < all[other].map : one < other;
  };
  Vector<std::uint32_t> order;
  if (!order.append_default(all.size()))
    return work.out_of_memory();
  for (std::uint32_t index = 0; index < order.size(); ++index)
    order[index] = index;
  std::sort(order.begin(), order.end(), of_earlier_map);
  auto values = work.parsed.memory.array<T>(all.size());
  if (!values)
    return work.out_of_memory();
  for (std::size_t begin = 0; begin < order.size();) {
    const std::uint32_t map = all[order[begin]].map;
    std::size_t end = begin;
    for (; end < order.size() && all[order[end]].map == map; ++end)
      (*values)[end] = all[order[end]].value;
    work.parsed.maps[map].*kMember = values->subspan(begin, end - begin);
    begin = end;
  }
  return {};
}

Result<void> ReferenceReading::of_maps() {
  const auto relocations = elf::Relocations::read(work_.file, section_);
  if (!relocations)
    return relocations.error();
  Vector<Belongs<Slot>> slots;
  for (std::size_t index = 0; index < relocations->size(); ++index) {
    const elf::Relocation relocation = (*relocations)[index];
    const auto map = map_variable_at(relocation.offset);
    if (!map)
      return map.error();
    const auto slot = slot_of(work_.parsed.maps[*map], relocation);
    if (!slot)
      return slot.error();
    if (!slots.append({*map, *slot}))
      return work_.out_of_memory();
  }
  return give_to_maps<&ParsedMap::slots>(work_, slots);
}

// points_to_function is whether a struct has a member at an offset that is a pointer to a function.
bool points_to_function(const btf::Btf& btf, btf::Type type, std::uint64_t offset) {
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const btf::Member member = type.member(index);
    if (member.bit_offset != offset * 8)
      continue;
    const btf::Type pointer = btf.type(btf::strip(btf, member.type));
    return pointer.is(btf::kPtr) && btf.type(btf::strip(btf, pointer.target())).is(btf::kFuncProto);
  }
  return false;
}

Result<void> ReferenceReading::of_struct_ops() {
  const auto relocations = elf::Relocations::read(work_.file, section_);
  if (!relocations)
    return relocations.error();
  Vector<Belongs<OpsProgram>> programs;
  for (std::size_t index = 0; index < relocations->size(); ++index) {
    const elf::Relocation relocation = (*relocations)[index];
    const auto named = symbol_of(relocation);
    if (!named)
      return named.error();
    const auto map = map_variable_at(relocation.offset);
    if (!map)
      return map.error();
    const elf::Symbol& symbol = (*named)->symbol;
    if (is_special(symbol.section))
      return broken(relocation.offset, kErrnoReloc, "names a symbol that is not in the file");
    if (symbol.value % bpf::insn::kBytes != 0)
      return broken(relocation.offset, kErrnoFormat, "names no whole instruction");
    const ParsedMap& ops = work_.parsed.maps[*map];
    const std::uint64_t offset = relocation.offset - ops.offset;
    // The type may say that it is smaller than its members.
    if (offset + sizeof(std::uint64_t) > ops.definition.value_size ||
        !points_to_function(*work_.parsed.btf, work_.parsed.btf->type(ops.ops_type_id), offset))
      return broken(relocation.offset, Errno(EINVAL), "is for no member that points to a function");
    const std::uint32_t program =
        work_.parsed.program_at(symbol.section, symbol.value / bpf::insn::kBytes);
    if (program == kNoIndex)
      return broken(relocation.offset, Errno(EINVAL), "names no program");
    if (!programs.append({*map, {static_cast<std::uint32_t>(offset), program}}))
      return work_.out_of_memory();
  }
  return give_to_maps<&ParsedMap::ops_programs>(work_, programs);
}

Result<void> give_to_programs(ParseWork& work, Vector<Found>& found) {
  std::sort(found.begin(), found.end(), [](const Found& one, const Found& other) {
    return one.program != other.program ? one.program < other.program
                                        : one.reference.insn < other.reference.insn;
  });
  auto references = work.parsed.memory.array<Reference>(found.size());
  if (!references)
    return work.out_of_memory();
  for (std::size_t begin = 0; begin < found.size();) {
    const std::uint32_t program = found[begin].program;
    std::size_t end = begin;
    for (; end < found.size() && found[end].program == program; ++end)
      (*references)[end] = found[end].reference;
    work.parsed.programs[program].references = references->subspan(begin, end - begin);
    begin = end;
  }
  return {};
}

} // namespace

Result<void> read_relocations(ParseWork& work) {
  Vector<Found> found;
  for (const elf::Section* section : work.relocations) {
    ReferenceReading reading(work, *section);
    Result<void> read;
    switch (work.use_of(section->info)) {
    case Use::programs:
      read = reading.of_programs(found);
      break;
    case Use::maps:
      read = reading.of_maps();
      break;
    case Use::struct_ops:
      read = reading.of_struct_ops();
      break;
    default:
      break;
    }
    if (!read)
      return read;
  }
  return give_to_programs(work, found);
}

} // namespace ringside::object
