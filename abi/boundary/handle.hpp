// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Handles: the interface's opaque structs are pointers to objects of the core. This file has the
// only casts between them.
#pragma once

#include <cstdint>

#include "base/handle_mark.hpp"

namespace ringside {

// Core<Tag> says what stands behind an opaque struct: Core<btf>::Type is Btf. Each family has a
// line for each of its structs.
template <class Tag>
struct Core;

// core is the object behind a handle.
template <class Tag>
[[nodiscard]] typename Core<Tag>::Type& core(Tag* handle) {
  return *reinterpret_cast<typename Core<Tag>::Type*>(handle);
}
template <class Tag>
[[nodiscard]] const typename Core<Tag>::Type& core(const Tag* handle) {
  return *reinterpret_cast<const typename Core<Tag>::Type*>(handle);
}

// core_or_null is the same of a handle that may be null.
template <class Tag>
[[nodiscard]] auto* core_or_null(Tag* handle) {
  return handle != nullptr ? &core(handle) : nullptr;
}

// handle is the handle of an object, for programs.
template <class Tag>
[[nodiscard]] Tag* handle(typename Core<Tag>::Type* object) {
  return reinterpret_cast<Tag*>(object);
}
template <class Tag>
[[nodiscard]] const Tag* handle(const typename Core<Tag>::Type* object) {
  return reinterpret_cast<const Tag*>(object);
}

// is_error: a pointer carries an error number, as functions of libbpf 0.x returned it.
constexpr std::uintptr_t kLowestError = std::uintptr_t{0} - 4095;
[[nodiscard]] inline bool is_error(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) >= kLowestError;
}

// is_address: a pointer is neither null nor an error. One comparison says both.
[[nodiscard]] inline bool is_address(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) - 1 < kLowestError - 1;
}

// is_ours: this library made it. The handle is neither null nor an error.
template <class Tag>
[[nodiscard]] bool is_ours(const Tag* handle) {
  const HandleMark& mark = core(handle);
  return mark.is_ours();
}

// is_foreign: another library made one of the handles. Null and errors are not foreign.
template <class... Tags>
[[nodiscard]] bool is_foreign(const Tags*... handles) {
  return ((is_address(handles) && !is_ours(handles)) || ...);
}

} // namespace ringside
