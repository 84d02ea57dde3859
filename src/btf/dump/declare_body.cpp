// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bodies of structs, unions and enums.
#include <cerrno>

#include "btf/dump/declare.hpp"
#include "btf/dump/layout.hpp"

namespace ringside::btf {
namespace {

constexpr std::uint64_t kBitsPerByte = 8;

// fits_half: all enumerators fit into 32 bits without a sign.
bool fits_half(Type type) {
  for (std::uint32_t index = 0; index < type.elements(); ++index)
    if (type.enumerator(index).value >> 32 != 0)
      return false;
  return true;
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
                 out().end_line(Writer::tabs(frame.level + 1), unit, ": ", Decimal(bits), ";");
               });
  return {};
}

Result<void> Declare::write_enumerators(Type type, int level) {
  const auto tabs = Writer::tabs(level + 1);
  const bool is_signed = type.flag();
  const std::string_view end = !type.is(kEnum64) ? "," : is_signed ? "LL," : "ULL,";
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const Enumerator enumerator = type.enumerator(index);
    const std::string_view name = text_of(enumerator.name);
    const auto number =
        name.empty() ? Result(1U) : dump_.names_.use(enumerator.name, name, NameSpace::identifiers);
    if (!number)
      return number.error();
    char buffer[kSuffixedSize];
    const auto value = static_cast<std::int64_t>(enumerator.value);
    out().end_line(tabs, used_name(name, *number, buffer), " = ",
                   is_signed ? Decimal::of_signed(value) : Decimal(enumerator.value), end);
  }
  return {};
}

Result<void> Declare::write_enum(std::uint32_t id, Type type, int level) {
  if (const auto written = dump_.tag(id, type); !written)
    return written;
  if (type.elements() == 0)
    return {};
  out().end_line(" {");
  if (const auto written = write_enumerators(type, level); !written)
    return written;
  out().text(Writer::tabs(level), "}");
  if (type.size() == 1)
    out().text(" __attribute__((mode(byte)))");
  else if (type.size() == 8 && dump_.pointer_bytes_ == 8 && (type.is(kEnum) || fits_half(type)))
    out().text(" __attribute__((mode(word)))");
  return {};
}

Result<void> Declare::begin_body(std::uint32_t id, Type type, int level) {
  if (type.is_enum())
    return write_enum(id, type, level);
  if (dump_.state(id).is_being_written)
    return Errno(ELOOP);
  if (const auto written = dump_.tag(id, type); !written)
    return written;
  if (type.elements() == 0 && type.size() == 0) {
    out().text(" {}");
    return {};
  }
  const auto packed = dump_.is_packed(id, type);
  if (!packed)
    return packed.error();
  out().end_line(" {");
  Frame frame{.kind = Frame::Kind::body,
              .level = level,
              .id = id,
              .type = type,
              .is_packed = type.is(kStruct) && *packed};
  if (const auto written = plain_members(frame); !written)
    return written;
  // Most have no other members.
  return frame.next == type.elements() ? end_body(frame) : push(frame);
}

// plain_members writes members up to one whose type is not plain.
Result<void> Declare::plain_members(Frame& frame) {
  const Type type = frame.type;
  const auto tabs = Writer::tabs(frame.level + 1);
  for (; frame.next < type.elements(); ++frame.next) {
    const Member member = type.member(frame.next);
    const auto plain = this->plain(member.type);
    if (!plain)
      return plain.error();
    if (*plain == nullptr)
      break;
    if (const auto begun = begin_member(frame, member, (*plain)->bits); !begun)
      return begun;
    const std::string_view name = text_of(member.name);
    end_member(member.bit_size, tabs, (*plain)->before(name), name, (*plain)->behind());
  }
  return {};
}

Result<void> Declare::write_member(Frame& frame) {
  const Member member = frame.type.member(frame.next++);
  if (const auto begun = begin_member(frame, member, bits_of(member.type)); !begun)
    return begun;
  const int level = frame.level + 1;
  return declare(Writer::tabs(level), member.type, text_of(member.name), level,
                 Declaration::End::member);
}

Result<void> Declare::body(std::size_t at) {
  while (frames_[at].next != frames_[at].type.elements()) {
    if (const auto written = write_member(frames_[at]); !written || frames_.size() != at + 1)
      return written;
    if (const auto written = plain_members(frames_[at]); !written)
      return written;
  }
  return end_body(pop());
}

Result<void> Declare::end_body(const Frame& frame) {
  const Type type = frame.type;
  const std::uint64_t end = std::uint64_t{type.size()} * kBitsPerByte;
  if (type.is(kStruct) && frame.offset < end)
    if (const auto written = write_padding(frame, end, frame.id, false); !written)
      return written;
  out().text(Writer::tabs(frame.level), frame.is_packed ? "} __attribute__((packed))" : "}");
  return {};
}

} // namespace ringside::btf
