// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Dump: what its passes share.
#include "btf/dump/dump.hpp"

#include <algorithm>
#include <cerrno>

#include "btf/dump/declare.hpp"
#include "btf/dump/order.hpp"
#include "btf/dump/show.hpp"

namespace ringside::btf {

const char* keyword_of(Type type) {
  if (type.is_enum())
    return "enum";
  const bool is_union = type.is(kFwd) ? type.flag() : type.is(kUnion);
  return is_union ? "union" : "struct";
}

Dump::Dump(const Btf& btf, Writer::Print print, void* context)
    : btf_(btf), out_(print, context), names_(btf), pointer_bytes_(btf.pointer_bytes()),
      order_(ringside::make<Order>(*this)), show_(ringside::make<Show>(*this)),
      declare_(ringside::make<Declare>(*this)) {}

Dump::~Dump() = default;

Result<Owned<Dump>> Dump::make(const Btf& btf, Writer::Print print, void* context) {
  auto dump = ringside::make<Dump>(btf, print, context);
  if (dump == nullptr || dump->order_ == nullptr || dump->show_ == nullptr ||
      dump->declare_ == nullptr)
    return Errno(ENOMEM);
  if (const auto grown = dump->grow(); !grown)
    return grown.error();
  return dump;
}

// A new type may refer to any type, so only new ones are looked through.
Result<void> Dump::grow() {
  out_.reset();
  const auto begin = static_cast<std::uint32_t>(states_.size());
  const std::uint32_t end = btf_.end_id();
  if (begin >= end)
    return {};
  for (std::uint32_t id = begin; id < end; ++id)
    if (id != 0 && !is_known(btf_.type(id).kind()))
      return Errno(EINVAL);
  if (const auto grown = states_.append_default(end - begin); !grown)
    return grown;
  state(0).is_settled = true;
  for (std::uint32_t id = begin; id < end; ++id) {
    const Type type = btf_.type(id);
    if (id != 0)
      each_id(type.words(), [&](std::uint32_t other) {
        if (other < states_.size())
          state(other).is_referenced = true;
      });
  }
  return {};
}

Result<std::uint32_t> Dump::composite_alignment(std::uint32_t id) {
  const std::uint32_t pointer_bytes = btf_.pointer_bytes();
  if (alignments_ == nullptr || alignment_pointer_bytes_ != pointer_bytes) {
    alignments_ = ringside::make<Alignments>(btf_);
    if (alignments_ == nullptr)
      return Errno(ENOMEM);
    alignment_pointer_bytes_ = pointer_bytes;
    for (State& state : states_)
      state.alignment = State::kUnknown;
  }
  std::uint8_t& known = state(id).alignment;
  if (known == State::kUnknown) {
    const auto found = alignments_->of(id);
    if (!found)
      return found;
    known = static_cast<std::uint8_t>(*found);
  }
  return std::uint32_t{known};
}

Result<std::uint32_t> Dump::alignment(std::uint32_t id) {
  constexpr int kMost = 64;
  for (int types = 0; types < kMost; ++types) {
    const Type type = btf_.type(id);
    switch (type.kind()) {
    case kInt:
    case kFloat:
    case kEnum:
    case kEnum64:
      return std::min(btf_.pointer_bytes(), type.size());
    case kPtr:
      return btf_.pointer_bytes();
    case kTypedef:
    case kConst:
    case kVolatile:
    case kRestrict:
    case kTypeTag:
      id = type.target();
      break;
    case kArray:
      id = type.array().element;
      break;
    case kStruct:
    case kUnion:
      return composite_alignment(id);
    default:
      return 0U;
    }
  }
  return composite_alignment(id);
}

Result<std::string_view> Dump::final_name(std::uint32_t id, char (&buffer)[kSuffixedSize]) {
  const Type type = btf_.type(id);
  const char* const text = btf_.name(type);
  State& state = this->state(id);
  const bool is_counted =
      text[0] != '\0' && (type.is_composite() || type.is(kEnum64) || type.is(kTypedef) ||
                          (type.is(kEnum) && type.elements() != 0));
  if (state.number == 0 && is_counted) {
    const auto number =
        names_.use(type.name(), type.is(kTypedef) ? NameSpace::identifiers : NameSpace::tags);
    if (!number)
      return number.error();
    state.number = *number;
  }
  return state.number > 1 ? suffixed_name(text, state.number, buffer) : std::string_view(text);
}

Result<void> Dump::name(std::uint32_t id) {
  char buffer[kSuffixedSize];
  const auto name = final_name(id, buffer);
  if (!name)
    return name.error();
  out_.text(*name);
  return {};
}

Result<void> Dump::tag(std::uint32_t id) {
  out_.text(keyword_of(btf_.type(id)));
  if (btf_.name(btf_.type(id))[0] == '\0')
    return {};
  out_.text(" ");
  return name(id);
}

Result<void> Dump::show_all() {
  Result<void> shown;
  for (std::size_t index = 0; shown && index < list_.size(); ++index)
    shown = show_->run(list_[index]);
  list_.clear();
  return shown;
}

Result<void> Dump::type(std::uint32_t id) {
  if (const auto grown = grow(); !grown)
    return grown;
  if (id >= states_.size())
    return Errno(EINVAL);
  // Its definition, and all that it needs, was due before.
  if (state(id).is_settled)
    return {};
  list_.clear();
  if (const auto ordered = order_->run(id); !ordered)
    return ordered;
  const auto shown = show_all();
  out_.flush();
  return shown;
}

Result<void> Dump::cast(std::uint32_t id, const DeclarationStyle& style) {
  return declare_->run(id, style, false);
}

Result<void> Dump::declaration(std::uint32_t id, const DeclarationStyle& style) {
  if (const auto grown = grow(); !grown)
    return grown;
  if (id >= btf_.end_id())
    return Errno(EINVAL);
  const auto written = cast(id, style);
  out_.flush();
  return written;
}

} // namespace ringside::btf
