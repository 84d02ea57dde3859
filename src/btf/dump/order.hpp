// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Order: the first pass of a dump.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dump/children.hpp"
#include "btf/dump/dump.hpp"

namespace ringside::btf {

// Order visits types from one on. A visit is on a stack of its own, because types can be nested
// deeper than a thread's stack. Its answer is whether the visitor must stand behind the type
// (whole), or whether a forward declaration will do (name).
class Order {
public:
  // Types of these kinds need nothing, and have no definition of their own.
  static constexpr KindSet kNeverDue = {kInt, kFloat, kFunc, kVar, kDatasec, kDeclTag};

  explicit Order(Dump& dump) : dump_(dump) {}

  // settles_at_once: nothing is due for a type, which is settled as by run where it can be.
  bool settles_at_once(std::uint32_t id);
  // begin comes first in a call that may settle types and then fail.
  void begin() { settled_.clear(); }
  // settles is settles_at_once for what such a call needs.
  bool settles(std::uint32_t id);
  // run puts what is due for a type on the dump's list. ELOOP, ENOMEM: nothing was put there.
  Result<void> run(std::uint32_t first);

private:
  struct Visit {
    Type type;
    Children children; // that were not visited yet
    std::uint32_t id;
    bool by_pointer;
    bool children_by_pointer;
    bool is_whole = false; // an answer so far

    Visit(std::uint32_t visited, Type its_type, bool is_by_pointer)
        : type(its_type), children(its_type), id(visited), by_pointer(is_by_pointer),
          children_by_pointer(type.is(kPtr) || (by_pointer && !type.is_composite())) {}
  };

  [[nodiscard]] Dump::State& state(std::uint32_t id) { return dump_.state(id); }
  Result<void> visit(std::uint32_t id, bool by_pointer);
  Result<void> answer_alone(std::uint32_t id, Type type);
  Result<void> enter(const Visit& visit);
  void answer(bool is_whole) {
    if (!visits_.empty())
      visits_.back().is_whole |= is_whole;
  }
  [[nodiscard]] bool are_settled(Type function);
  // known_answer is the answer for a type that needs no visit: one that is settled, a function of
  // such types, or a struct whose name is enough. Nothing if that does not show behind a few
  // modifiers and arrays.
  [[nodiscard]] std::optional<bool> known_answer(std::uint32_t id, bool by_pointer) {
    return state(id).is_settled ? std::optional(true) : find_answer(id, by_pointer);
  }
  [[nodiscard]] std::optional<bool> find_answer(std::uint32_t id, bool by_pointer);
  [[nodiscard]] bool next_child(Visit& visit);
  Result<void> leave(const Visit& visit);
  Result<void> end(std::uint32_t id, Type type, bool by_pointer, bool is_whole);
  // settle comes last of a visit: behind the outermost one nothing can fail, and be undone.
  Result<void> settle(std::uint32_t id) {
    const auto noted = visits_.empty() ? Result<void>() : settled_.append(id);
    state(id).is_settled = static_cast<bool>(noted);
    return noted;
  }
  [[nodiscard]] bool is_loop(const Visit& visit);
  void mark(const Visit& visit, bool on);
  void undo(std::size_t listed);

  Dump& dump_;
  Vector<Visit> visits_;          // empty between calls, but for its memory
  Vector<std::uint32_t> settled_; // since begin
};

} // namespace ringside::btf
