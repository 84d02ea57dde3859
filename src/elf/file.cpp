// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// File: reading the header, the section headers and the names of an ELF file.
#include "elf/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <utility>

#include <elf.h>

#include "elf/strings.hpp"

namespace ringside::elf {
namespace {

constexpr std::uint64_t header_size(bool wide) {
  return wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}
constexpr std::uint64_t section_header_size(bool wide) {
  return wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}
constexpr std::uint64_t program_header_size(bool wide) {
  return wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

bool has_contents(const Section& section) {
  return section.type != SHT_NOBITS && section.type != SHT_NULL;
}

} // namespace

Result<File> File::open(const ByteSource& source, const Subject& subject) {
  File file;
  file.source_ = source;
  file.subject_ = subject;
  for (const auto step : {&File::read_header, &File::follow_first_section, &File::read_sections,
                          &File::read_names, &File::check_overlap})
    if (const auto done = (file.*step)(); !done)
      return done.error();
  return file;
}

Result<void> File::read_header() {
  const auto bytes = piece(0, std::min<std::uint64_t>(source_.size(), header_size(true)), subject_,
                           "the ELF header");
  if (!bytes)
    return bytes.error();
  ByteReader ident(bytes->view());
  if (ident.u8() != ELFMAG0 || ident.u8() != ELFMAG1 || ident.u8() != ELFMAG2 ||
      ident.u8() != ELFMAG3)
    return fail(subject_, kErrnoFormat, "this is not an ELF file");
  const unsigned file_class = ident.u8();
  const unsigned encoding = ident.u8();
  if (file_class != ELFCLASS32 && file_class != ELFCLASS64)
    return fail(subject_, kErrnoFormat, "the ELF class is %u, neither 32-bit (1) nor 64-bit (2)",
                file_class);
  if (encoding != ELFDATA2LSB && encoding != ELFDATA2MSB)
    return fail(subject_, kErrnoEndian, "the ELF byte order is %u, neither little (1) nor big (2)",
                encoding);
  wide_ = file_class == ELFCLASS64;
  order_ = encoding == ELFDATA2LSB ? ByteOrder::little : ByteOrder::big;

  ByteReader reader = this->reader(bytes->view());
  reader.skip(EI_NIDENT);
  type_ = reader.u16();
  machine_ = reader.u16();
  reader.u32(); // e_version
  word(reader); // e_entry
  program_headers_.offset = word(reader);
  section_headers_.offset = word(reader);
  reader.u32(); // e_flags
  reader.u16(); // e_ehsize
  program_headers_.entry_size = reader.u16();
  program_headers_.count = reader.u16();
  section_headers_.entry_size = reader.u16();
  section_headers_.count = reader.u16();
  names_index_ = reader.u16();
  if (reader.failed())
    return fail(subject_, kErrnoFormat, "the file has %" PRIu64 " bytes, the ELF header %" PRIu64,
                source_.size(), header_size(wide_));
  if (program_headers_.offset == 0)
    program_headers_.count = 0;
  return {};
}

// What does not fit into 16 bits of the header stands in the first section header.
Result<void> File::follow_first_section() {
  if (section_headers_.offset == 0) {
    section_headers_.count = 0;
    return {};
  }
  if (section_headers_.count != 0 && names_index_ != SHN_XINDEX &&
      program_headers_.count != PN_XNUM)
    return {};
  const auto bytes = read_headers({section_headers_.offset, 1, section_headers_.entry_size},
                                  "section header", section_header_size(wide_));
  if (!bytes)
    return bytes.error();
  ByteReader reader = this->reader(bytes->view());
  const Section first = decode_section(reader);
  if (section_headers_.count == 0)
    section_headers_.count = first.size;
  if (names_index_ == SHN_XINDEX)
    names_index_ = first.link;
  if (program_headers_.count == PN_XNUM)
    program_headers_.count = first.info;
  return {};
}

Result<void> File::read_sections() {
  if (section_headers_.count == 0)
    return {};
  const auto bytes = read_headers(section_headers_, "section header", section_header_size(wide_));
  if (!bytes)
    return bytes.error();
  const auto count = static_cast<std::size_t>(section_headers_.count);
  if (!sections_.reserve(count))
    return no_memory(subject_, "its sections");
  ByteReader reader = this->reader(bytes->view());
  for (std::size_t index = 0; index < count; ++index) {
    Section section = decode_section(reader);
    section.index = static_cast<std::uint32_t>(index);
    if (!sections_.append(section))
      return no_memory(subject_, "its sections");
  }
  return {};
}

Result<void> File::read_names() {
  if (sections_.empty())
    return {};
  const Section* const table = section_at(names_index_);
  if (table == nullptr || table->type != SHT_STRTAB)
    return fail(subject_, kErrnoFormat,
                "the names of sections should be in section %" PRIu32 " of %zu, which is no table "
                "of strings",
                names_index_, sections_.size());
  auto names = contents(*table);
  if (!names)
    return names.error();
  names_ = std::move(*names);
  Strings texts(names_.view(), most_read());
  for (Section& section : std::span(sections_.begin(), sections_.size()).subspan(1)) {
    const auto name = texts.text_at(section.name_offset);
    if (!name)
      return fail(Subject(subject_, "section", section.index), kErrnoFormat,
                  "its name at offset 0x%" PRIx32 " is not in the table of names, which has 0x%zx "
                  "bytes, or the names overlap too much",
                  section.name_offset, names_.size());
    section.name = *name;
  }
  return {};
}

// What a section claims beyond the end of the file can be read by no user.
Result<void> File::check_overlap() {
  std::uint64_t left = most_read();
  for (const Section& section : sections_) {
    if (!has_contents(section))
      continue;
    const std::uint64_t size = source_.held(section.offset, section.size);
    if (size > left)
      return fail(subject_, kErrnoFormat,
                  "its sections overlap: they have more than %" PRIu64 " times the file's bytes",
                  kMostOverlap);
    left -= size;
  }
  return {};
}

std::uint64_t File::most_read() const {
  std::uint64_t most = 0;
  return __builtin_mul_overflow(source_.size(), kMostOverlap, &most) ? UINT64_MAX : most;
}

const Section* File::find(std::string_view name) const {
  const Section* const found =
      std::find_if(sections_.begin(), sections_.end(),
                   [name](const Section& section) { return section.name == name; });
  return found != sections_.end() ? found : nullptr;
}

Result<ByteSource> File::contents_source(const Section& section) const {
  if (!has_contents(section))
    return ByteSource();
  if (const auto source = source_.part(section.offset, section.size); source)
    return *source;
  return fail_to_read(Errno(ERANGE), section.offset, section.size, subject_of(section),
                      "its content");
}

Result<Bytes> File::contents(const Section& section) const {
  if (!has_contents(section))
    return Bytes();
  if (section.index == names_index_ && names_.size() != 0)
    return Bytes(names_.view());
  return piece(section.offset, section.size, subject_of(section), "its content");
}

Result<void> File::read(const Section& section, std::uint64_t offset,
                        std::span<std::byte> into) const {
  const auto source = contents_source(section);
  if (!source)
    return source.error();
  if (const auto done = source->read(offset, into); !done)
    return fail_to_read(done.error(), section.offset + offset, into.size(), subject_of(section),
                        "its content");
  return {};
}

Result<Vector<std::byte>> File::contents_copy(const Section& section) const {
  const auto source = contents_source(section);
  if (!source)
    return source.error();
  Vector<std::byte> copy;
  if (source->size() > SIZE_MAX || !copy.append_unset(static_cast<std::size_t>(source->size())))
    return no_memory(subject_of(section), "its content");
  if (const auto done = read(section, 0, copy); !done)
    return done.error();
  return copy;
}

Result<Vector<Segment>> File::segments() const {
  Vector<Segment> segments;
  if (program_headers_.count == 0)
    return segments;
  const auto bytes = read_headers(program_headers_, "program header", program_header_size(wide_));
  if (!bytes)
    return bytes.error();
  const auto count = static_cast<std::size_t>(program_headers_.count);
  if (!segments.reserve(count))
    return no_memory(subject_, "its segments");
  ByteReader reader = this->reader(bytes->view());
  for (std::size_t index = 0; index < count; ++index)
    if (!segments.append(decode_segment(reader)))
      return no_memory(subject_, "its segments");
  return segments;
}

Result<Bytes> File::piece(std::uint64_t offset, std::uint64_t size, const Subject& subject,
                          const char* what) const {
  auto bytes = source_.piece(offset, size);
  if (!bytes)
    return fail_to_read(bytes.error(), offset, size, subject, what);
  return bytes;
}

Errno File::fail_to_read(Errno error, std::uint64_t offset, std::uint64_t size,
                         const Subject& subject, const char* what) const {
  if (error == Errno(ENOMEM))
    return no_memory(subject, what);
  if (error == Errno(EISDIR))
    return fail(subject, kErrnoFormat, "it is a folder, not an ELF file");
  if (error == Errno(ERANGE) && source_.holds(offset, size))
    return fail(subject, kErrnoFormat,
                "%s, 0x%" PRIx64 " bytes at offset 0x%" PRIx64 ", is not there: the file is "
                "shorter than the 0x%" PRIx64 " bytes that the file system says it has",
                what, size, offset, source_.size());
  if (error == Errno(ERANGE))
    return fail(subject, kErrnoFormat,
                "%s, 0x%" PRIx64 " bytes at offset 0x%" PRIx64 ", goes beyond the end of the file "
                "at 0x%" PRIx64,
                what, size, offset, source_.size());
  return fail(subject, error,
              "%s, 0x%" PRIx64 " bytes at offset 0x%" PRIx64 ", cannot be read: error %d", what,
              size, offset, error.value());
}

// All entries of a table of headers, of which there are some.
Result<Bytes> File::read_headers(const Headers& headers, const char* what,
                                 std::uint64_t entry_size) const {
  if (headers.entry_size != entry_size)
    return fail(subject_, kErrnoFormat, "a %s has %" PRIu64 " bytes in this ELF class, here %u",
                what, entry_size, headers.entry_size);
  // Without the bound the product could wrap.
  const std::uint64_t most = source_.size() / entry_size + 1;
  return piece(headers.offset, std::min(headers.count, most) * entry_size, subject_, what);
}

Section File::decode_section(ByteReader& reader) const {
  Section section;
  section.name_offset = reader.u32();
  section.type = reader.u32();
  section.flags = word(reader);
  section.address = word(reader);
  section.offset = word(reader);
  section.size = word(reader);
  section.link = reader.u32();
  section.info = reader.u32();
  section.alignment = word(reader);
  section.entry_size = word(reader);
  return section;
}

Segment File::decode_segment(ByteReader& reader) const {
  Segment segment;
  segment.type = reader.u32();
  if (wide_)
    segment.flags = reader.u32();
  segment.offset = word(reader);
  segment.address = word(reader);
  word(reader); // p_paddr
  segment.file_size = word(reader);
  segment.memory_size = word(reader);
  if (!wide_)
    segment.flags = reader.u32();
  word(reader); // p_align
  return segment;
}

} // namespace ringside::elf
