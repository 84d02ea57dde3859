// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What <ringside/ringside.h> adds to reading: interrupting a poll, and reading within bounds.
#include <ringside/ringside.h>

#include <cstddef>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/late_frees.hpp"
#include "abi/ring/check_handle.hpp"
#include "abi/ring/perf_buffer.hpp"
#include "abi/ring/ring_buffer.hpp"
#include "base/options.hpp"
#include "os/os.hpp"
#include "ring/budget.hpp"

using ringside::Budget;
using ringside::check_handle;
using ringside::Entry;
using ringside::Options;

namespace {

constexpr std::size_t kMoreEnd = offsetof(ringside_bounds, more) + sizeof(__u32);

Budget budget_of(const Options& options) {
  constexpr __u64 kNsPerUs = 1000;
  const __u64 records = options.field(offsetof(ringside_bounds, max_records), __u64{0});
  const __u64 us = options.field(offsetof(ringside_bounds, max_us), __u64{0});
  __u64 until_ns = Budget::kUnlimited;
  if (us != 0 && (__builtin_mul_overflow(us, kNsPerUs, &until_ns) ||
                  __builtin_add_overflow(until_ns, ringside::os::now_ns(), &until_ns)))
    until_ns = Budget::kUnlimited;
  return Budget(records != 0 ? records : Budget::kUnlimited, until_ns);
}

template <class Handle>
int interrupt(const char* function, Handle* handle) {
  const Entry entry;
  if (const auto checked = check_handle(function, handle); !checked)
    return entry.fail(checked.error());
  return entry.leave(handle->set->interrupt());
}

template <class Handle>
int consume_bounded(const char* function, Handle* handle, ringside_bounds* bounds) {
  const Entry entry;
  if (const auto checked = check_handle(function, handle); !checked)
    return entry.fail(checked.error());
  const auto options = Options::read("ringside_bounds", bounds, kMoreEnd);
  if (!options)
    return entry.fail(options.error());
  Budget budget = budget_of(*options);
  const auto taken = handle->set->consume_within(budget);
  if (bounds != nullptr && bounds->sz >= kMoreEnd)
    bounds->more =
        budget.spent() && !handle->set->silenced() && handle->set->holds_something() ? 1 : 0;
  return ringside::leave_read<Handle>(entry, *handle->set, taken);
}

} // namespace

extern "C" RINGSIDE_API int ringside_perf_buffer__interrupt(struct perf_buffer* pb) {
  return interrupt(__func__, pb);
}

extern "C" RINGSIDE_API int ringside_ring_buffer__interrupt(struct ring_buffer* rb) {
  return interrupt(__func__, rb);
}

extern "C" RINGSIDE_API int ringside_perf_buffer__consume_bounded(struct perf_buffer* pb,
                                                                  struct ringside_bounds* bounds) {
  return consume_bounded(__func__, pb, bounds);
}

extern "C" RINGSIDE_API int ringside_ring_buffer__consume_bounded(struct ring_buffer* rb,
                                                                  struct ringside_bounds* bounds) {
  return consume_bounded(__func__, rb, bounds);
}
