// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Order: the first pass of a dump.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dump/dump.hpp"

namespace ringside::btf {

// Order visits types from one on. A visit is on a stack of its own, because types can be nested
// deeper than a thread's stack. Its answer is whether the visitor must stand behind the type
// (whole), or whether a forward declaration will do (name).
class Order {
public:
  explicit Order(Dump& dump) : dump_(dump) {}

  // settles_at_once: nothing is due for a type, which is settled as by run where it can be.
  bool settles_at_once(std::uint32_t id);
  // run puts what is due for a type on the dump's list. ELOOP, ENOMEM: nothing was put there.
  Result<void> run(std::uint32_t first);

private:
  struct Visit {
    std::uint32_t id;
    std::uint32_t next; // which of what it refers to comes next
    bool by_pointer;
    bool is_whole; // an answer so far
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
  [[nodiscard]] std::optional<bool> known_answer(std::uint32_t id, bool by_pointer);
  [[nodiscard]] bool next_child(Visit& visit, std::uint32_t& id, bool& by_pointer);
  Result<void> leave();
  Result<void> end(const Visit& visit, Type type);
  Result<void> settle(std::uint32_t id) {
    state(id).is_settled = true;
    return settled_.append(id);
  }
  [[nodiscard]] bool is_loop(const Visit& visit);
  void mark(const Visit& visit, bool on);
  void undo(std::size_t listed);

  Dump& dump_;
  // Empty between calls, but for their memory.
  Vector<Visit> visits_;
  Vector<std::uint32_t> settled_; // by this call
};

} // namespace ringside::btf
