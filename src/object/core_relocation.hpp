// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CoreRelocation: the CO-RE records of an object, carried out one by one on its instructions.
#pragma once

#include <cstdint>
#include <span>

#include <linux/bpf.h>

#include "base/result.hpp"
#include "co_re/candidates.hpp"
#include "co_re/relocate.hpp"
#include "object/parsed.hpp"

namespace ringside::object {

struct Loading;

// kernel_targets is the kernel that is loaded for, and its modules; the first must have been read.
co_re::Targets kernel_targets(Loading& loading);

class CoreRelocation {
public:
  // The object has records, and so BTF. `loading` has a place for the code of each function.
  CoreRelocation(Loading& loading, const co_re::Targets& targets);

  // expect_types finds candidates for the records of all wanted programs in one pass. ENOMEM.
  Result<void> expect_types();
  // carry_out changes the instruction of a record. The records must come in their order. That the
  // target has no such thing is an answer. Errors, with a message: those of Relocation::resolve and
  // patch, and EINVAL: instructions that were set end before it.
  Result<co_re::Resolved> carry_out(const CoreRecord& record);
  // candidates is those of a local type that are left.
  Result<std::span<const co_re::TypeRef>> candidates(std::uint32_t type_id) {
    return relocation_.candidates(type_id);
  }

private:
  Result<std::span<bpf_insn>> code_of(std::uint32_t program);

  Loading& loading_;
  const Parsed& parsed_;
  co_re::Relocation relocation_;
};

} // namespace ringside::object
