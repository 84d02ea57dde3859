// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The functions of an object: each symbol of type STT_FUNC in a section of code is one.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include <elf.h>

#include "bpf/insn.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

bool is_function(const ParseWork& work, const NamedSymbol& named) {
  return named.symbol.type == STT_FUNC && work.use_of(named.symbol.section) == Use::programs;
}

// read_code is the instructions of a function in host order: the byte order of a foreign object
// turns their parts and the halves of the byte with the registers.
Result<std::span<const bpf_insn>> read_code(ParseWork& work, const elf::Symbol& symbol) {
  if (symbol.size > SIZE_MAX)
    return work.out_of_memory();
  const auto copy =
      work.parsed.memory.array<bpf_insn>(static_cast<std::size_t>(symbol.size) / bpf::insn::kBytes);
  if (!copy)
    return work.out_of_memory();
  const elf::Section& section = work.file.sections()[symbol.section];
  if (const auto read =
          work.file.read(section, symbol.value, std::as_writable_bytes(std::span(*copy)));
      !read)
    return read.error();
  if (work.file.order() != kNativeOrder)
    for (bpf_insn& insn : *copy) {
      const std::uint8_t registers = insn.dst_reg;
      insn.dst_reg = insn.src_reg;
      insn.src_reg = registers & 0xf;
      insn.off = static_cast<std::int16_t>(swapped_bytes(static_cast<std::uint16_t>(insn.off)));
      insn.imm = static_cast<std::int32_t>(swapped_bytes(static_cast<std::uint32_t>(insn.imm)));
    }
  return std::span<const bpf_insn>(*copy);
}

Result<void> check_function(const ParseWork& work, const NamedSymbol& named,
                            const Subject& subject) {
  const elf::Symbol& symbol = named.symbol;
  const std::uint64_t section_size = work.file.sections()[symbol.section].size;
  if (named.name().empty())
    return fail(subject, kErrnoFormat, "it is a function without a name");
  if (symbol.value > section_size || symbol.size > section_size - symbol.value)
    return fail(subject, kErrnoFormat,
                "%" PRIu64 " bytes from %" PRIu64 " on are not all in its section of %" PRIu64
                " bytes",
                symbol.size, symbol.value, section_size);
  if (symbol.binding == STB_LOCAL && symbol.section != work.parsed.text_section)
    return fail(subject, Errno(ENOTSUP),
                "a static function cannot be a program of its own: make it global");
  if (symbol.size == 0 || symbol.size % bpf::insn::kBytes != 0 ||
      symbol.value % bpf::insn::kBytes != 0)
    return fail(subject, Errno(EINVAL),
                "%" PRIu64 " bytes from %" PRIu64 " on are no whole instructions of 8 bytes",
                symbol.size, symbol.value);
  return {};
}

Result<ParsedProgram> read_function(ParseWork& work, const NamedSymbol& named) {
  const elf::Symbol& symbol = named.symbol;
  const Subject subject(work.subject, "symbol", named.name());
  if (const auto checked = check_function(work, named, subject); !checked)
    return checked.error();

  ParsedProgram program;
  std::string_view section = work.file.sections()[symbol.section].name;
  program.autoload = !section.starts_with('?');
  section.remove_prefix(program.autoload ? 0 : 1);
  const auto name = work.keep(named.name());
  const auto section_name = work.keep(section);
  const auto code = read_code(work, symbol);
  if (!name || !section_name)
    return Errno(ENOMEM);
  if (!code)
    return code.error();
  program.name = *name;
  program.section = *section_name;
  program.symbol = named.index;
  program.section_index = symbol.section;
  program.section_insn = static_cast<std::uint32_t>(symbol.value / bpf::insn::kBytes);
  program.code = *code;
  program.is_subprogram = symbol.section == work.parsed.text_section;
  program.is_hidden = symbol.binding != STB_LOCAL &&
                      (symbol.visibility == STV_HIDDEN || symbol.visibility == STV_INTERNAL);
  return program;
}

} // namespace

Result<void> read_programs(ParseWork& work) {
  const auto count = static_cast<std::size_t>(
      std::count_if(work.symbols.begin(), work.symbols.end(),
                    [&](const NamedSymbol& named) { return is_function(work, named); }));
  auto programs = work.parsed.memory.array<ParsedProgram>(count);
  if (!programs)
    return work.out_of_memory();
  std::size_t next = 0;
  std::uint64_t bytes_left = work.file.most_read();
  for (const NamedSymbol& named : work.symbols) {
    if (!is_function(work, named))
      continue;
    if (named.symbol.size > bytes_left)
      return fail(work.subject, kErrnoFormat,
                  "its functions overlap: together they are many times the size of the file");
    bytes_left -= named.symbol.size;
    auto program = read_function(work, named);
    if (!program)
      return program.error();
    (*programs)[next++] = *program;
  }
  std::sort(programs->begin(), programs->end(),
            [](const ParsedProgram& one, const ParsedProgram& other) {
              if (one.section_index != other.section_index)
                return one.section_index < other.section_index;
              if (one.section_insn != other.section_insn)
                return one.section_insn < other.section_insn;
              return one.symbol > other.symbol; // as the stock library has aliases
            });
  work.parsed.programs = *programs;
  return {};
}

} // namespace ringside::object
