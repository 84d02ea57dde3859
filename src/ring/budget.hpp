// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Budget: how much work a call may still do.
#pragma once

#include <cstdint>

#include "os/clock.hpp"

namespace ringside {

class Budget {
public:
  static constexpr std::uint64_t kUnlimited = UINT64_MAX;

  // A number of records, and a time on the clock of os::now_ns.
  explicit Budget(std::uint64_t records, std::uint64_t until_ns = kUnlimited)
      : records_(records), left_(records), until_ns_(until_ns) {}

  // spend takes records off that have been handed over, at most left().
  void spend(std::uint64_t records) { left_ -= records; }
  [[nodiscard]] bool spent() const {
    return left_ == 0 || (until_ns_ != kUnlimited && os::now_ns() >= until_ns_);
  }

  [[nodiscard]] std::uint64_t left() const { return left_; }
  [[nodiscard]] std::uint64_t until_ns() const { return until_ns_; }
  // How many records have been handed over.
  [[nodiscard]] std::uint64_t taken() const { return records_ - left_; }

private:
  std::uint64_t records_;
  std::uint64_t left_;
  std::uint64_t until_ns_;
};

} // namespace ringside
