// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// File: an ELF file of either class and byte order. Numbers come out in the host's order, as wide
// as the 64-bit class has them. Constants such as SHT_PROGBITS are those of <elf.h>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/byte_order.hpp"
#include "base/byte_reader.hpp"
#include "base/byte_source.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::elf {

struct Section {
  std::string_view name; // valid as long as the File
  std::uint32_t name_offset = 0;
  std::uint32_t index = 0;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint64_t alignment = 0;
  std::uint64_t entry_size = 0;
};

struct Segment {
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
};

// The sections of an honest file do not overlap, and most of its names are there once. All sections
// together, and all names together, may have this many times the file's bytes. So the work that a
// hostile file can ask for is bounded by its size.
inline constexpr std::uint64_t kMostOverlap = 16;

// File holds what the header and the section headers say. Opening reads these and the names of the
// sections; all else is read when it is asked for.
class File {
public:
  File() = default;

  // open checks that the header is one of ELF, that all section headers and the table of their
  // names are in the file, that each name is in that table, and that the sections do not overlap
  // too much. A file without any section headers opens, and has no sections. It does not check
  // whether the content of a section is in the file: contents() does, and many files have sections
  // that no reader wants.
  //
  // Of a file in memory, the memory must outlive the File. `subject` begins each message; what it
  // refers to must outlive the File as well.
  //
  // Errors, each with a message: kErrnoFormat for what is not in order; kErrnoEndian where only the
  // byte order is unknown; ENOMEM; what reading fails with.
  static Result<File> open(const ByteSource& source, const Subject& subject);

  [[nodiscard]] const ByteSource& source() const { return source_; }
  [[nodiscard]] const Subject& subject() const { return subject_; }

  [[nodiscard]] bool wide() const { return wide_; } // the 64-bit class
  [[nodiscard]] ByteOrder order() const { return order_; }
  [[nodiscard]] std::uint16_t type() const { return type_; } // ET_REL, ET_EXEC, ET_DYN, ...
  [[nodiscard]] std::uint16_t machine() const { return machine_; }

  // sections is all of them, each at its index. The first is the empty one that ELF asks for.
  [[nodiscard]] std::span<const Section> sections() const {
    return {sections_.begin(), sections_.size()};
  }
  // find is the first section of that name, or nullptr.
  [[nodiscard]] const Section* find(std::string_view name) const;
  // section_at is the section that a number of the file names, or nullptr where there is none.
  [[nodiscard]] const Section* section_at(std::uint64_t index) const {
    return index < sections_.size() ? &sections_[static_cast<std::size_t>(index)] : nullptr;
  }

  // contents is the bytes of a section; none for SHT_NOBITS and SHT_NULL, which have none in the
  // file. Of a file in memory it is a view on that; the names of sections, which compilers put into
  // one table with those of symbols, lie in the File. kErrnoFormat if they are not all in the file,
  // with a message; ENOMEM, or what reading fails with.
  [[nodiscard]] Result<Bytes> contents(const Section& section) const;
  // contents_copy is the same in memory of the caller's own.
  [[nodiscard]] Result<Vector<std::byte>> contents_copy(const Section& section) const;
  // contents_source is the same as a source, for those who read parts of it. Nothing is read.
  [[nodiscard]] Result<ByteSource> contents_source(const Section& section) const;
  // read fills `into` with the bytes of a section from `offset` on. The errors are those of
  // contents().
  Result<void> read(const Section& section, std::uint64_t offset, std::span<std::byte> into) const;

  // segments is what the program headers say. The same errors, and kErrnoFormat where the entries
  // have another size than this class's.
  [[nodiscard]] Result<Vector<Segment>> segments() const;

  // piece is any bytes of the file. `subject` and `what` say in a message what was to be read. The
  // errors are those of contents().
  [[nodiscard]] Result<Bytes> piece(std::uint64_t offset, std::uint64_t size,
                                    const Subject& subject, const char* what) const;

  // most_read is how many bytes a use of the file may read in all: see kMostOverlap.
  [[nodiscard]] std::uint64_t most_read() const;

  // fail_to_read is the message and the error where bytes of the file could not be read: `error` is
  // that of ByteSource.
  Errno fail_to_read(Errno error, std::uint64_t offset, std::uint64_t size, const Subject& subject,
                     const char* what) const;

  // subject_of begins messages about a section. It lasts as long as the File stays where it is.
  [[nodiscard]] Subject subject_of(const Section& section) const {
    return section.name.empty() ? Subject(subject_, "section", section.index)
                                : Subject(subject_, "section", section.name);
  }

  // reader reads numbers of this file's byte order.
  [[nodiscard]] ByteReader reader(std::span<const std::byte> bytes) const {
    return ByteReader(bytes, order_);
  }
  // word reads a number as wide as the file's class has it.
  std::uint64_t word(ByteReader& reader) const { return reader.word(wide_); }

private:
  // A table of headers, as the header of the file tells of it.
  struct Headers {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
    std::uint16_t entry_size = 0;
  };

  Result<void> read_header();
  Result<void> follow_first_section();
  Result<void> read_sections();
  Result<void> read_names();
  Result<void> check_overlap();
  [[nodiscard]] Result<Bytes> read_headers(const Headers& headers, const char* what,
                                           std::uint64_t entry_size) const;
  Section decode_section(ByteReader& reader) const;
  Segment decode_segment(ByteReader& reader) const;

  ByteSource source_;
  Subject subject_ = "";
  bool wide_ = false;
  ByteOrder order_ = kNativeOrder;
  std::uint16_t type_ = 0;
  std::uint16_t machine_ = 0;
  Headers section_headers_;
  Headers program_headers_;
  std::uint32_t names_index_ = 0;
  Vector<Section> sections_;
  Bytes names_;
};

} // namespace ringside::elf
