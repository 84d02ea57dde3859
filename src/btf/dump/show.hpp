// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Show: the second pass of a dump.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dump/children.hpp"
#include "btf/dump/dump.hpp"

namespace ringside::btf {

// Show prepares definitions. A type is shown for an owner, the struct, union or typedef whose
// definition is being prepared; 0: it is shown for itself.
class Show {
public:
  Show(Dump& dump, Declare& declare) : dump_(dump), btf_(dump.btf_), declare_(declare) {}

  // unshown is what a type that is not printed leads to, unless that is printed, has a forward
  // declaration, or is a function of such types. Then the type is as good as printed.
  std::optional<std::uint32_t> unshown(std::uint32_t id);
  // define prints a definition for which all that it needs is shown. ENOMEM.
  Result<void> define(std::uint32_t id, Type type);
  // run prints the definition of a type that is due, if it was not printed yet. ELOOP, ENOMEM.
  Result<void> run(std::uint32_t first);

private:
  struct Frame {
    Type type;
    Children children; // that were not shown yet
    std::uint32_t id;
    std::uint32_t owner;
    std::uint32_t owner_of_children;
  };

  [[nodiscard]] Dump::State& state(std::uint32_t id) const { return dump_.state(id); }
  [[nodiscard]] bool is_builtin(Type type) const {
    return std::strcmp(btf_.name(type), "__builtin_va_list") == 0;
  }
  [[nodiscard]] bool is_out(std::uint32_t id) const {
    return state(id).is_printed || state(id).is_forward_out;
  }
  [[nodiscard]] bool are_shown(Type function) const;
  [[nodiscard]] std::uint32_t behind_links(std::uint32_t id) const;
  Result<void> enter(std::uint32_t id, std::uint32_t owner);
  Result<void> enter_open_typedef(std::uint32_t id, Type type);
  std::optional<std::uint32_t> next_child(Children& children);
  Result<void> leave(const Frame& frame);
  Result<void> show_int(std::uint32_t id, Type type);
  Result<void> define_typedef(std::uint32_t id, Type type);
  Result<void> forward(std::uint32_t id, Type type);

  Dump& dump_;
  const Btf& btf_;
  Declare& declare_;
  Vector<Frame> frames_; // empty between calls, but for its memory
};

} // namespace ringside::btf
