// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// write_file: what is written reads back the same, at the places that were asked for.
#include "elf/writer.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf/file.hpp"
#include "elf_image.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

const std::string kNames("\0.strtab\0.symtab\0xdp\0.bss\0first\0", 33);

std::vector<elf::Symbol> some_symbols() {
  return {{},
          {.name_offset = 17, .type = STT_SECTION, .section = 3},
          {.name_offset = 26,
           .type = STT_FUNC,
           .binding = STB_GLOBAL,
           .visibility = STV_HIDDEN,
           .section = 3,
           .value = 8,
           .size = 16},
          {.name_offset = 26,
           .type = STT_NOTYPE,
           .binding = STB_WEAK,
           .section = elf::kAbsoluteSection,
           .value = 1}};
}

} // namespace

TEST_CASE("a file that was written reads back the same") {
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  const auto symbols = some_symbols();
  const auto entries = elf::write_symbols(symbols, order);
  REQUIRE(entries);
  const std::string program = "12345678";
  const elf::OutputSection sections[] = {
      {.name_offset = 1, .type = SHT_STRTAB, .flags = SHF_STRINGS, .content = as_bytes(kNames)},
      {.name_offset = 9,
       .type = SHT_SYMTAB,
       .link = 1,
       .info = elf::first_not_local(symbols),
       .alignment = 8,
       .entry_size = sizeof(Elf64_Sym),
       .content = {entries->begin(), entries->size()}},
      {.name_offset = 17,
       .type = SHT_PROGBITS,
       .flags = SHF_ALLOC | SHF_EXECINSTR,
       .alignment = 16,
       .content = as_bytes(program)},
      {.name_offset = 21, .type = SHT_NOBITS, .alignment = 64, .nobits_size = 1000},
      {.name_offset = 17, .type = SHT_PROGBITS, .alignment = 0, .content = as_bytes(program)},
  };
  const auto written = elf::write_file(
      {.order = order, .type = ET_REL, .machine = EM_BPF, .names_index = 1, .sections = sections});
  REQUIRE(written);
  const auto file = elf::File::open(ByteSource({written->begin(), written->size()}), "x.o");
  REQUIRE(file);
  CHECK(file->wide());
  CHECK(file->order() == order);
  CHECK(file->type() == ET_REL);
  CHECK(file->machine() == EM_BPF);
  REQUIRE(file->sections().size() == 6);
  CHECK(file->sections()[0].type == SHT_NULL);
  for (std::size_t index = 0; index < 5; ++index) {
    const elf::OutputSection& wanted = sections[index];
    const elf::Section& section = file->sections()[index + 1];
    CHECK(section.name == &kNames[wanted.name_offset]);
    CHECK(section.type == wanted.type);
    CHECK(section.flags == wanted.flags);
    CHECK(section.link == wanted.link);
    CHECK(section.info == wanted.info);
    CHECK(section.alignment == wanted.alignment);
    CHECK(section.entry_size == wanted.entry_size);
    CHECK((wanted.alignment == 0 || section.offset % wanted.alignment == 0));
    const auto contents = file->contents(section);
    REQUIRE(contents->size() == wanted.content.size());
    CHECK(std::memcmp(contents->view().data(), wanted.content.data(), contents->size()) == 0);
  }
  CHECK(file->sections()[4].size == 1000);
  CHECK(file->sections()[5].offset == file->sections()[4].offset);

  CHECK(file->sections()[2].info == 2);
  const auto read = elf::Symbols::read(*file, file->sections()[2]);
  REQUIRE(read);
  REQUIRE(read->size() == symbols.size());
  for (std::size_t index = 0; index < symbols.size(); ++index) {
    CHECK((*read)[index].name_offset == symbols[index].name_offset);
    CHECK((*read)[index].type == symbols[index].type);
    CHECK((*read)[index].binding == symbols[index].binding);
    CHECK((*read)[index].visibility == symbols[index].visibility);
    CHECK((*read)[index].section == symbols[index].section);
    CHECK((*read)[index].value == symbols[index].value);
    CHECK((*read)[index].size == symbols[index].size);
  }
}

TEST_CASE("section headers stand at the end, aligned to 8 bytes") {
  const std::string names(17, '\0');
  const elf::OutputSection sections[] = {{.type = SHT_STRTAB, .content = as_bytes(names)}};
  const auto written = elf::write_file({.names_index = 1, .sections = sections});
  REQUIRE(written);
  CHECK(written->size() == 64 + 24 + 2 * 64);
}

TEST_CASE("all symbols may be local") {
  const std::vector<elf::Symbol> symbols(3);
  CHECK(elf::first_not_local(symbols) == 3);
  CHECK(elf::first_not_local({}) == 0);
}

TEST_CASE("more sections than symbols can name are refused") {
  std::vector<elf::OutputSection> sections(SHN_LORESERVE - 2);
  CHECK(elf::write_file({.sections = sections}));
  sections.emplace_back();
  CHECK(elf::write_file({.sections = sections}).error() == Errno(E2BIG));
}

TEST_CASE("writing fails where there is no memory") {
  const std::vector<elf::OutputSection> sections(100);
  const auto symbols = some_symbols();
  sim_reset(1);
  unsigned nth = 1;
  for (;; ++nth) {
    sim_fail("malloc", nth, ENOMEM);
    const auto written = elf::write_file({.sections = sections});
    if (written)
      break;
    CHECK(written.error() == Errno(ENOMEM));
  }
  CHECK(nth > 2);
  sim_fail("malloc", 1, ENOMEM);
  CHECK(elf::write_symbols(symbols, ByteOrder::big).error() == Errno(ENOMEM));
  CHECK(sim_live().bytes == 0);
}

} // namespace ringside::test
