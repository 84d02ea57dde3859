// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// MapPlan and ProgramPlan: what the kernel will be asked for. They begin as what the file says, and
// setters write to them until it is too late.
#pragma once

#include <cstdint>
#include <span>

#include "object/map_definition.hpp"

namespace ringside::object {

struct MapPlan : MapDefinition {
  std::uint32_t ifindex = 0;
  bool autocreate = true;
};

struct ProgramPlan {
  std::uint32_t type = 0;
  std::uint32_t attach_type = 0;
  std::uint32_t flags = 0;
  std::uint32_t log_level = 0;
  std::span<char> log; // the caller's
  bool autoload = true;
  // What the program is for, where its type needs that when it is loaded: a function in the BTF of
  // a program or of a module, or of the kernel, which has no descriptor.
  std::uint32_t attach_btf_id = 0;
  int attach_btf_fd = 0;
  int attach_program_fd = 0;
};

} // namespace ringside::object
