// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfRequest: the checks on it, the places of its rings, and their size.
#include "ring/perf_request.hpp"

#include <bit>
#include <cerrno>
#include <cinttypes>

#include <linux/bpf.h>

#include "base/failure.hpp"
#include "bpf/info.hpp"
#include "kernel/cpus.hpp"
#include "kernel/refusal.hpp"
#include "os/process.hpp"
#include "ring/own_calls.hpp"
#include "ring/ring_places.hpp"
#include "ring/settings.hpp"

namespace ringside {
namespace {

// map_entries checks that map_fd is a map that holds perf events, and returns how many, or 0 where
// a kernel before 4.10 cannot say.
Result<std::uint32_t> map_entries(const PerfRequest& request) {
  const Subject function(request.function);
  const Subject subject(function, "map_fd", request.map_fd);
  const auto info = bpf::map_info(request.map_fd);
  if (!info && info.error() == Errno(EINVAL))
    return 0;
  if (!info)
    return kernel::refused(subject, {"asking about the map", kernel::RefusedCall::bpf},
                           info.error());
  if (info->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
    return fail(subject, Errno(EINVAL),
                "the map '%s' is of type %" PRIu32 ", not BPF_MAP_TYPE_PERF_EVENT_ARRAY",
                info->name, info->type);
  return info->max_entries;
}

// asked_data_size is the size of a ring's data that the program asks for.
Result<std::size_t> asked_data_size(const PerfRequest& request) {
  if (!std::has_single_bit(request.page_count))
    return fail(request.function, Errno(EINVAL),
                "page_cnt is %zu, but a ring has a power of two of pages", request.page_count);
  std::size_t data_size = 0;
  std::size_t whole = 0;
  if (__builtin_mul_overflow(request.page_count, os::page_size(), &data_size) ||
      __builtin_add_overflow(data_size, os::page_size(), &whole))
    return fail(request.function, Errno(EINVAL), "page_cnt is more than this machine can address");
  return data_size;
}

Result<Array<RingPlace>> listed_places(const PerfRequest& request) {
  if (request.cpus == nullptr || request.map_keys == nullptr)
    return fail(request.function, Errno(EINVAL), "cpu_cnt is set, but cpus or map_keys is NULL");
  auto places = Array<RingPlace>::of_size(static_cast<std::size_t>(request.cpu_count));
  if (!places)
    return no_memory(request.function, "the buffer");
  for (std::size_t index = 0; index < places->size(); ++index)
    (*places)[index] = {request.cpus[index], static_cast<std::uint32_t>(request.map_keys[index])};
  return places;
}

// usable_cpus is the number below which CPUs have a slot in a map of `entries` entries, 0 for any.
Result<unsigned> usable_cpus(std::uint32_t entries) {
  const auto possible = kernel::possible_cpu_count();
  if (possible && entries != 0 && entries < *possible)
    return entries;
  return possible;
}

Result<Array<RingPlace>> online_places(const PerfRequest& request, unsigned cpu_count) {
  const auto online = kernel::read_cpu_mask(kernel::kOnlineCpus);
  if (!online)
    return online.error();
  auto places = places_online(cpu_count, *online);
  if (!places)
    return no_memory(request.function, "the buffer");
  return places;
}

// open_rings makes the rings as large as the user of the program wants them, or else as large as
// the program does: that is params.data_size.
Result<Owned<PerfSet>> open_rings(const PerfRequest& request, const Array<RingPlace>& places,
                                  RingParams params, unsigned followed_cpus) {
  Settings settings = Settings::from_environment();
  if ((!settings.wakeups_decided || !settings.follow_cpus_decided) && seccomp_filter_in_force())
    settings.confine();
  const std::size_t asked = params.data_size;
  const std::size_t larger = settings.perf_data_size(places.size(), os::page_size());
  if (larger > asked) {
    params.data_size = larger;
    if (auto set = PerfSet::open(places, params, settings, followed_cpus)) {
      say(LogLevel::info, request.function,
          "the environment makes each of %zu rings %zu bytes large, not %zu as asked for",
          places.size(), larger, asked);
      return set;
    }
    say(LogLevel::warn, request.function,
        "there are no rings of %zu bytes each, as the environment wants them: they have %zu, as "
        "asked for",
        larger, asked);
    params.data_size = asked;
  } else if (settings.perf_bytes_per_cpu != 0 || settings.perf_bytes_total != 0) {
    say(LogLevel::info, request.function,
        "each of %zu rings has %zu bytes, as asked for, which the environment does not make larger",
        places.size(), asked);
  }
  return PerfSet::open(places, params, settings, followed_cpus);
}

} // namespace

perf_event_attr bpf_output_attr(std::uint32_t records_per_wakeup) {
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_type = PERF_SAMPLE_RAW;
  // The kernel counts records for wakeup_events alone; libbpf sets both.
  attr.sample_period = records_per_wakeup;
  attr.wakeup_events = records_per_wakeup;
  return attr;
}

Result<Owned<PerfSet>> PerfRequest::open() const {
  if (attr == nullptr)
    return fail(function, Errno(EINVAL), "attr is NULL: it says what event to open");
  const auto data_size = asked_data_size(*this);
  if (!data_size)
    return data_size.error();
  const auto entries = map_entries(*this);
  if (!entries)
    return entries.error();
  const bool listed = cpu_count > 0;
  const auto usable = listed ? Result<unsigned>(0U) : usable_cpus(*entries);
  if (!usable)
    return usable.error();
  const auto places = listed ? listed_places(*this) : online_places(*this, *usable);
  if (!places)
    return places.error();

  RingParams params{attr, map_fd, *data_size, handler};
  params.counts = handler.event == nullptr;
  return open_rings(*this, *places, params, params.counts ? *usable : 0);
}

} // namespace ringside
