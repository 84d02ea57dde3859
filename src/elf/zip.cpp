// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// stored_member: from the end record to the directory, to the header of a file, to its content.
#include "elf/zip.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <span>

#include "base/byte_order.hpp"
#include "base/byte_reader.hpp"

namespace ringside::elf {
namespace {

// Source: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12, 4.3.16, 4.4.4.
constexpr std::uint32_t kFileSignature = 0x04034b50;
constexpr std::uint32_t kDirectorySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::size_t kFileHeaderSize = 30;
constexpr std::size_t kEndSize = 22;
constexpr std::uint16_t kEncrypted = 1U << 0;
constexpr std::uint16_t kSizeBehind = 1U << 3;
constexpr std::uint16_t kStored = 0;
// What a number is where the real one stands in a record of zip64.
constexpr std::uint16_t kSeeZip64Short = UINT16_MAX;
constexpr std::uint32_t kSeeZip64 = UINT32_MAX;

// EndRecord is what the end of an archive says about its directory.
struct EndRecord {
  std::uint16_t disk = 0;
  std::uint16_t directory_disk = 0;
  std::uint16_t entries_on_disk = 0;
  std::uint16_t entries = 0;
  std::uint32_t directory_size = 0;
  std::uint32_t directory_offset = 0;
};

// Entry is what the directory says about a file.
struct Entry {
  std::string_view name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t size = 0;
  std::uint32_t header_offset = 0;
};

ByteReader little(std::span<const std::byte> bytes) {
  return ByteReader(bytes, ByteOrder::little);
}

// end_record_at is the record at the beginning of `bytes`, if there is one whose comment ends where
// they do.
std::optional<EndRecord> end_record_at(std::span<const std::byte> bytes) {
  ByteReader reader = little(bytes);
  if (reader.u32() != kEndSignature)
    return std::nullopt;
  EndRecord record;
  record.disk = reader.u16();
  record.directory_disk = reader.u16();
  record.entries_on_disk = reader.u16();
  record.entries = reader.u16();
  record.directory_size = reader.u32();
  record.directory_offset = reader.u32();
  reader.skip(reader.u16());
  if (reader.failed() || reader.left() != 0)
    return std::nullopt;
  return record;
}

Errno fail_to_read(const Subject& subject, Errno error, const char* what) {
  if (error == Errno(ENOMEM))
    return no_memory(subject, what);
  if (error == Errno(ERANGE))
    return fail(subject, Errno(EINVAL), "the archive is damaged: %s is not in the file", what);
  return fail(subject, error, "%s cannot be read: error %d", what, error.value());
}

Result<EndRecord> find_end_record(const ByteSource& archive, const Subject& subject) {
  const std::uint64_t size = std::min<std::uint64_t>(archive.size(), kEndSize + UINT16_MAX);
  const auto tail = archive.piece(archive.size() - size, size);
  if (!tail)
    return fail_to_read(subject, tail.error(), "the end of the archive");
  for (std::size_t length = kEndSize; length <= tail->size(); ++length)
    if (const auto record = end_record_at(tail->view().last(length)); record) {
      if (record->disk != 0 || record->directory_disk != 0 ||
          record->entries_on_disk != record->entries)
        return fail(subject, Errno(ENOTSUP), "the archive is one of several parts");
      if (record->entries == kSeeZip64Short || record->directory_size == kSeeZip64 ||
          record->directory_offset == kSeeZip64)
        return fail(subject, Errno(ENOTSUP), "the archive is of the large form, zip64");
      return *record;
    }
  return fail(subject, Errno(EINVAL), "this is not a zip archive");
}

Entry read_entry(ByteReader& reader) {
  Entry entry;
  reader.skip(4); // versions
  entry.flags = reader.u16();
  entry.method = reader.u16();
  reader.skip(8); // time, date, checksum
  entry.size = reader.u32();
  reader.skip(4); // the size before compression
  const std::uint16_t name_size = reader.u16();
  const std::uint16_t extra_size = reader.u16();
  const std::uint16_t comment_size = reader.u16();
  reader.skip(8); // disk, attributes
  entry.header_offset = reader.u32();
  const auto name = reader.bytes(name_size);
  entry.name = as_text(name);
  reader.skip(extra_size);
  reader.skip(comment_size);
  return entry;
}

// find_entry is the entry of a file that stands alone and is in the clear.
Result<Entry> find_entry(std::span<const std::byte> directory, std::uint16_t count,
                         std::string_view name, const Subject& subject) {
  ByteReader reader = little(directory);
  for (std::uint16_t index = 0; index < count; ++index) {
    const std::uint32_t signature = reader.u32();
    const Entry entry = read_entry(reader);
    if (reader.failed() || signature != kDirectorySignature)
      return fail(subject, Errno(EINVAL),
                  "the archive is damaged: entry %u of its directory is not in order", index);
    if (entry.name != name)
      continue;
    if ((entry.flags & kEncrypted) != 0)
      return fail(subject, Errno(ENOENT), "the file is encrypted");
    if ((entry.flags & kSizeBehind) != 0)
      return fail(subject, Errno(ENOENT), "the file's size stands behind it in the archive");
    return entry;
  }
  return fail(subject, Errno(ENOENT), "the archive has no such file");
}

} // namespace

Result<StoredMember> stored_member(const ByteSource& archive, std::string_view name,
                                   const Subject& subject) {
  const Subject member(subject, "file", name);
  const auto end = find_end_record(archive, subject);
  if (!end)
    return end.error();
  const auto directory = archive.piece(end->directory_offset, end->directory_size);
  if (!directory)
    return fail_to_read(subject, directory.error(), "its directory");
  const auto entry = find_entry(directory->view(), end->entries, name, member);
  if (!entry)
    return entry.error();
  if (entry->method != kStored)
    return fail(member, kErrnoFormat,
                "the file is compressed (method %u); only files stored as they are can be probed",
                entry->method);
  const auto header = archive.piece(entry->header_offset, kFileHeaderSize);
  if (!header)
    return fail_to_read(member, header.error(), "the header of the file");
  ByteReader reader = little(header->view());
  const std::uint32_t signature = reader.u32();
  reader.skip(22);
  const std::uint16_t name_size = reader.u16();
  const std::uint16_t extra_size = reader.u16();
  if (signature != kFileSignature)
    return fail(member, Errno(EINVAL), "the archive is damaged: the file has no header");
  StoredMember found;
  found.offset = std::uint64_t{entry->header_offset} + kFileHeaderSize + name_size + extra_size;
  const auto content = archive.part(found.offset, entry->size);
  if (!content)
    return fail_to_read(member, content.error(), "the content of the file");
  found.content = *content;
  return found;
}

} // namespace ringside::elf
