// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading .BTF.ext, and writing it in the other byte order.
#include "btf/ext.hpp"

#include <algorithm>
#include <cerrno>

#include "base/byte_reader.hpp"
#include "btf/header.hpp"

namespace ringside::btf {

struct ExtHeader {
  static constexpr std::uint32_t kShort = 24; // without CO-RE relocations
  static constexpr std::uint32_t kLong = 32;

  ByteOrder order = kNativeOrder;
  std::uint32_t size = 0;
  btf::Section parts[kExtKinds]; // offsets from the header's end
};

namespace {

constexpr std::size_t kWord = sizeof(std::uint32_t);

Result<ExtHeader> read_header(std::span<const std::byte> bytes, const Subject& subject) {
  constexpr std::size_t kLeast = 8;
  if (bytes.size() < kLeast)
    return fail(subject, Errno(EINVAL), "%zu bytes are too few for a header", bytes.size());
  const auto order = order_by_magic(bytes);
  if (!order)
    return fail(subject, Errno(EINVAL), "not a .BTF.ext: it begins with 0x%04x",
                ByteReader(bytes).u16());
  ExtHeader header;
  header.order = *order;
  ByteReader reader(bytes, header.order);
  reader.skip(2);
  const unsigned version = reader.u8();
  const unsigned flags = reader.u8();
  if (version != 1 || flags != 0)
    return fail(subject, Errno(ENOTSUP), "version %u with flags 0x%x is not known", version, flags);
  header.size = reader.u32();
  if (header.size >= bytes.size())
    return fail(subject, Errno(EINVAL), "a header of %u bytes leaves nothing of %zu", header.size,
                bytes.size());
  if (header.size < ExtHeader::kShort)
    return fail(subject, Errno(EINVAL), "a header of %u bytes is too short", header.size);
  for (std::size_t kind = 0; kind < kExtKinds; ++kind) {
    if (kind == kCoreRelo && header.size < ExtHeader::kLong)
      break;
    const std::uint32_t offset = reader.u32();
    header.parts[kind] = {offset, reader.u32()};
  }
  return header;
}

// check_part checks a part that is there. The subject names it.
Result<void> check_part(ByteReader body, const btf::Section& section, const ExtLine& line,
                        const Subject& subject) {
  if (section.offset % kWord != 0)
    return fail(subject, Errno(EINVAL), "its offset %u is not a multiple of 4", section.offset);
  const std::size_t size = body.left();
  ByteReader part = body.part(section.offset, section.size);
  if (body.failed())
    return fail(subject, Errno(EINVAL), "%u bytes at %u do not fit into the %zu behind the header",
                section.size, section.offset, size);
  const std::uint32_t record_size = part.u32();
  if (part.failed() || record_size < line.words * kWord || record_size % kWord != 0)
    return fail(subject, Errno(EINVAL), "records of %u bytes, which must be %zu or more words",
                record_size, std::size_t{line.words});
  // The bytes of words that are not known cannot be swapped.
  if (part.swaps() && record_size != line.words * kWord)
    return fail(subject, Errno(EINVAL), "records of %u bytes in the other byte order, not %zu",
                record_size, line.words * kWord);
  do {
    const std::size_t at = part.position();
    part.u32(); // the offset of the section's name
    const std::uint32_t count = part.u32();
    part.skip(std::uint64_t{count} * record_size);
    if (part.failed())
      return fail(subject, Errno(EINVAL), "the section at %zu has %u records, and does not fit", at,
                  count);
    if (count == 0)
      return fail(subject, Errno(EINVAL), "the section at %zu has no records", at);
  } while (part.left() != 0);
  return {};
}

// Words of the other byte order must not be swapped twice. And to write an id must not change how
// many records another part has.
Result<void> check_overlap(const ExtHeader& header, const Subject& subject) {
  const auto end_of = [](const btf::Section& part) {
    return std::uint64_t{part.offset} + part.size;
  };
  for (std::size_t one = 1; one < kExtKinds; ++one)
    for (std::size_t other = 0; other < one; ++other) {
      const btf::Section& first = header.parts[one];
      const btf::Section& second = header.parts[other];
      if (first.size != 0 && second.size != 0 && first.offset < end_of(second) &&
          second.offset < end_of(first))
        return fail(subject, Errno(EINVAL), "%s and %s overlap", kExtLines[other].name,
                    kExtLines[one].name);
    }
  return {};
}

Result<ExtHeader> read_checked(std::span<const std::byte> bytes, const Subject& subject) {
  auto header = read_header(bytes, subject);
  if (!header)
    return header;
  ByteReader body(bytes, header->order);
  body.skip(header->size);
  body = ByteReader(body.bytes(body.left()), header->order);
  for (std::size_t kind = 0; kind < kExtKinds; ++kind) {
    if (header->parts[kind].size == 0)
      continue;
    const Subject of_part(subject, "part", kExtLines[kind].name);
    if (const auto sound = check_part(body, header->parts[kind], kExtLines[kind], of_part); !sound)
      return sound.error();
  }
  if (const auto sound = check_overlap(*header, subject); !sound)
    return sound.error();
  return header;
}

} // namespace

Result<Owned<Ext>> Ext::read(std::span<const std::byte> bytes, const Subject& subject) {
  const auto header = read_checked(bytes, subject);
  if (!header)
    return header.error();
  auto ext = make<Ext>();
  auto block = WordBlock::copy(bytes, header->size);
  if (ext == nullptr || !block)
    return no_memory(subject, "a copy of it");
  ext->block_ = std::move(*block);
  ext->known_header_ = std::min(header->size, ExtHeader::kLong);
  ext->order_ = header->order;
  if (header->order != kNativeOrder)
    ext->swap_header(ext->block_.bytes());
  for (std::size_t kind = 0; kind < kExtKinds; ++kind)
    if (const btf::Section& section = header->parts[kind]; section.size != 0) {
      const auto words = ext->block_.words(section);
      if (header->order != kNativeOrder)
        swap_words(std::as_writable_bytes(words));
      ext->parts_[kind] = {words[0] / std::uint32_t{kWord}, words.subspan(1)};
    }
  return ext;
}

// swap_header swaps what is known of the header.
void Ext::swap_header(std::span<std::byte> bytes) const {
  constexpr std::size_t kBeforeWords = 4;
  std::swap(bytes[0], bytes[1]);
  swap_words(bytes.first(known_header_).subspan(kBeforeWords));
}

// What is not known keeps its bytes.
Result<std::span<const std::byte>> Ext::bytes(ByteOrder order) const {
  const auto native = block_.bytes();
  if (order == kNativeOrder)
    return native;
  if (const auto* made = foreign_.get())
    return std::span<const std::byte>(*made);
  auto swapped = make<Vector<std::byte>>();
  if (swapped == nullptr || !swapped->append_all(native))
    return no_memory(".BTF.ext", "its bytes in the other order");
  const std::span<std::byte> all(*swapped);
  swap_header(all);
  for (std::size_t kind = 0; kind < kExtKinds; ++kind) {
    const auto swap = [&](const std::uint32_t* first, std::size_t words) {
      const auto* const begin = reinterpret_cast<const std::byte*>(first);
      swap_words(all.subspan(static_cast<std::size_t>(begin - native.data()), words * kWord));
    };
    const Part& part = parts_[kind];
    if (!part.sections.empty())
      swap(part.sections.data() - 1, 1);
    walk(part, [&](const std::uint32_t& name, std::span<const std::uint32_t> records) {
      swap(&name, kSectionWords);
      for (; !records.empty(); records = records.subspan(part.record_words))
        swap(records.data(), kExtLines[kind].words);
    });
  }
  return std::span<const std::byte>(foreign_.keep(std::move(swapped)));
}

} // namespace ringside::btf
