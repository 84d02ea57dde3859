// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The output: contents, names, symbols, and the file around them.
#include "linker/output.hpp"

#include <cerrno>
#include <cstring>

#include <elf.h>
#include <linux/bpf.h>

#include "base/failure.hpp"
#include "btf/strings.hpp"
#include "elf/writer.hpp"
#include "linker/types.hpp"

namespace ringside::linker {
namespace {

constexpr std::uint32_t kNamesIndex = 1;
constexpr std::uint32_t kSymbolsIndex = 2;
constexpr std::uint32_t kFirstIndex = 3;

class Output {
public:
  Output(const State& state, std::span<const Placed> inputs)
      : state_(state), inputs_(inputs),
        order_(inputs.empty() ? kNativeOrder : inputs[0].input->order()) {}

  Result<Vector<std::byte>> write() {
    const auto types = compose_types(state_, inputs_);
    if (!types)
      return types.error();
    for (const auto step : {&Output::sort_sections, &Output::sort_symbols, &Output::write_contents,
                            &Output::write_names, &Output::write_symbols})
      if (const auto done = (this->*step)(); !done)
        return done.error();
    const auto btf =
        types->btf != nullptr ? types->btf->bytes(order_) : Result<std::span<const std::byte>>({});
    const auto ext =
        types->ext != nullptr ? types->ext->bytes(order_) : Result<std::span<const std::byte>>({});
    if (!btf)
      return btf.error();
    if (!ext)
      return ext.error();
    return write_file(*btf, *ext);
  }

private:
  // The sections of the State that are sections of the file, in the order of their indices.
  template <class Visit>
  Result<void> each_section(Visit visit) {
    for (const std::uint32_t at : section_order_)
      if (const Result<void> done = visit(at); !done)
        return done;
    return {};
  }

  Result<void> sort_sections() {
    if (const auto room = section_order_.append_default(state_.indices); !room)
      return room;
    for (std::uint32_t at = 0; at < state_.sections.size(); ++at)
      if (state_.sections[at].index != 0)
        section_order_[state_.sections[at].index - 1] = at;
    return {};
  }

  // ELF has local symbols first. Otherwise their order is that in which they came.
  Result<void> sort_symbols() {
    const std::size_t count = state_.symbols.size();
    if (!symbol_order_.append_default(count) || !symbol_index_.append_default(count))
      return Errno(ENOMEM);
    std::uint32_t index = 0;
    for (const bool locals : {true, false})
      for (std::uint32_t number = 0; number < count; ++number)
        if ((state_.symbols[number].binding == STB_LOCAL) == locals) {
          symbol_index_[number] = index;
          symbol_order_[index++] = number;
        }
    return {};
  }

  Result<void> write_contents() {
    if (const auto room = contents_.append_default(state_.sections.size()); !room)
      return room;
    for (std::uint32_t at = 0; at < state_.sections.size(); ++at) {
      const OutputSection& section = state_.sections[at];
      if (section.is_shell || section.type == SHT_NOBITS)
        continue;
      if (const auto room = contents_[at].append_default(static_cast<std::size_t>(section.size));
          !room)
        return room;
    }
    for (const Placed& placed : inputs_) {
      const auto sections = placed.input->sections();
      for (std::uint32_t index = 1; index < sections.size(); ++index)
        if (placed.parts[index].section != kNone && !sections[index].content.empty())
          std::memcpy(contents_[placed.parts[index].section].data() + placed.parts[index].offset,
                      sections[index].content.data(), sections[index].content.size());
    }
    for (const Placed& placed : inputs_)
      move_relocations(placed);
    return {};
  }

  void move_relocations(const Placed& placed) {
    const auto sections = placed.input->sections();
    for (std::uint32_t index = 1; index < sections.size(); ++index) {
      const InputSection& section = sections[index];
      if (section.use != Use::relocations || placed.parts[index].section == kNone)
        continue;
      const std::size_t count = section.content.size() / sizeof(Elf64_Rel);
      for (std::size_t at = 0; at < count; ++at)
        move_relocation(placed, index, at);
    }
  }

  void move_relocation(const Placed& placed, std::uint32_t index, std::size_t at) {
    const InputSection& section = placed.input->sections()[index];
    const Part& target = placed.parts[section.target];
    elf::Relocation entry = read_relocation(*placed.input, section, at);
    const InputSymbol& symbol = placed.input->symbols()[entry.symbol];
    const std::uint64_t offset = target.offset + entry.offset;
    if (symbol.type == STT_SECTION && !is_special(symbol.section))
      move_immediate(contents_[target.section], offset, placed.parts[symbol.section].offset);
    std::byte* const to = contents_[placed.parts[index].section].data() +
                          placed.parts[index].offset + at * sizeof(Elf64_Rel);
    put(to, offset);
    put(to + 8, std::uint64_t{symbol_index_[placed.symbols[entry.symbol]]} << 32 | entry.type);
  }

  // A call counts instructions from the beginning of the section, a load of an address bytes.
  void move_immediate(Vector<std::byte>& code, std::uint64_t offset, std::uint64_t by) {
    std::byte* const instruction = code.data() + offset;
    const bool is_call = std::to_integer<unsigned>(instruction[0]) == (BPF_JMP | BPF_CALL);
    std::uint32_t immediate = 0;
    std::memcpy(&immediate, instruction + 4, sizeof(immediate));
    if (order_ != kNativeOrder)
      immediate = swapped_bytes(immediate);
    immediate += static_cast<std::uint32_t>(is_call ? by / kInstructionBytes : by);
    put(instruction + 4, immediate);
  }

  template <class Number>
  void put(std::byte* to, Number value) const {
    if (order_ != kNativeOrder)
      value = swapped_bytes(value);
    std::memcpy(to, &value, sizeof(value));
  }

  // The order of names is that of their first use: by input, its sections, its symbols, then its
  // relocations.
  Result<void> write_names() {
    for (const std::string_view name : {"", ".strtab", ".symtab"})
      if (const auto added = names_.add(name); !added)
        return added.error();
    for (std::uint32_t input = 0; input < inputs_.size(); ++input) {
      if (const auto done = add_section_names(input, false); !done)
        return done;
      for (const OutputSymbol& symbol : state_.symbols)
        if (symbol.first_input == input)
          if (const auto added = names_.add(symbol.name); !added)
            return added.error();
      if (const auto done = add_section_names(input, true); !done)
        return done;
    }
    return {};
  }
  Result<void> add_section_names(std::uint32_t input, bool relocations) {
    return each_section([&](std::uint32_t at) -> Result<void> {
      const OutputSection& section = state_.sections[at];
      if (section.first_input != input || section.is_relocations != relocations)
        return {};
      const auto added = names_.add(section.name);
      return added ? Result<void>() : added.error();
    });
  }

  [[nodiscard]] std::uint32_t file_index(std::uint32_t at) const {
    return state_.sections[at].index + kFirstIndex - 1;
  }

  Result<void> write_symbols() {
    for (const std::uint32_t number : symbol_order_) {
      const OutputSymbol& from = state_.symbols[number];
      elf::Symbol symbol;
      const auto name = names_.add(from.name);
      if (!name)
        return name.error();
      symbol.name_offset = *name;
      symbol.type = from.type;
      symbol.binding = from.binding;
      symbol.visibility = from.visibility;
      symbol.value = from.value;
      symbol.size = from.size;
      symbol.section = from.special;
      if (!from.is_extern && from.place != kNone)
        symbol.section = file_index(from.place);
      if (const auto room = symbols_.append(symbol); !room)
        return room;
    }
    if (symbols_.empty())
      if (const auto room = symbols_.append(elf::Symbol()); !room)
        return room;
    auto table = elf::write_symbols(symbols_, order_);
    if (!table)
      return table.error();
    symbol_table_ = std::move(*table);
    return {};
  }

  Result<void> add_section(std::string_view name, elf::OutputSection section) {
    const auto added = names_.add(name);
    if (!added)
      return added.error();
    section.name_offset = *added;
    return sections_.append(section);
  }

  Result<Vector<std::byte>> write_file(std::span<const std::byte> btf,
                                       std::span<const std::byte> ext) {
    if (const auto done = add_sections(btf, ext); !done)
      return done.error();
    // All names are there only now.
    sections_[0].content = std::as_bytes(names_.view());
    return elf::write_file({.order = order_,
                            .type = ET_REL,
                            .machine = EM_BPF,
                            .names_index = kNamesIndex,
                            .sections = sections_});
  }

  Result<void> add_sections(std::span<const std::byte> btf, std::span<const std::byte> ext) {
    if (const auto done =
            add_section(".strtab", {.type = SHT_STRTAB, .flags = SHF_STRINGS, .alignment = 1});
        !done)
      return done;
    if (const auto done = add_section(".symtab", {.type = SHT_SYMTAB,
                                                  .link = kNamesIndex,
                                                  .info = elf::first_not_local(symbols_),
                                                  .alignment = 8,
                                                  .entry_size = sizeof(Elf64_Sym),
                                                  .content = symbol_table_});
        !done)
      return done;
    if (const auto done = each_section([&](std::uint32_t at) { return add_own_section(at); });
        !done)
      return done;
    if (!btf.empty())
      if (const auto done =
              add_section(".BTF", {.type = SHT_PROGBITS, .alignment = 8, .content = btf});
          !done)
        return done;
    if (ext.empty())
      return {};
    return add_section(".BTF.ext", {.type = SHT_PROGBITS, .alignment = 8, .content = ext});
  }

  Result<void> add_own_section(std::uint32_t at) {
    const OutputSection& from = state_.sections[at];
    const bool is_empty = from.type == SHT_NOBITS;
    return add_section(from.name, {.type = from.type,
                                   .flags = from.flags,
                                   .link = from.is_relocations ? kSymbolsIndex : 0,
                                   .info = from.is_relocations ? file_index(from.target) : 0,
                                   .alignment = from.alignment,
                                   .entry_size = from.entry_size,
                                   .content = std::span<const std::byte>(contents_[at]),
                                   .nobits_size = is_empty ? from.size : 0});
  }

  const State& state_;
  std::span<const Placed> inputs_;
  ByteOrder order_;
  Vector<std::uint32_t> section_order_; // sections of the State, as the file has them
  Vector<std::uint32_t> symbol_order_;  // symbols of the State, as the file has them
  Vector<std::uint32_t> symbol_index_;  // in the file, by symbol of the State
  Vector<Vector<std::byte>> contents_;  // by section of the State
  btf::StringSet names_;                // each once
  Vector<elf::Symbol> symbols_;
  Vector<std::byte> symbol_table_;
  Vector<elf::OutputSection> sections_;
};

} // namespace

Result<Vector<std::byte>> write_output(const State& state, std::span<const Placed> inputs) {
  auto written = Output(state, inputs).write();
  if (!written && written.error() == Errno(ENOMEM))
    return no_memory("bpf_linker__finalize", "the output");
  return written;
}

} // namespace ringside::linker
