// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CpuMask: a set of CPU numbers, read from the kernel's list format ("0-3,8,10-11").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/array.hpp"

namespace ringside::kernel {

class CpuMask {
public:
  // The highest CPU number that is accepted: eight times what any kernel can be configured for. It
  // bounds the memory that a hostile text can make us use.
  static constexpr unsigned kMaxCpu = 65535;

  // parse reads numbers and ranges separated by commas, a newline at the end allowed. EINVAL for
  // anything else, an empty text included; ENOMEM.
  static Result<CpuMask> parse(std::string_view text);

  CpuMask() = default;

  [[nodiscard]] bool contains(unsigned cpu) const {
    return cpu / kBits < words_.size() && ((words_[cpu / kBits] >> (cpu % kBits)) & 1U) != 0;
  }
  // count is the number of CPUs in the set. With holes it is smaller than the highest number.
  [[nodiscard]] unsigned count() const;

private:
  static constexpr unsigned kBits = 64;

  Array<std::uint64_t> words_;
};

} // namespace ringside::kernel
