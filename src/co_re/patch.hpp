// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Patching: put the answer to a CO-RE record into its instruction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <linux/bpf.h>

#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::co_re {

// kPoisonHelper is the helper that a poisoned instruction calls. No helper has this number, so
// the verifier refuses the program unless the instruction cannot be reached. The kernel and other
// loaders use the same number.
inline constexpr std::int32_t kPoisonHelper = 195896080; // 0xbad2310

// Change says what to do with an instruction.
struct Change {
  bool poison = false;
  std::uint64_t old_number = 0;
  std::uint64_t number = 0;
  bool check_old = false; // the instruction must hold old_number
  // A compiler may have put the low half of an enumerator into the instruction.
  bool is_enumerator = false;
  bool is_wide_enumerator = false; // of an enum of 8 bytes
  // How many bytes a load or store moves; 0: leave that as it is.
  std::uint32_t old_access_bytes = 0;
  std::uint32_t access_bytes = 0;
  // A load or store of the target's type would not be the same: if the instruction is one, poison
  // it.
  bool poison_access = false;
};

// patch changes the instruction `index` of a program, and the next one if both are one load of 64
// bits. EINVAL, with a message: the instruction has no place for a number, or does not hold the old
// number.
Result<void> patch(std::span<bpf_insn> program, std::size_t index, const Change& change,
                   const Subject& subject);

} // namespace ringside::co_re
