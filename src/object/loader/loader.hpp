// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loader: a BPF program that makes the maps of an object and loads its programs, without this
// library. skel_internal.h runs it; what it gets and gives is declared there.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::object {

struct Loading;

// Loader is what is asked for, and what load makes in place of maps and programs.
struct Loader {
  // generate, below. It is named by those alone who ask for a loader: others do not carry its code.
  Result<void> (*generate)(Loading& loading, Loader& loader) = nullptr;
  // It will be signed: what it does must follow from its bytes alone.
  bool is_signed = false;
  // Called when it is made, with `target`.
  void (*deliver)(const Loader& loader, void* target) = nullptr;
  void* target = nullptr;

  Vector<std::byte> insns;
  Vector<std::byte> data;
};

// generate makes the loader of an object that is open. Nothing is asked of the kernel, so it is the
// same on every machine, but for the values of kconfig externs. Errors, with a message:
//   ENOTSUP  the object needs what a loader cannot do
//   ERANGE   the loader would be larger than it may be
//   what finding the values of kconfig externs, composing and relocating fail with
Result<void> generate(Loading& loading, Loader& loader);

} // namespace ringside::object
