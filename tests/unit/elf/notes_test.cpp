// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Notes: whole and damaged ones, in either byte order and with either padding.
#include "elf/notes.hpp"

#include <string>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf_image.hpp"

namespace ringside::test {
namespace {

// NotesFile is a file whose first section is some notes.
struct NotesFile {
  std::string bytes;
  Result<elf::File> file;
  Bytes contents;

  explicit NotesFile(const ElfNumbers& notes, ByteOrder order = ByteOrder::little)
      : bytes(image_of(notes, order).bytes()),
        file(elf::File::open(ByteSource(as_bytes(bytes)), "x")),
        contents(std::move(*file->contents(file->sections()[1]))) {}

  [[nodiscard]] elf::Notes notes(std::uint64_t alignment = 4) const {
    elf::Section section = file->sections()[1];
    section.alignment = alignment;
    return {*file, section, contents.view()};
  }

private:
  static ElfImage image_of(const ElfNumbers& notes, ByteOrder order) {
    ElfImage image{.order = order};
    image.sections = {{.name = ".note", .type = SHT_NOTE, .content = notes.bytes()}};
    return image;
  }
};

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

TEST_CASE("notes are read one by one") {
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  ElfNumbers numbers(true, order);
  numbers.u32(8).u32(5).u32(3).text("stapsdt").u8(0).text("12345").zeros(3);
  numbers.u32(4).u32(0).u32(1).text("GNU").u8(0);
  numbers.u32(0).u32(2).u32(7).text("ab");
  const NotesFile file(numbers, order);
  elf::Notes notes = file.notes();
  const auto first = notes.next();
  REQUIRE(first);
  CHECK(first->offset == 0);
  CHECK(first->owner() == "stapsdt");
  CHECK(first->type == 3);
  CHECK(text_of(first->description) == "12345");
  const auto second = notes.next();
  REQUIRE(second);
  CHECK(second->offset == 28);
  CHECK(second->owner() == "GNU");
  CHECK(second->type == 1);
  CHECK(second->description.empty());
  const auto third = notes.next();
  REQUIRE(third);
  CHECK(third->owner().empty());
  CHECK(text_of(third->description) == "ab");
  CHECK_FALSE(notes.next());
  CHECK_FALSE(notes.damaged());
}

TEST_CASE("notes are padded as their section is aligned") {
  ElfNumbers numbers;
  numbers.u32(4).u32(4).u32(5).text("GNU").u8(0).text("desc").zeros(4);
  numbers.u32(4).u32(0).u32(6).text("GNU").u8(0);
  const NotesFile file(numbers);
  elf::Notes notes = file.notes(8);
  REQUIRE(notes.next());
  const auto second = notes.next();
  REQUIRE(second);
  CHECK(second->type == 6);
}

TEST_CASE("what is too short for a header ends the notes") {
  ElfNumbers numbers;
  numbers.u32(0).u32(0).u32(1).zeros(11);
  const NotesFile file(numbers);
  elf::Notes notes = file.notes();
  CHECK(notes.next());
  CHECK_FALSE(notes.next());
  CHECK_FALSE(notes.damaged());
}

TEST_CASE("a note that does not fit is damaged, and the last one") {
  const std::uint32_t owner = GENERATE(8U, 9U, 1U << 31, UINT32_MAX);
  const std::uint32_t description = GENERATE(9U, UINT32_MAX);
  ElfNumbers numbers;
  numbers.u32(0).u32(0).u32(1);
  numbers.u32(owner).u32(description).u32(3).text("stapsdt").u8(0).text("12345678");
  const NotesFile file(numbers);
  elf::Notes notes = file.notes();
  CHECK(notes.next());
  for (int turn = 0; turn < 2; ++turn) {
    CHECK_FALSE(notes.next());
    CHECK(notes.damaged());
  }
}

TEST_CASE("a damaged note says where it is") {
  ElfNumbers numbers;
  numbers.u32(0).u32(0).u32(1).u32(1).u32(1).u32(3);
  const NotesFile file(numbers);
  elf::Notes notes = file.notes();
  CHECK(notes.next());
  CHECK_FALSE(notes.next());
  CHECK(notes.position() == 12);
}

} // namespace ringside::test
