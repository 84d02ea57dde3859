// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF that an older kernel takes: kinds that it does not know become others, with the same ids.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::object {

// BtfSupport is what a kernel knows of BTF. Source: the kernel's Documentation/bpf/btf.rst and its
// git history; in which release each came is in src/kernel/features.cpp.
struct BtfSupport {
  bool functions = true;        // FUNC and FUNC_PROTO
  bool global_functions = true; // the linkage of FUNC
  bool datasec = true;          // VAR and DATASEC
  bool question_mark = true;    // in the name of a DATASEC
  bool floats = true;
  bool decl_tags = true;
  bool type_tags = true;
  bool enum64 = true; // and the sign of ENUM

  friend bool operator==(const BtfSupport&, const BtfSupport&) = default;
};

// needs is what the types of a BTF need of a kernel: a member is true if some type needs it.
BtfSupport needs(const btf::Btf& btf);

// adapt changes each type that the kernel does not know into one that it does. Ids and what types
// mean for maps and line records stay. ENOMEM.
Result<void> adapt(btf::Btf& btf, const BtfSupport& kernel);

} // namespace ringside::object
