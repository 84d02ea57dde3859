// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bodies of structs, unions and enums.
#include <algorithm>
#include <cerrno>

#include "btf/dump/declare.hpp"
#include "btf/dump/layout.hpp"
#include "btf/sizes.hpp"

namespace ringside::btf {
namespace {

constexpr std::uint64_t kBitsPerByte = 8;

// bits_of is the size of a type in bits, 0 if it has none.
std::uint64_t bits_of(const Btf& btf, std::uint32_t id) {
  const Type type = btf.type(id);
  if (type.is(kInt) || type.is_composite())
    return std::uint64_t{type.size()} * kBitsPerByte;
  const auto size = resolve_size(btf, id);
  return size ? static_cast<std::uint64_t>(*size) * kBitsPerByte : 0;
}

} // namespace

// write_padding fills the gap between the last member and `end`, where something of the type `next`
// stands.
Result<void> Declare::write_padding(const Frame& frame, std::uint64_t end, std::uint32_t next,
                                    bool between_bitfields) {
  const auto alignment = frame.is_packed ? Result<std::uint32_t>(1U) : dump_.alignment(next);
  if (!alignment)
    return alignment.error();
  const Gap gap{frame.offset, end, *alignment, between_bitfields};
  each_padding(gap, std::uint64_t{dump_.pointer_bytes_} * kBitsPerByte,
               [&](const char* unit, std::uint64_t bits) {
                 out().tabs(frame.level + 1);
                 out().text(unit);
                 out().text(": ");
                 out().number(bits);
                 out().end_line(";");
               });
  return {};
}

Result<void> Declare::write_enumerator(Type type, std::uint32_t index, int level) {
  const Enumerator enumerator = type.enumerator(index);
  const char* const name = btf().string(enumerator.name);
  out().tabs(level);
  if (name != nullptr && name[0] != '\0') {
    const auto number = dump_.names_.use(enumerator.name, NameSpace::identifiers);
    if (!number)
      return number.error();
    char buffer[kSuffixedSize];
    out().text(used_name(name, *number, buffer));
  }
  out().text(" = ");
  if (type.flag())
    out().signed_number(static_cast<std::int64_t>(enumerator.value));
  else
    out().number(enumerator.value);
  if (type.is(kEnum64))
    out().text(type.flag() ? "LL" : "ULL");
  out().end_line(",");
  return {};
}

Result<void> Declare::write_enum(std::uint32_t id, int level) {
  const Type type = btf().type(id);
  if (const auto written = dump_.tag(id); !written)
    return written;
  if (type.elements() == 0)
    return {};
  out().end_line(" {");
  bool fits_half = true;
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    fits_half = fits_half && type.enumerator(index).value >> 32 == 0;
    if (const auto written = write_enumerator(type, index, level + 1); !written)
      return written;
  }
  out().tabs(level);
  out().text("}");
  if (type.size() == 1)
    out().text(" __attribute__((mode(byte)))");
  else if (type.size() == 8 && dump_.pointer_bytes_ == 8 && (type.is(kEnum) || fits_half))
    out().text(" __attribute__((mode(word)))");
  return {};
}

Result<void> Declare::begin_body(std::uint32_t id, int level) {
  const Type type = btf().type(id);
  if (type.is_enum())
    return write_enum(id, level);
  if (dump_.state(id).is_being_written)
    return Errno(ELOOP);
  if (const auto written = dump_.tag(id); !written)
    return written;
  if (type.elements() == 0 && type.size() == 0) {
    out().text(" {}");
    return {};
  }
  const auto packed = dump_.is_packed(id);
  if (!packed)
    return packed.error();
  out().end_line(" {");
  dump_.state(id).is_being_written = true;
  Frame frame;
  frame.kind = Frame::Kind::body;
  frame.id = id;
  frame.level = level;
  frame.is_packed = type.is(kStruct) && *packed;
  return frames_.append(frame);
}

Result<void> Declare::write_member(Frame& frame, Type type) {
  const Member member = type.member(frame.next++);
  const bool is_bitfield = member.bit_size != 0;
  if (frame.offset < member.bit_offset)
    if (const auto written =
            write_padding(frame, member.bit_offset, member.type, frame.was_bitfield && is_bitfield);
        !written)
      return written;
  frame.width = member.bit_size;
  frame.was_bitfield = is_bitfield;
  frame.offset = std::uint64_t{member.bit_offset} +
                 (is_bitfield ? member.bit_size : bits_of(btf(), member.type));
  const char* const name = btf().string(member.name);
  out().tabs(frame.level + 1);
  return declare(member.type, name != nullptr ? name : "", frame.level + 1,
                 Declaration::End::member);
}

Result<void> Declare::body(std::size_t at) {
  const Type type = btf().type(frames_[at].id);
  while (frames_[at].next < type.elements())
    if (const auto written = write_member(frames_[at], type); !written || frames_.size() != at + 1)
      return written;
  Frame& frame = frames_[at];
  const std::uint64_t end = std::uint64_t{type.size()} * kBitsPerByte;
  if (type.is(kStruct) && frame.offset < end)
    if (const auto written = write_padding(frame, end, frame.id, false); !written)
      return written;
  out().tabs(frame.level);
  out().text(frame.is_packed ? "} __attribute__((packed))" : "}");
  dump_.state(frame.id).is_being_written = false;
  frames_.truncate(at);
  return {};
}

// finish writes what stands behind a declaration: of a member, its width and the end of the line.
Result<void> Declare::finish(Declaration::End end) {
  if (end == Declaration::End::nothing)
    return {};
  const Frame& body = frames_.back();
  if (body.width != 0) {
    out().text(": ");
    out().number(body.width);
  }
  out().end_line(";");
  return {};
}

} // namespace ringside::btf
