// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ForkMark: the page, and the number in it.
#include "ring/fork_mark.hpp"

#include "os/file.hpp"

namespace ringside {
namespace {

// The page that the process has mapped, and the last number that it, or its parents, have put
// there.
std::uint64_t* marked_page = nullptr;
std::uint64_t last_number = 0;

Result<std::uint64_t*> page() {
  // Pairs with the exchange below, by the thread that mapped it.
  if (std::uint64_t* mapped = load_acquire(marked_page); mapped != nullptr)
    return mapped;
  auto mapping = os::map_cleared_by_fork();
  if (!mapping)
    return mapping.error();
  auto* const mapped = reinterpret_cast<std::uint64_t*>(mapping->data());
  if (!replace(marked_page, static_cast<std::uint64_t*>(nullptr), mapped))
    return load_acquire(marked_page);
  mapping->release();
  return mapped;
}

} // namespace

Result<ForkMark> ForkMark::now() {
  const auto mapped = page();
  if (!mapped)
    return mapped.error();
  std::uint64_t& number = **mapped;
  if (load_relaxed(number) == 0) {
    // No parent has had this number. Of threads that come at once, one sets it.
    const std::uint64_t next = load_relaxed(last_number) + 1;
    store_relaxed(last_number, next);
    static_cast<void>(replace(number, std::uint64_t{0}, next));
  }
  return ForkMark(&number, load_relaxed(number));
}

} // namespace ringside
