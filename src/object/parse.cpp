// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// parse: the steps from the bytes of a file to Parsed.
#include <algorithm>
#include <cerrno>

#include "base/byte_source.hpp"
#include "base/errno.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

constexpr Result<void> (*kSteps[])(ParseWork&) = {
    check_header,    sort_sections,    read_symbols,      read_programs,     read_btf,
    read_externs,    declare_externs,  complete_datasecs, read_defined_maps, read_data_maps,
    read_struct_ops, read_relocations, read_records,
};

} // namespace

std::span<ParsedProgram> Parsed::programs_in(std::uint32_t section) const {
  const auto before = [](const ParsedProgram& program, std::uint32_t index) {
    return program.section_index < index;
  };
  const auto begin = std::lower_bound(programs.begin(), programs.end(), section, before);
  const auto end = std::lower_bound(begin, programs.end(), section + 1, before);
  return {begin, end};
}

std::uint32_t Parsed::program_at(std::uint32_t section, std::uint64_t insn) const {
  const auto begins_after = [](const std::pair<std::uint32_t, std::uint64_t>& place,
                               const ParsedProgram& program) {
    return place <
           std::pair<std::uint32_t, std::uint64_t>(program.section_index, program.section_insn);
  };
  const auto after =
      std::upper_bound(programs.begin(), programs.end(), std::pair(section, insn), begins_after);
  if (after == programs.begin())
    return kNoIndex;
  const auto& program = *(after - 1);
  const bool contains =
      program.section_index == section && insn - program.section_insn < program.code.size();
  return contains ? static_cast<std::uint32_t>(after - 1 - programs.begin()) : kNoIndex;
}

Result<void> parse(const ByteSource& bytes, std::string_view name, const ParseOptions& options,
                   Parsed& parsed, const Subject& subject) {
  const auto file = elf::File::open(bytes, subject);
  // kErrnoEndian is for the other byte order. A file with an unknown one is no object at all.
  if (!file)
    return file.error() == kErrnoEndian ? kErrnoFormat : file.error();
  ParseWork work(*file, name, options, parsed, subject);
  for (const auto step : kSteps)
    if (const auto done = step(work); !done)
      return done;
  return {};
}

} // namespace ringside::object
