// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// From the bytes of a BTF to an Image.
#include "btf/image.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "btf/check.hpp"
#include "btf/strings.hpp"

namespace ringside::btf {
namespace {

std::span<const std::byte> section_of(std::span<const std::byte> bytes, const Header& header,
                                      const Section& section) {
  ByteReader body(bytes);
  body.skip(header.size);
  body.skip(section.offset);
  return body.bytes(section.size);
}

Result<void> check_strings(std::span<const char> strings, bool is_split, const Subject& subject) {
  if (is_split && strings.empty())
    return {};
  if (strings.empty())
    return fail(subject, Errno(EINVAL), "it has no strings");
  if (strings.back() != '\0')
    return fail(subject, Errno(EINVAL), "the last string of %zu bytes does not end",
                strings.size());
  if (strings.size() > kMaxStrings)
    return fail(subject, Errno(EINVAL), "%zu bytes of strings are more than 2 GiB", strings.size());
  if (!is_split && strings.front() != '\0')
    return fail(subject, Errno(EINVAL), "the strings do not begin with an empty one");
  return {};
}

// words_in is the whole words of a section.
std::span<const std::uint32_t> words_in(std::span<const std::byte> section) {
  return ByteReader(section).words(section.size() / sizeof(std::uint32_t));
}

} // namespace

Image::~Image() = default;

Result<Owned<Image>> Image::copy(std::span<const std::byte> bytes, const Place& place,
                                 const Subject& subject) {
  return make(bytes, Bytes::copied, place, subject);
}

Result<Owned<Image>> Image::keep(Vector<std::byte> bytes, const Place& place,
                                 const Subject& subject) {
  auto image = make(bytes, Bytes::kept, place, subject);
  // What was copied all the same is not needed twice.
  if (image && (*image)->bytes_.data() == bytes.data())
    (*image)->kept_ = std::move(bytes);
  return image;
}

Result<Owned<Image>> Image::trust(std::span<const std::byte> bytes, const Subject& subject) {
  return make(bytes, Bytes::trusted, {}, subject);
}

bool Image::has_unknown_header() const {
  const auto header = bytes_.first(header_.size);
  return header.size() > Header::kLong &&
         std::any_of(header.begin() + Header::kLong, header.end(),
                     [](std::byte byte) { return byte != std::byte{0}; });
}

Result<Owned<Image>> Image::make(std::span<const std::byte> bytes, Bytes how, const Place& place,
                                 const Subject& subject) {
  const auto header = Header::read(bytes, subject);
  if (!header)
    return header.error();
  auto image = ringside::make<Image>();
  if (image == nullptr)
    return no_memory(subject, "a BTF");
  image->header_ = *header;
  image->bytes_ = bytes;
  const auto types = section_of(bytes, *header, header->types);
  if (how == Bytes::copied || header->order != kNativeOrder || !is_word_aligned(types.data()))
    if (const auto copied = image->keep_copy(); !copied)
      return no_memory(subject, "a copy of the BTF");
  if (const auto read = image->read(place, how == Bytes::trusted, subject); !read)
    return read.error();
  return image;
}

Result<void> Image::keep_copy() {
  auto block = WordBlock::copy(bytes_, header_.size);
  if (!block)
    return block.error();
  block_ = std::move(*block);
  bytes_ = block_.bytes();
  return header_.order == kNativeOrder ? Result<void>() : swap_copy();
}

// From the other byte order to the host's.
Result<void> Image::swap_copy() {
  ByteWriter header;
  header_.write(header);
  if (header.failed())
    return Errno(ENOMEM);
  const auto copy = block_.bytes();
  std::copy(header.view().begin(), header.view().end(), copy.begin());
  for (std::uint32_t& word : block_.words(header_.types))
    word = swapped_bytes(word);
  const auto layouts = std::as_writable_bytes(block_.words(header_.layout));
  for (std::size_t at = 0; at < layouts.size(); at += Layout::kEntrySize)
    std::swap(layouts[at + 2], layouts[at + 3]);
  return {};
}

Result<void> Image::read(const Place& place, bool is_trusted, const Subject& subject) {
  const auto types = section_of(bytes_, header_, header_.types);
  const auto strings = section_of(bytes_, header_, header_.strings);
  layout_ = Layout(section_of(bytes_, header_, header_.layout));
  data_.strings = as_text(strings);
  if (const auto sound = check_strings(data_.strings, place.base != nullptr, subject); !sound)
    return sound;
  if (types.size() % 4 != 0)
    return fail(subject, Errno(EINVAL), "%zu bytes of types are not a number of words",
                types.size());
  data_.words = words_in(types);
  auto starts = find_starts(data_.words, layout_, place, subject);
  if (!starts)
    return starts.error();
  starts_ = std::move(*starts);
  data_.starts = starts_;
  return is_trusted ? Result<void>() : check_types(data_, place, subject);
}

} // namespace ringside::btf
