// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Dump: what its passes share.
#include "btf/dump/dump.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "btf/dump/declare.hpp"
#include "btf/dump/each_type.hpp"
#include "btf/dump/order.hpp"
#include "btf/dump/show.hpp"

namespace ringside::btf {

namespace {

// Types of these kinds have a definition.
constexpr KindSet kDefined = {kStruct, kUnion, kEnum, kEnum64, kTypedef};
// Types of these kinds refer to one other type, and to nothing else.
constexpr KindSet kHasTarget = [] {
  KindSet kinds{};
  for (std::uint32_t kind = 0; kind < kKindCount; ++kind)
    if (kKinds[kind].ids == kTargetId && kKinds[kind].element_id == KindLine::kNoId)
      kinds.add(static_cast<Kind>(kind));
  return kinds;
}();

// may_have_unknown_kinds: only a layout says how long types of such kinds are.
bool may_have_unknown_kinds(const Btf& btf) {
  return !btf.layout().bytes().empty() ||
         (btf.base() != nullptr && may_have_unknown_kinds(*btf.base()));
}

} // namespace

struct Dump::Passes {
  explicit Passes(Dump& dump) : order(dump), declare(dump), show(dump, declare) {}

  Order order;
  Declare declare;
  Show show;
};

Dump::Dump(const Btf& btf, Writer::Print print, void* context)
    : btf_(btf), out_(print, context), names_(btf), alignment_pointer_bytes_(btf.pointer_bytes()),
      pointer_bytes_(alignment_pointer_bytes_), passes_(ringside::make<Passes>(*this)) {}

Dump::~Dump() = default;

Result<Owned<Dump>> Dump::make(const Btf& btf, Writer::Print print, void* context) {
  auto dump = ringside::make<Dump>(btf, print, context);
  if (dump == nullptr || dump->passes_ == nullptr)
    return Errno(ENOMEM);
  if (const auto grown = dump->grow(); !grown)
    return grown.error();
  return dump;
}

Result<void> Dump::look_at_new() {
  const std::size_t begin = states_.size();
  const std::uint32_t end = btf_.end_id();
  if (may_have_unknown_kinds(btf_))
    for (auto id = static_cast<std::uint32_t>(std::max<std::size_t>(begin, 1)); id < end; ++id)
      if (!is_known(btf_.type(id).kind()))
        return Errno(EINVAL);
  if (const auto made = passes_->declare.make_places(end); !made)
    return made;
  if (const auto grown = states_.append_default(end - begin); !grown)
    return grown;
  // Void needs nothing.
  states_[0].is_settled = true;
  states_[0].is_printed = true;
  return {};
}

bool Dump::settles_at_once(std::uint32_t id) {
  return states_.size() >= btf_.end_id() && id < states_.size() &&
         passes_->order.settles_at_once(id);
}

// A new type may refer to any type, so only new ones are looked through. What a function returns is
// not marked: as with libbpf, an enum without a name that is only returned has a definition.
void Dump::look_through_new() {
  const auto count = static_cast<std::uint32_t>(states_.size());
  State* const states = states_.data();
  const auto mark = [=](std::uint32_t id) {
    if (id < count)
      states[id].is_referenced = true;
  };
  each_type(btf_, std::exchange(looked_through_, count), count, [=](std::uint32_t id, Type type) {
    const Kind kind = type.kind();
    if (Order::kNeverDue.has(kind))
      states[id].is_never_due = true;
    if (kHasTarget.has(kind))
      mark(type.target());
    else if (kind != kFuncProto)
      each_id(type.words(), mark);
    else
      for (std::uint32_t left = type.elements(); left != 0; --left)
        mark(type.parameter(left - 1).type);
  });
}

bool Dump::is_referenced(std::uint32_t id) {
  if (looked_through_ < states_.size())
    look_through_new();
  return state(id).is_referenced;
}

void Dump::forget_alignments() {
  alignments_ = nullptr;
  for (State& state : states_)
    state.alignment = State::kUnknown;
}

// near_alignment is the alignment of a type, or kUnknown where that needs more than a short look:
// behind `depth` structs and unions in each other whose alignments were not asked for before.
std::uint8_t Dump::near_alignment(std::uint32_t id, int depth) {
  constexpr int kMost = 64;
  for (int types = 0; types < kMost; ++types) {
    if (const std::uint8_t known = state(id).alignment; known != State::kUnknown)
      return known;
    const Type type = btf_.type(id);
    if (type.is_composite())
      return depth == 0 ? State::kUnknown : composite_alignment(id, depth - 1);
    if (!has_target_alignment(type))
      return static_cast<std::uint8_t>(leaf_alignment(type, alignment_pointer_bytes_));
    id = alignment_target(type);
  }
  return State::kUnknown;
}

std::uint8_t Dump::composite_alignment(std::uint32_t id, int depth) {
  Composite composite(btf_.type(id));
  while (const auto member = composite.next()) {
    std::uint8_t& known = state(member->type).alignment;
    if (known == State::kUnknown)
      known = near_alignment(member->type, depth);
    if (known == State::kUnknown)
      return State::kUnknown;
    composite.add(*member, known);
  }
  return state(id).alignment = static_cast<std::uint8_t>(composite.alignment());
}

Result<std::uint32_t> Dump::find_alignment(std::uint32_t id) {
  // Members are printed before what they are part of, so a short look is enough for most.
  constexpr int kDepth = 8;
  std::uint8_t found = near_alignment(id, kDepth);
  if (found == State::kUnknown) {
    if (alignments_ == nullptr)
      alignments_ = ringside::make<Alignments>(btf_);
    if (alignments_ == nullptr)
      return Errno(ENOMEM);
    const auto alignment = alignments_->of(id);
    if (!alignment)
      return alignment;
    found = static_cast<std::uint8_t>(*alignment);
  }
  state(id).alignment = found;
  return std::uint32_t{found};
}

Result<bool> Dump::is_packed(std::uint32_t id, Type type) {
  Composite composite(type);
  while (const auto member = composite.next()) {
    const auto found = alignment(member->type);
    if (!found)
      return found.error();
    composite.add(*member, *found);
  }
  state(id).alignment = static_cast<std::uint8_t>(composite.alignment());
  return composite.is_packed();
}

Result<std::string_view> Dump::name(std::uint32_t id, Type type, char (&buffer)[kSuffixedSize]) {
  const std::string_view text = btf_.name(type);
  std::uint32_t& number = state(id).number;
  if (number == 0) {
    const bool is_counted = type.is_composite() || type.is(kEnum64) || type.is(kTypedef) ||
                            (type.is(kEnum) && type.elements() != 0);
    const NameSpace space = type.is(kTypedef) ? NameSpace::identifiers : NameSpace::tags;
    const auto used =
        is_counted && !text.empty() ? names_.use(type.name(), text, space) : Result(1U);
    if (!used)
      return used.error();
    number = *used;
  }
  return used_name(text, number, buffer);
}

Result<void> Dump::tag(std::uint32_t id, Type type) {
  char buffer[kSuffixedSize];
  const auto name = this->name(id, type, buffer);
  if (!name)
    return name.error();
  const std::string_view keyword = keyword_of(type);
  out_.text(name->empty() ? without_space(keyword) : keyword, *name);
  return {};
}

Result<void> Dump::show_all() {
  begin_text();
  Result<void> shown;
  for (std::size_t index = 0; shown && index < list_.size(); ++index)
    shown = passes_->show.run(list_[index]);
  list_.clear();
  out_.flush();
  return shown;
}

void Dump::begin_text() {
  out_.reset();
  // The program may have given the Btf other pointers since the last call.
  if (const std::uint32_t bytes = btf_.pointer_bytes(); bytes != alignment_pointer_bytes_) {
    alignment_pointer_bytes_ = bytes;
    forget_alignments();
    passes_->declare.forget_plain();
  }
}

Result<void> Dump::begin_call() {
  begin_text();
  return grow();
}

Result<void> Dump::type(std::uint32_t id) {
  if (const auto grown = grow(); !grown)
    return grown;
  if (id >= states_.size())
    return Errno(EINVAL);
  passes_->order.begin();
  if (const Type type = btf_.type(id); kDefined.has(type.kind()) && !state(id).is_settled)
    if (const Needs needs = needs_of(type); needs != Needs::definitions)
      return show_alone(id, type, needs);
  list_.clear();
  if (const auto ordered = passes_->order.run(id); !ordered)
    return ordered;
  return list_.empty() ? Result<void>() : show_all();
}

// is_due: a type has a definition of its own. A struct without a name has none.
bool Dump::is_due(std::uint32_t id, Type type) {
  return btf_.name(type)[0] != '\0' || type.is(kTypedef) || (type.is_enum() && !is_referenced(id));
}

// needs_of has most types settled without a visit: all that they refer to is.
Dump::Needs Dump::needs_of(Type type) {
  Needs needs = Needs::nothing;
  for (Children children(type); children.next();) {
    const std::uint32_t id = children.id();
    const State& child = state(id);
    if (!child.is_settled && !passes_->order.settles(id))
      return Needs::definitions;
    if (!child.is_printed && needs == Needs::nothing && passes_->show.unshown(id))
      needs = Needs::declarations;
  }
  return needs;
}

// show_alone prints a definition that needs no other.
Result<void> Dump::show_alone(std::uint32_t id, Type type, Needs needs) {
  State& known = state(id);
  known.is_settled = true;
  if (!is_due(id, type))
    return {};
  begin_text();
  const bool is_new = !known.is_open && !known.is_printed && !known.is_forward_out;
  Result<void> shown;
  if (needs != Needs::nothing || !is_new) {
    shown = passes_->show.run(id);
  } else {
    known.is_open = true;
    shown = passes_->show.define(id, type);
  }
  out_.flush();
  return shown;
}

Result<void> Dump::cast(std::uint32_t id, const DeclarationStyle& style) {
  return passes_->declare.run(id, style);
}

Result<void> Dump::declaration(std::uint32_t id, const DeclarationStyle& style) {
  if (const auto begun = begin_call(); !begun)
    return begun;
  if (id >= btf_.end_id())
    return Errno(EINVAL);
  const auto written = cast(id, style);
  out_.flush();
  return written;
}

} // namespace ringside::btf
