// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The first pass of a dump: which definitions are due, and in which order. A definition must stand
// behind those of the types that it contains. Of a struct that is only pointed to, the name is
// enough.
#include "btf/dump/order.hpp"

#include <cerrno>

#include "btf/dump/children.hpp"

namespace ringside::btf {

Result<void> Order::settle(std::uint32_t id) {
  if (const auto noted = settled_.append(id); !noted)
    return noted;
  state(id).is_settled = true;
  return {};
}

Result<void> Order::list(std::uint32_t id) {
  return dump_.list_.append(id);
}

// answer_alone answers for a type that refers to no other.
Result<void> Order::answer_alone(std::uint32_t id, Type type) {
  const bool is_whole = type.is_enum() || type.is(kFwd);
  if (is_whole && (dump_.btf_.name(type)[0] != '\0' || !state(id).is_referenced))
    if (const auto listed = list(id); !listed)
      return listed;
  answer(is_whole);
  return settle(id);
}

// visit answers at once where it can, and else puts the type on the stack.
Result<void> Order::visit(std::uint32_t id, bool by_pointer) {
  // The answer for a modifier or an array is that of the type it refers to. A chain with more links
  // than there are types is a circle.
  for (std::uint32_t links = 0; links <= dump_.btf_.end_id(); ++links) {
    const Type type = dump_.btf_.type(id);
    if (state(id).is_settled) {
      answer(true);
      return {};
    }
    switch (type.kind()) {
    case kConst:
    case kVolatile:
    case kRestrict:
    case kTypeTag:
      id = type.target();
      continue;
    case kArray:
      id = type.array().element;
      by_pointer = false;
      continue;
    case kStruct:
    case kUnion:
      // Its name is enough.
      if (by_pointer && dump_.btf_.name(type)[0] != '\0')
        return {};
      return enter(id, by_pointer);
    case kPtr:
    case kTypedef:
    case kFuncProto:
      return enter(id, by_pointer);
    default:
      return answer_alone(id, type);
    }
  }
  return Errno(ELOOP);
}

bool Order::is_loop(std::uint32_t id, bool by_pointer) {
  const Dump::State& known = state(id);
  return known.is_under_way || (by_pointer ? known.is_on_stack_by_pointer : known.is_on_stack);
}

void Order::mark(const Visit& visit, bool on) {
  Dump::State& known = state(visit.id);
  if (visit.by_pointer)
    known.is_on_stack_by_pointer = on;
  else
    known.is_on_stack = on;
  if (dump_.btf_.type(visit.id).is_composite())
    known.is_under_way = on;
}

Result<void> Order::enter(std::uint32_t id, bool by_pointer) {
  if (is_loop(id, by_pointer))
    return Errno(ELOOP);
  const Visit visit{id, 0, by_pointer, false};
  if (const auto entered = visits_.append(visit); !entered)
    return entered;
  mark(visit, true);
  return {};
}

// next_child is the next type that a visit has to look at, and how. Those that are settled are
// passed over.
bool Order::next_child(Visit& visit, std::uint32_t& id, bool& by_pointer) {
  const Type type = dump_.btf_.type(visit.id);
  by_pointer = type.is(kPtr) || (visit.by_pointer && !type.is_composite());
  const bool is_link = type.is(kPtr) || type.is(kTypedef);
  const bool is_function = type.is(kFuncProto);
  return btf::next_child(type, visit.next, id, [&](std::uint32_t child) {
    if (is_link || !state(child).is_settled)
      return true;
    visit.is_whole |= is_function;
    return false;
  });
}

// leave ends the visit that is on top and gives its answer to the one below.
Result<void> Order::leave() {
  const Visit visit = visits_.back();
  const Type type = dump_.btf_.type(visit.id);
  bool settles = true;
  bool lists = false;
  bool is_whole = visit.is_whole;
  switch (type.kind()) {
  case kStruct:
  case kUnion:
    lists = dump_.btf_.name(type)[0] != '\0';
    is_whole = true;
    break;
  case kTypedef:
    lists = settles = is_whole = !visit.by_pointer || visit.is_whole;
    break;
  case kFuncProto:
    settles = false;
    break;
  default:
    break;
  }
  if (lists)
    if (const auto listed = list(visit.id); !listed)
      return listed;
  if (settles)
    if (const auto settled = settle(visit.id); !settled)
      return settled;
  mark(visit, false);
  visits_.truncate(visits_.size() - 1);
  answer(is_whole);
  return {};
}

Result<void> Order::run(std::uint32_t first) {
  const std::size_t listed = dump_.list_.size();
  visits_.clear();
  settled_.clear();
  Result<void> result = visit(first, false);
  while (result && !visits_.empty()) {
    std::uint32_t id = 0;
    bool by_pointer = false;
    result = next_child(visits_.back(), id, by_pointer) ? visit(id, by_pointer) : leave();
  }
  if (!result)
    undo(listed);
  return result;
}

void Order::undo(std::size_t listed) {
  for (const Visit& visit : visits_)
    mark(visit, false);
  for (const std::uint32_t id : settled_)
    state(id).is_settled = false;
  dump_.list_.truncate(listed);
}

} // namespace ringside::btf
