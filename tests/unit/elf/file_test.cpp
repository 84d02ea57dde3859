// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// File: headers, sections and segments of either class and byte order, and of bad files.
#include "elf/file.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf_image.hpp"
#include "messages.hpp"
#include "read_file.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using elf::File;

ElfImage small_image(bool wide, ByteOrder order) {
  ElfImage image{.wide = wide, .order = order};
  image.sections = {
      {.name = ".text",
       .content = "program",
       .flags = SHF_ALLOC | SHF_EXECINSTR,
       .address = 0x1000,
       .entry_size = 1},
      {.name = ".bss", .type = SHT_NOBITS, .nobits_size = 1U << 30},
      {.name = "maps", .type = SHT_REL, .content = "12345678", .link = 3, .info = 1},
      {.name = "maps", .content = "second"},
  };
  image.segments = {{PT_LOAD, PF_R | PF_X, 64, 0x1000, 7, 9}, {PT_NOTE, PF_R, 1, 2, 3, 4}};
  return image;
}

Result<File> open(const std::string& bytes) {
  return File::open(ByteSource(as_bytes(bytes)), "x.o");
}

// refusal is the message with which a file is refused, and its error.
std::string refusal(const std::string& bytes, Errno error = kErrnoFormat) {
  const Messages messages;
  const auto file = open(bytes);
  REQUIRE_FALSE(file);
  CHECK(file.error() == error);
  CHECK(messages.warnings() == 1);
  return messages.last();
}

std::string text_of(const Bytes& bytes) {
  const auto view = bytes.view();
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

// overwritten is the bytes with some of them put in the place of others.
std::string overwritten(std::string bytes, std::size_t offset, const std::string& by) {
  return bytes.replace(offset, by.size(), by);
}

} // namespace

TEST_CASE("an ELF file of either class and byte order reads the same") {
  const bool wide = GENERATE(true, false);
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  const bool extended = GENERATE(false, true);
  ElfImage image = small_image(wide, order);
  image.extended = extended;
  const std::string bytes = image.bytes();
  const auto file = open(bytes);
  REQUIRE(file);
  CHECK(file->wide() == wide);
  CHECK(file->order() == order);
  CHECK(file->type() == ET_REL);
  CHECK(file->machine() == EM_BPF);
  REQUIRE(file->sections().size() == 6);
  CHECK(file->sections()[0].name.empty());

  const elf::Section& text = file->sections()[1];
  CHECK(text.name == ".text");
  CHECK(text.index == 1);
  CHECK(text.type == SHT_PROGBITS);
  CHECK(text.flags == (SHF_ALLOC | SHF_EXECINSTR));
  CHECK(text.address == 0x1000);
  CHECK(text.offset == image.content_offset(0));
  CHECK(text.size == 7);
  CHECK(text.alignment == 1);
  CHECK(text.entry_size == 1);
  CHECK(text_of(*file->contents(text)) == "program");

  const elf::Section* const maps = file->find("maps");
  REQUIRE(maps == &file->sections()[3]);
  CHECK(maps->link == 3);
  CHECK(maps->info == 1);
  CHECK(file->find(".shstrtab") == file->section_at(5));
  CHECK(file->find("none") == nullptr);
  CHECK(file->section_at(6) == nullptr);

  const auto segments = file->segments();
  REQUIRE(segments);
  REQUIRE(segments->size() == 2);
  CHECK((*segments)[0].type == PT_LOAD);
  CHECK((*segments)[0].flags == (PF_R | PF_X));
  CHECK((*segments)[0].offset == 64);
  CHECK((*segments)[0].address == 0x1000);
  CHECK((*segments)[0].file_size == 7);
  CHECK((*segments)[0].memory_size == 9);
  CHECK((*segments)[1].type == PT_NOTE);
}

TEST_CASE("a section without bits in the file has no content") {
  const std::string bytes = small_image(true, ByteOrder::little).bytes();
  const auto file = open(bytes);
  REQUIRE(file);
  const elf::Section* const bss = file->find(".bss");
  REQUIRE(bss != nullptr);
  CHECK(bss->size == 1U << 30);
  CHECK(file->contents(*bss)->size() == 0);
}

TEST_CASE("a file without section headers has no sections") {
  ElfImage image;
  std::string bytes = image.bytes();
  std::memset(&bytes[offsetof(Elf64_Ehdr, e_shoff)], 0, sizeof(Elf64_Off));
  const auto file = open(bytes);
  REQUIRE(file);
  CHECK(file->sections().empty());
  CHECK(file->segments()->empty());
}

TEST_CASE("a file is read in pieces, and no more of it than is asked for") {
  ElfImage image = small_image(true, ByteOrder::little);
  image.sections.push_back({.name = ".debug_info", .content = std::string(1U << 20, 'd')});
  image.extended = true;
  ReadFile pieces{image.bytes()};
  const auto file = File::open(pieces.source(), "x.o");
  REQUIRE(file);
  CHECK(text_of(*file->contents(*file->find("maps"))) == "12345678");
  CHECK(pieces.read < 1000);
  for (int reads = 0;; ++reads) {
    const Messages messages;
    pieces.reads = 0;
    pieces.fails_at = reads + 1;
    const auto again = File::open(pieces.source(), "x.o");
    if (again) {
      CHECK(reads == 4);
      break;
    }
    CHECK(again.error() == Errno(EIO));
    CHECK(messages.last().find("cannot be read") != std::string::npos);
  }
}

TEST_CASE("a file that is shorter than its size is no ELF file, or a part of one") {
  // As text files of /sys are, and files that were cut after they were opened.
  ReadFile cut{small_image(true, ByteOrder::little).bytes()};
  const Messages messages;
  const auto file = File::open(cut.source(), "x.o");
  REQUIRE(file);
  const elf::Section maps = *file->find("maps");
  cut.end = maps.offset + 1;
  CHECK(file->contents(maps).error() == kErrnoFormat);
  CHECK(messages.last().find("'maps': its content, 0x8 bytes at offset") != std::string::npos);
  CHECK(messages.last().find("the file is shorter than the 0x") != std::string::npos);
  CHECK(File::open(cut.source(), "x.o").error() == kErrnoFormat);
  ReadFile text{"always [madvise] never\n"};
  text.end = text.bytes.size();
  text.bytes.resize(4096);
  CHECK(File::open(text.source(), "x.o").error() == kErrnoFormat);
}

TEST_CASE("opening a file fails where there is no memory, and says so") {
  const std::string bytes = small_image(true, ByteOrder::little).bytes();
  const Messages messages;
  sim_reset(1);
  sim_fail("malloc", 1, ENOMEM);
  const auto file = open(bytes);
  REQUIRE_FALSE(file);
  CHECK(file.error() == Errno(ENOMEM));
  CHECK(messages.last() == "x.o: there is no memory for its sections\n");
}

TEST_CASE("what is no ELF file is refused") {
  CHECK(refusal("") == "x.o: this is not an ELF file\n");
  CHECK(refusal("!<arch>\n") == "x.o: this is not an ELF file\n");
  CHECK(refusal("\177ELF\3\1\1") == "x.o: the ELF class is 3, neither 32-bit (1) nor 64-bit (2)\n");
  CHECK(refusal("\177ELF\2\3\1", kErrnoEndian) ==
        "x.o: the ELF byte order is 3, neither little (1) nor big (2)\n");
  CHECK(refusal("\177ELF\2\1\1") == "x.o: the file has 7 bytes, the ELF header 64\n");
}

TEST_CASE("headers that lie outside of the file are refused") {
  const std::string bytes = ElfImage().bytes();
  CHECK(refusal(overwritten(bytes, offsetof(Elf64_Ehdr, e_shentsize), {"\50\0", 2})) ==
        "x.o: a section header has 64 bytes in this ELF class, here 40\n");
  CHECK(refusal(overwritten(bytes, offsetof(Elf64_Ehdr, e_shoff), std::string(8, '\xff'))) ==
        "x.o: section header, 0x80 bytes at offset 0xffffffffffffffff, goes beyond the end of the "
        "file at 0xd0\n");
  CHECK(refusal(overwritten(bytes, offsetof(Elf64_Ehdr, e_shstrndx), {"\7\0", 2})) ==
        "x.o: the names of sections should be in section 7 of 2, which is no table of strings\n");
}

TEST_CASE("a section of hostile names or places is refused when it is used") {
  ElfImage image;
  image.sections = {{.name = ".BTF", .content = "content"}};
  const std::string bytes = image.bytes();
  const std::size_t header = image.section_headers() + image.section_header_size();
  SECTION("the name") {
    CHECK(refusal(overwritten(bytes, header, {"\20\0\0\0", 4})) ==
          "x.o: section 1: its name at offset 0x10 is not in the table of names, which has 0x10 "
          "bytes, or the names overlap too much\n");
  }
  SECTION("the place of the names") {
    const std::size_t names = header + image.section_header_size() + offsetof(Elf64_Shdr, sh_size);
    CHECK(refusal(overwritten(bytes, names, {"\0\1", 2})) ==
          "x.o: section 2: its content, 0x100 bytes at offset 0x48, goes beyond the end of the "
          "file at 0x118\n");
  }
  SECTION("the place of the content") {
    const Messages messages;
    const std::string hostile =
        overwritten(bytes, header + offsetof(Elf64_Shdr, sh_offset), std::string(16, '\xff'));
    const auto file = open(hostile);
    REQUIRE(file);
    const auto contents = file->contents(*file->find(".BTF"));
    REQUIRE_FALSE(contents);
    CHECK(contents.error() == kErrnoFormat);
    CHECK(messages.last() == "x.o: section '.BTF': its content, 0xffffffffffffffff bytes at offset "
                             "0xffffffffffffffff, goes beyond the end of the file at 0x118\n");
  }
}

TEST_CASE("sections and names that overlap too much are refused") {
  ElfImage image;
  SECTION("sections") {
    image.sections.resize(20, {.name = "a"});
    std::string bytes = image.bytes();
    for (std::size_t index = 1; index <= 20; ++index) {
      const std::size_t header = image.section_headers() + index * image.section_header_size();
      std::memset(&bytes[header + offsetof(Elf64_Shdr, sh_offset)], 0, 8);
      std::memset(&bytes[header + offsetof(Elf64_Shdr, sh_size)], 0x7f, 8);
    }
    CHECK(refusal(bytes) == "x.o: its sections overlap: they have more than 16 times the file's "
                            "bytes\n");
  }
  SECTION("names") {
    image.sections.resize(2000, {.name = ""});
    image.sections[0].name = std::string(10'000, 'n');
    std::string bytes = image.bytes();
    for (std::size_t index = 1; index <= 2000; ++index)
      bytes.replace(image.section_headers() + index * image.section_header_size(), 4, "\1\0\0\0",
                    4);
    CHECK(refusal(bytes).find("the names overlap too much") != std::string::npos);
  }
}

TEST_CASE("a file that was cut or changed anywhere is read or refused") {
  const bool wide = GENERATE(true, false);
  const std::string bytes = small_image(wide, ByteOrder::big).bytes();
  const Messages messages;
  const auto use = [](const std::string& hostile) {
    const auto file = open(hostile);
    if (!file)
      return;
    for (const elf::Section& section : file->sections())
      static_cast<void>(file->contents(section));
    static_cast<void>(file->segments());
  };
  for (std::size_t size = 0; size < bytes.size(); ++size)
    use(bytes.substr(0, size));
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const char value : {'\0', '\1', '\x7f', '\x80', '\xff'})
      use(overwritten(bytes, at, std::string(1, value)));
}

} // namespace ringside::test
