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
#include "os/clock.hpp"
#include "ring/budget.hpp"

using ringside::Budget;
using ringside::check_handle;
using ringside::Entry;
using ringside::Options;

// `reserved` must be 0, so it is not known yet.
template <>
struct ringside::OptionsType<ringside_bounds> {
  static constexpr const char* kName = "ringside_bounds";
  static constexpr std::size_t kEnd = offsetof(ringside_bounds, reserved);
};

namespace {

Budget budget_of(const Options<ringside_bounds>& options) {
  constexpr __u64 kNsPerUs = 1000;
  const __u64 records = options.get(&ringside_bounds::max_records);
  const __u64 us = options.get(&ringside_bounds::max_us);
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
  const auto options = Options<ringside_bounds>::read(bounds);
  if (!options)
    return entry.fail(options.error());
  Budget budget = budget_of(*options);
  const auto taken = handle->set->consume_within(budget);
  const bool more = budget.spent() && !handle->set->silenced() && handle->set->holds_something();
  options->put(&ringside_bounds::more, __u32{more});
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
