// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ForkMark: tells a forked child that an object is its parent's.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/shared_word.hpp"

namespace ringside {

// A ForkMark remembers which process made it. What fork(2) copies is the parent's; children of
// vfork(2) and clone(CLONE_VM) share its memory and count as the same process. To ask takes no
// system call: the kernel clears a page in each forked child.
class ForkMark {
public:
  // now is the mark of the calling process. The first call maps the page, which then stays. ENOMEM,
  // or EINVAL before Linux 4.14.
  static Result<ForkMark> now();

  // An empty mark is of no process.
  ForkMark() = default;
  // is_ours is whether this process made the mark.
  [[nodiscard]] bool is_ours() const { return page_ != nullptr && load_relaxed(*page_) == number_; }

private:
  ForkMark(const std::uint64_t* page, std::uint64_t number) : page_(page), number_(number) {}

  const std::uint64_t* page_ = nullptr;
  std::uint64_t number_ = 0;
};

} // namespace ringside
