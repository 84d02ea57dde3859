// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Making a perf_buffer: the checks on what the caller gave, and the two constructors of libbpf 1.x.
#include "abi/ring/perf_buffer.hpp"

#include <bit>
#include <cerrno>
#include <cinttypes>

#include <linux/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/late_frees.hpp"
#include "abi/boundary/options.hpp"
#include "abi/util/possible_cpus.hpp"
#include "base/log.hpp"
#include "os/os.hpp"
#include "os/reason.hpp"
#include "ring/ring_places.hpp"
#include "ring/settings.hpp"

namespace ringside {
namespace {

constexpr char kNoMemory[] = "there is no memory for the buffer";

Errno refuse(const NewPerfBuffer& wanted, Errno error, const char* why) {
  log(LogLevel::warn, "%s: %s\n", wanted.function, why);
  return error;
}

Result<void> check_page_count(const NewPerfBuffer& wanted) {
  if (std::has_single_bit(wanted.page_count))
    return {};
  log(LogLevel::warn, "%s: page_cnt is %zu, but a ring has a power of two of pages\n",
      wanted.function, wanted.page_count);
  return Errno(EINVAL);
}

// map_entries checks that map_fd is a map that holds perf events, and returns how many, or 0 where
// a kernel before 4.10 cannot say.
Result<std::uint32_t> map_entries(const NewPerfBuffer& wanted) {
  const auto info = os::map_info(wanted.map_fd);
  if (!info && info.error() == Errno(EINVAL))
    return 0;
  if (!info) {
    const auto reason = os::explain_now(os::RefusedCall::bpf, info.error(), {});
    log(LogLevel::warn, "%s: map_fd %d: asking about the map failed: %s\n", wanted.function,
        wanted.map_fd, reason.text);
    return info.error();
  }
  if (info->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
    log(LogLevel::warn,
        "%s: map_fd %d: the map '%s' is of type %" PRIu32 ", not BPF_MAP_TYPE_PERF_EVENT_ARRAY\n",
        wanted.function, wanted.map_fd, info->name.text, info->type);
    return Errno(EINVAL);
  }
  return info->max_entries;
}

Result<Array<RingPlace>> listed_places(const NewPerfBuffer& wanted) {
  if (wanted.cpus == nullptr || wanted.map_keys == nullptr)
    return refuse(wanted, Errno(EINVAL), "cpu_cnt is set, but cpus or map_keys is NULL");
  auto places = Array<RingPlace>::of_size(static_cast<std::size_t>(wanted.cpu_count));
  if (!places)
    return refuse(wanted, places.error(), kNoMemory);
  for (std::size_t index = 0; index < places->size(); ++index)
    (*places)[index] = {wanted.cpus[index], static_cast<std::uint32_t>(wanted.map_keys[index])};
  return places;
}

// usable_cpus is below which number CPUs have a slot in a map of so many entries, 0 for any.
Result<unsigned> usable_cpus(std::uint32_t entries) {
  const auto possible = possible_cpu_count();
  if (possible && entries != 0 && entries < *possible)
    return entries;
  return possible;
}

Result<Array<RingPlace>> online_places(const NewPerfBuffer& wanted, unsigned cpu_count) {
  const auto online = read_cpu_mask(kOnlineCpus);
  if (!online)
    return online.error();
  auto places = places_online(cpu_count, *online);
  if (!places)
    return refuse(wanted, places.error(), kNoMemory);
  return places;
}

// open_rings makes the rings, as large as the user of the program wants them, or else as large as
// the program does: that is params.data_size.
Result<Owned<PerfSet>> open_rings(const NewPerfBuffer& wanted, const Array<RingPlace>& places,
                                  RingParams& params, unsigned followed_cpus) {
  const Settings settings = Settings::from_environment();
  params.wakeups.max_latency_ns = settings.max_latency_ns;
  const std::size_t asked = params.data_size;
  const std::size_t larger = settings.perf_data_size(places.size(), os::page_size());
  if (larger > asked) {
    params.data_size = larger;
    if (auto set = PerfSet::open(places, params, followed_cpus)) {
      log(LogLevel::info,
          "%s: the environment makes each of %zu rings %zu bytes large, not %zu as asked for\n",
          wanted.function, places.size(), larger, asked);
      return set;
    }
    log(LogLevel::warn,
        "%s: there are no rings of %zu bytes each, as the environment wants them: they have %zu, "
        "as asked for\n",
        wanted.function, larger, asked);
    params.data_size = asked;
  } else if (settings.perf_bytes_per_cpu != 0 || settings.perf_bytes_total != 0) {
    log(LogLevel::info,
        "%s: each of %zu rings has %zu bytes, as asked for, which the environment does not make "
        "larger\n",
        wanted.function, places.size(), asked);
  }
  return PerfSet::open(places, params, followed_cpus);
}

// call_event hands a record to the program's event_cb. `context` is the perf_buffer. The answer
// goes back as it is: programs return errors of their own there.
int call_event(void* context, int cpu, perf_event_header* record) {
  static_assert(LIBBPF_PERF_EVENT_CONT == kGoOn);
  const auto& buffer = *static_cast<const perf_buffer*>(context);
  return buffer.event_cb(buffer.event_ctx, cpu, record);
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

Result<Owned<perf_buffer>> make_perf_buffer(const NewPerfBuffer& wanted) {
  if (const auto checked = check_page_count(wanted); !checked)
    return checked.error();
  const auto entries = map_entries(wanted);
  if (!entries)
    return entries.error();

  RingParams params{wanted.attr, wanted.map_fd, 0, wanted.handler};
  params.counts = wanted.event_cb == nullptr;
  std::size_t whole = 0;
  if (__builtin_mul_overflow(wanted.page_count, os::page_size(), &params.data_size) ||
      __builtin_add_overflow(params.data_size, os::page_size(), &whole))
    return refuse(wanted, Errno(EINVAL), "page_cnt is more than this machine can address");

  const bool listed = wanted.cpu_count > 0;
  const auto cpus = listed ? Result<unsigned>(0U) : usable_cpus(*entries);
  if (!cpus)
    return cpus.error();
  const auto places = listed ? listed_places(wanted) : online_places(wanted, *cpus);
  if (!places)
    return places.error();

  LateFrees<perf_buffer>::carry_out();
  auto buffer = make<perf_buffer>();
  if (buffer == nullptr)
    return refuse(wanted, Errno(ENOMEM), kNoMemory);
  if (wanted.event_cb != nullptr) {
    buffer->event_cb = wanted.event_cb;
    buffer->event_ctx = wanted.event_ctx;
    params.handler = {nullptr, nullptr, call_event, buffer.get()};
  }
  auto set = open_rings(wanted, *places, params, params.counts ? *cpus : 0);
  if (!set)
    return set.error();
  buffer->set = std::move(*set);
  buffer->report.of(*buffer->set);
  return buffer;
}

} // namespace ringside

using ringside::Entry;
using ringside::Errno;
using ringside::NewPerfBuffer;
using ringside::Options;

RINGSIDE_OPTIONS(perf_buffer_opts);
RINGSIDE_OPTIONS(perf_buffer_raw_opts);

extern "C" LIBBPF_API struct perf_buffer* perf_buffer__new(int map_fd, size_t page_cnt,
                                                           perf_buffer_sample_fn sample_cb,
                                                           perf_buffer_lost_fn lost_cb, void* ctx,
                                                           const struct perf_buffer_opts* opts) {
  const Entry entry;
  const auto options = Options<perf_buffer_opts>::read(opts);
  if (!options)
    return entry.fail_null<perf_buffer>(options.error());
  const __u32 sample_period = options->get(&perf_buffer_opts::sample_period);
  perf_event_attr attr = ringside::bpf_output_attr(sample_period != 0 ? sample_period : 1);

  NewPerfBuffer wanted{"perf_buffer__new", map_fd, page_cnt, &attr};
  wanted.handler = {sample_cb, lost_cb, nullptr, ctx};
  auto buffer = ringside::make_perf_buffer(wanted);
  if (!buffer)
    return entry.fail_null<perf_buffer>(buffer.error());
  return entry.give(buffer->release());
}

extern "C" LIBBPF_API struct perf_buffer*
perf_buffer__new_raw(int map_fd, size_t page_cnt, struct perf_event_attr* attr,
                     perf_buffer_event_fn event_cb, void* ctx,
                     const struct perf_buffer_raw_opts* opts) {
  const Entry entry;
  NewPerfBuffer wanted{"perf_buffer__new_raw", map_fd, page_cnt, attr};
  if (attr == nullptr)
    return entry.fail_null<perf_buffer>(
        ringside::refuse(wanted, Errno(EINVAL), "attr is NULL: it says what event to open"));
  const auto options = Options<perf_buffer_raw_opts>::read(opts);
  if (!options)
    return entry.fail_null<perf_buffer>(options.error());

  wanted.event_cb = event_cb;
  wanted.event_ctx = ctx;
  wanted.cpu_count = options->get(&perf_buffer_raw_opts::cpu_cnt);
  wanted.cpus = options->get(&perf_buffer_raw_opts::cpus);
  wanted.map_keys = options->get(&perf_buffer_raw_opts::map_keys);
  auto buffer = ringside::make_perf_buffer(wanted);
  if (!buffer)
    return entry.fail_null<perf_buffer>(buffer.error());
  return entry.give(buffer->release());
}
