// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// StructOps: a table of functions for the kernel, as the program writes it and as the kernel has
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/array.hpp"
#include "base/vector.hpp"

namespace ringside::object {

class Program;

// kPointerSize is how many bytes a pointer has in the variable, whatever it points to.
inline constexpr std::size_t kPointerSize = sizeof(void*);

struct StructOps {
  // Function is a member of the kernel's struct that gets the descriptor of a program.
  struct Function {
    std::uint32_t offset = 0; // in `value`
    const Program* program = nullptr;
  };

  // The variable. Where it has pointers to functions, a Program* stands, or null.
  Array<std::byte> variable;
  // The map's value, once the kernel's types are known.
  Array<std::byte> value;
  Vector<Function> functions;
  std::uint32_t value_type_id = 0;
  int module_fd = 0; // of the BTF with the type; 0: the kernel's own
};

} // namespace ringside::object
