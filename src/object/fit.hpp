// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Fit: would an object load on a kernel of which nothing is known but its types? The steps are
// those of loading, on the BTF that is given; the running kernel is not asked, and gets nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "kernel/running_types.hpp"

namespace ringside::object {

// Answer is what becomes of a thing that the object wants of the kernel. The worst is the last.
enum class Answer : std::uint8_t {
  resolved,
  guarded,   // missing, but what uses it is not reached then, or not loaded
  undecided, // the types do not say
  missing,   // loading fails
};

// Finding is one such thing: a CO-RE record, an extern, what a program attaches to, or a
// struct_ops.
struct Finding {
  Answer answer = Answer::resolved;
  const char* about = "";   // "byte_off" and other kinds of records; "function", "variable",
                            // "symbol", "kconfig", "target", "struct_ops"
  std::string_view what;    // "task_struct.__state"
  std::string_view why;     // "no such field; this kernel has 'state'"; empty if it is resolved
  std::string_view program; // empty: it is the object's as a whole
};

// KernelTypes is the types of a kernel and of its modules, whose descriptors are not used.
struct KernelTypes {
  const btf::Btf* kernel = nullptr;
  Vector<kernel::ModuleBtf> modules;
};

// Fit keeps what it gives out.
struct Fit {
  Arena memory;
  Vector<Finding> findings; // in the order of the object
};

// find_fit opens an object and says what a kernel has of what it wants. Programs and maps are taken
// as the file has them: those that are not loaded on their own want nothing. Errors, each with a
// message: those of opening the object, and ENOMEM.
Result<Fit> find_fit(std::span<const std::byte> file, std::string_view name, KernelTypes types);

} // namespace ringside::object
