// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The first pass of a dump: which definitions are due, and in which order. A definition must stand
// behind those of the types that it contains. Of a struct that is only pointed to, the name is
// enough.
#include "btf/dump/order.hpp"

#include <cerrno>

namespace ringside::btf {

// answer_alone answers for a type that refers to no other.
Result<void> Order::answer_alone(std::uint32_t id, Type type) {
  const bool is_whole = type.is_enum() || type.is(kFwd);
  if (is_whole && (dump_.btf_.name(type)[0] != '\0' || !dump_.is_referenced(id)))
    if (const auto listed = dump_.list_.append(id); !listed)
      return listed;
  answer(is_whole);
  return settle(id);
}

// are_settled: all types of a function are settled.
bool Order::are_settled(Type function) {
  bool are = state(function.target()).is_settled;
  for (std::uint32_t index = 0; are && index < function.elements(); ++index)
    are = state(function.parameter(index).type).is_settled;
  return are;
}

// passes goes on to the type that a modifier or an array refers to; false for other types.
bool passes(Type type, std::uint32_t& id, bool& by_pointer) {
  if (type.is(kArray)) {
    id = type.array().element;
    by_pointer = false;
    return true;
  }
  if (!type.is_modifier())
    return false;
  id = type.target();
  return true;
}

std::optional<bool> Order::find_answer(std::uint32_t id, bool by_pointer) {
  constexpr int kMost = 4;
  for (int links = 0; links < kMost; ++links) {
    const Type type = dump_.btf_.type(id);
    switch (type.kind()) {
    case kStruct:
    case kUnion:
      if (by_pointer && dump_.btf_.name(type)[0] != '\0')
        return false;
      return {};
    case kFuncProto:
      if (are_settled(type))
        return true;
      return {};
    default:
      if (!passes(type, id, by_pointer))
        return {};
    }
    if (state(id).is_settled)
      return true;
  }
  return {};
}

bool Order::settles_at_once(std::uint32_t id) {
  const Type type = dump_.btf_.type(id);
  if (type.is(kFuncProto))
    return are_settled(type);
  if (type.is(kPtr) || kNeverDue.has(type.kind())) {
    const bool settles = !type.is(kPtr) || known_answer(type.target(), true);
    state(id).is_settled = settles;
    return settles;
  }
  return (type.is_modifier() || type.is(kArray)) && find_answer(id, false);
}

bool Order::settles(std::uint32_t id) {
  if (!settles_at_once(id))
    return false;
  const bool noted{settled_.append(id)};
  state(id).is_settled &= noted;
  return noted;
}

// visit answers at once where it can, and else puts on the stack what has to wait for an answer.
Result<void> Order::visit(std::uint32_t id, bool by_pointer) {
  // The answer for a modifier or an array is that of the type it refers to. A chain with more links
  // than there are types is a circle.
  for (std::uint32_t links = 0; links <= dump_.btf_.end_id(); ++links) {
    if (state(id).is_settled) {
      answer(true);
      return {};
    }
    const Type type = dump_.btf_.type(id);
    switch (type.kind()) {
    case kStruct:
    case kUnion:
      // Its name is enough.
      if (by_pointer && dump_.btf_.name(type)[0] != '\0')
        return {};
      break;
    case kPtr:
    case kTypedef:
      if (const auto known = known_answer(type.target(), by_pointer || type.is(kPtr)))
        return end(id, type, by_pointer, *known);
      break;
    case kFuncProto:
      break;
    default:
      if (passes(type, id, by_pointer))
        continue;
      return answer_alone(id, type);
    }
    Visit visit(id, type, by_pointer);
    if (is_loop(visit))
      return Errno(ELOOP);
    if (!next_child(visit))
      return end(id, type, by_pointer, visit.is_whole);
    if (const auto entered = enter(visit); !entered)
      return entered;
    id = visit.children.id();
    by_pointer = visit.children_by_pointer;
    links = 0;
  }
  return Errno(ELOOP);
}

bool Order::is_loop(const Visit& visit) {
  const Dump::State& known = state(visit.id);
  return known.is_under_way ||
         (visit.by_pointer ? known.is_on_stack_by_pointer : known.is_on_stack);
}

void Order::mark(const Visit& visit, bool on) {
  Dump::State& known = state(visit.id);
  if (visit.by_pointer)
    known.is_on_stack_by_pointer = on;
  else
    known.is_on_stack = on;
  if (visit.type.is_composite())
    known.is_under_way = on;
}

Result<void> Order::enter(const Visit& visit) {
  if (const auto entered = visits_.append(visit); !entered)
    return entered;
  mark(visit, true);
  return {};
}

// next_child goes on to the next child that must be visited for an answer.
bool Order::next_child(Visit& visit) {
  Children children = visit.children;
  bool found = false;
  while (!found && children.next()) {
    const auto known = known_answer(children.id(), visit.children_by_pointer);
    visit.is_whole |= known.value_or(false);
    found = !known.has_value();
  }
  visit.children = children;
  return found;
}

// leave ends a visit that was on the stack.
Result<void> Order::leave(const Visit& visit) {
  mark(visit, false);
  return end(visit.id, visit.type, visit.by_pointer, visit.is_whole);
}

// end gives the answer of a visit to the one that is on top.
Result<void> Order::end(std::uint32_t id, Type type, bool by_pointer, bool is_whole) {
  bool settles = true;
  bool lists = false;
  switch (type.kind()) {
  case kStruct:
  case kUnion:
    lists = dump_.btf_.name(type)[0] != '\0';
    is_whole = true;
    break;
  case kTypedef:
    lists = settles = is_whole = !by_pointer || is_whole;
    break;
  case kFuncProto:
    settles = false;
    break;
  default:
    break;
  }
  answer(is_whole);
  if (lists)
    if (const auto listed = dump_.list_.append(id); !listed)
      return listed;
  return settles ? settle(id) : Result<void>();
}

Result<void> Order::run(std::uint32_t first) {
  const std::size_t listed = dump_.list_.size();
  visits_.clear();
  Result<void> result = visit(first, false);
  while (result && !visits_.empty()) {
    Visit& last = visits_.back();
    result = next_child(last) ? visit(last.children.id(), last.children_by_pointer)
                              : leave(visits_.take_last());
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
