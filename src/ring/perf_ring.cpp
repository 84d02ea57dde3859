// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfRing: making one ring, and the loop over its records.
#include "ring/perf_ring.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cinttypes>
#include <cstddef>
#include <utility>

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/shared_word.hpp"
#include "bpf/map.hpp"
#include "kernel/refusal.hpp"
#include "os/clock.hpp"

namespace ringside {
namespace {

// What follows the header of a PERF_RECORD_SAMPLE whose sample_type is PERF_SAMPLE_RAW, and of a
// PERF_RECORD_LOST. Source: perf_event_open(2).
struct RawSample {
  perf_event_header header;
  __u32 size;
};
constexpr std::size_t kRawData = sizeof(RawSample);
static_assert(kRawData == 12);
struct LostRecord {
  perf_event_header header;
  __u64 id;
  __u64 count;
};

// The kernel takes samples that are larger than the 16 bits of a record's size can say, and writes
// the remainder there: the bytes beyond it are not in the ring.
constexpr char kOversized[] =
    "its sample is larger than the record, which holds at most 65508 bytes of data";

// What the kernel is asked for while a ring is made.
constexpr kernel::Step kAllocateRing{"allocating memory"};
constexpr kernel::Step kOpenEvent{"opening its perf event", kernel::RefusedCall::perf_event_open};
constexpr kernel::Step kMapEvent{"mapping its perf ring", kernel::RefusedCall::perf_mmap};
constexpr kernel::Step kEnableEvent{"enabling its perf event"};
constexpr kernel::Step kFillSlot{"putting its perf event into the map", kernel::RefusedCall::bpf};

Errno ring_refused(const kernel::Step& step, RingPlace place, const RingParams& params, Errno error,
                   const kernel::Wanted& wanted) {
  if (!params.explains_failures)
    return error;
  const Subject buffer("perf_buffer");
  const Subject cpu(buffer, "CPU", place.cpu);
  const Subject key(cpu, "map key", place.key);
  return kernel::refused(key, step, error, wanted);
}

// The handlers of a program that has given none.
void drop_sample(void* /*context*/, int /*cpu*/, void* /*data*/, __u32 /*size*/) {}
void drop_lost(void* /*context*/, int /*cpu*/, __u64 /*count*/) {}
int end_read(void* /*context*/, int /*cpu*/, perf_event_header* /*record*/) {
  return 0;
}

} // namespace

Result<Owned<PerfRing>> PerfRing::open(RingPlace place, const RingParams& params,
                                       const kernel::Wanted& wanted) {
  auto ring = ringside::make<PerfRing>();
  if (ring == nullptr)
    return ring_refused(kAllocateRing, place, params, Errno(ENOMEM), wanted);
  const auto made = ring->make(place, params, wanted);
  if (!made)
    return made.error();
  return ring;
}

Result<void> PerfRing::make(RingPlace place, const RingParams& params,
                            const kernel::Wanted& wanted) {
  cpu_ = place.cpu;
  // A record without a handler goes to a function that does nothing: one branch less for each.
  handler_ = params.handler;
  if (handler_.sample == nullptr)
    handler_.sample = drop_sample;
  if (handler_.lost == nullptr)
    handler_.lost = drop_lost;

  const auto opened = events_.open(params.attr, cpu_, params.counts);
  if (!opened)
    return ring_refused(kOpenEvent, place, params, opened.error(), wanted);

  WakeupLimits limits = params.wakeups;
  const std::uint64_t began_ns = limits.max_latency_ns != 0 ? os::now_ns() : 0;
  auto mapping = PerfMapping::make(events_.fd(), params.data_size);
  if (!mapping)
    return ring_refused(kMapEvent, place, params, mapping.error(), wanted);
  own_ = std::move(*mapping);
  // To make a larger ring takes longer in proportion. On an emulated machine that is ten times as
  // long as usual.
  if (limits.max_latency_ns != 0)
    limits.entering_ns =
        std::max(limits.entering_ns,
                 (os::now_ns() - began_ns) * (limits.coalescing_size / limits.signalled_size));

  const auto enabled = events_.enable();
  if (!enabled)
    return ring_refused(kEnableEvent, place, params, enabled.error(), wanted);

  // An empty slot cannot be emptied.
  if (params.warns_of_other && bpf::delete_element(params.map_fd, &place.key))
    log(LogLevel::warn,
        "perf_buffer: key %" PRIu32 " of the map had another reader's event: that reader gets no "
        "more records of CPU %d, nor of others that this one reads\n",
        place.key, place.cpu);
  if (const auto put = events_.put_into(params.map_fd, place.key); !put)
    return ring_refused(kFillSlot, place, params, put.error(), wanted);
  wakeups_ = WakeupPolicy(limits);
  looks_for_lost_ = params.looks_for_lost && events_.count_lost() && handler_.lost != drop_lost;
  return {};
}

Result<void> PerfRing::grow(const perf_event_attr& quiet_attr, std::size_t data_size) {
  auto mapping = events_.grow(quiet_attr, data_size);
  if (!mapping)
    return mapping.error();
  const os::Locked lock(lock_);
  larger_ = std::move(*mapping);
  return {};
}

void PerfRing::shrink() {
  {
    const os::Locked lock(lock_);
    larger_ = PerfMapping();
  }
  events_.shrink();
  larger_wrap_room_ = WrapRoom();
}

Result<void> PerfRing::coalesce() {
  if (const auto changed = events_.write_quietly(); !changed)
    return changed;
  const os::Locked lock(lock_);
  in_larger_ = true;
  return {};
}

Result<void> PerfRing::return_home() {
  if (const auto changed = events_.write_to_own(); !changed)
    return changed;
  const os::Locked lock(lock_);
  in_larger_ = false;
  return {};
}

Result<void> PerfRing::renew(const perf_event_attr& attr) {
  if (const auto renewed = events_.renew(attr); !renewed)
    return renewed;
  const os::Locked lock(lock_);
  in_larger_ = false;
  wakeups_.changed(WakeupMode::signalled);
  return {};
}

void PerfRing::lost_recorded(std::uint64_t count) {
  const std::uint64_t known = std::min(count, lost_told_early_ - kept_.told_early);
  kept_.lost += count;
  kept_.told_early += known;
  if (known == 0 || count != known)
    handler_.lost(handler_.context, cpu_, count - known);
}

void PerfRing::look_for_lost(const PerfMapping& emptied) {
  const auto count = events_.lost();
  const std::uint64_t told = counters_.lost_recorded.get() + lost_told_early_;
  // With the next record comes the kernel's own, in its place between those before and behind it.
  if (!count || emptied.unread() != 0 || *count <= told)
    return;
  store_relaxed(lost_told_early_, lost_told_early_ + (*count - told));
  handler_.lost(handler_.context, cpu_, *count - told);
}

void PerfRing::count(std::uint64_t records, std::uint64_t bytes) {
  counters_.bytes.add(bytes);
  if (kept_.others != 0) [[unlikely]] {
    records -= kept_.others;
    counters_.lost_recorded.add(kept_.lost);
    counters_.corrupt.add(kept_.dropped);
    store_relaxed(lost_told_early_, lost_told_early_ - kept_.told_early);
    kept_ = {};
  }
  counters_.records.add(records);
}

RingStats PerfRing::stats() const {
  RingStats stats = counters_.stats();
  // The recorded first: what is recorded meanwhile is then in the events' count, too.
  const auto lost = events_.lost();
  stats.lost_unrecorded =
      lost ? *lost - std::min(*lost, stats.lost_recorded) : load_relaxed(lost_told_early_);
  stats.switches = wakeups_.switches();
  const os::Locked lock(lock_);
  stats.size_bytes = written_to().data_size();
  stats.free_bytes = stats.size_bytes - std::min<std::uint64_t>(stats.size_bytes, unread());
  return stats;
}

void PerfRing::report_corrupt(std::uint64_t position, std::uint64_t skipped) {
  counters_.corrupt.add(1);
  // Positions that make no sense may be any distance apart.
  counters_.skipped_bytes.add(
      std::min<std::uint64_t>(skipped, std::max(own_.data_size(), larger_.data_size())));
  log(LogLevel::warn,
      "perf_buffer: the ring of CPU %d is corrupt at position %" PRIu64
      ": what is unread there is skipped\n",
      cpu_, position);
}

PerfRead PerfRing::dropped(std::uint32_t type, std::size_t size, const char* why) {
  ++kept_.others;
  ++kept_.dropped;
  log(LogLevel::warn,
      "perf_buffer: CPU %d: a record of type %" PRIu32 " and %zu bytes is dropped: %s\n", cpu_,
      type, size, why);
  return PerfRead::go_on;
}

void PerfRing::keep_lost(const std::byte* bytes, std::size_t size) {
  if (size < sizeof(LostRecord))
    return;
  ++kept_.others;
  kept_.lost += load_relaxed(reinterpret_cast<const LostRecord*>(bytes)->count);
}

int PerfRing::deliver_other(std::uint32_t type, const std::byte* bytes, std::size_t size) {
  if (type != PERF_RECORD_LOST) {
    ++kept_.others;
    ++kept_.dropped;
    log(LogLevel::warn,
        "perf_buffer: CPU %d: a record of type %" PRIu32
        ", which is neither sample nor lost, ends the read: other types need "
        "perf_buffer__new_raw\n",
        cpu_, type);
    return -EPERM;
  }
  if (size < sizeof(LostRecord)) {
    dropped(type, size, "it is too short for a count of lost records");
    return kGoOn;
  }
  ++kept_.others;
  lost_recorded(load_relaxed(reinterpret_cast<const LostRecord*>(bytes)->count));
  return kGoOn;
}

std::byte* PerfRing::WrapRoom::get(std::size_t size) {
  if (size > bytes_.size()) {
    auto made = Array<std::byte>::of_size(std::bit_ceil(size));
    if (!made)
      return nullptr;
    bytes_ = std::move(*made);
  }
  return bytes_.data();
}

void PerfRing::silence() {
  handler_ = {drop_sample, drop_lost, end_read, nullptr};
}

template <class Read>
PerfRead PerfRing::read_in_order(Read read) {
  if (!larger_) [[likely]]
    return read(own_, perf_head(own_.page()));
  // What was written to the one ring before BPF code went over to the other comes first. Of the
  // other, only what was there before we look at the first: so nothing is missed that was written
  // to the first in between.
  const PerfMapping& newer = written_to();
  const std::uint64_t newer_head = perf_head(newer.page());
  const PerfMapping& older = in_larger_ ? own_ : larger_;
  // The kernel's record of a loss comes with the next one in that ring, and may be long in coming.
  const bool nearly_full = looks_for_lost_ && older.unread() > older.data_size() / 2;
  const PerfRead end = read(older, perf_head(older.page()));
  if (end != PerfRead::go_on)
    return end;
  if (nearly_full)
    look_for_lost(older);
  return read(newer, newer_head);
}

// Samples are what there are many of: nearly all of a read's cost is in these few lines.
inline PerfRead PerfRing::deliver_by_type(PerfRecord record) {
  if (record.type != PERF_RECORD_SAMPLE)
    return answered(deliver_other(record.type, record.bytes, record.size));
  if (record.size < kRawData)
    return dropped(record.type, record.size, "it is too short for a sample");
  const std::uint32_t raw_size =
      load_relaxed(reinterpret_cast<const RawSample*>(record.bytes)->size);
  if (raw_size > record.size - kRawData)
    return dropped(record.type, record.size, kOversized);
  handler_.sample(handler_.context, cpu_, record.bytes + kRawData, raw_size);
  return PerfRead::go_on;
}

inline PerfRead PerfRing::deliver_raw(PerfRecord record) {
  auto* header = reinterpret_cast<perf_event_header*>(record.bytes);
  if (record.type == PERF_RECORD_LOST) [[unlikely]]
    keep_lost(record.bytes, record.size);
  return answered(handler_.event(handler_.context, cpu_, header));
}

template <class GoesOn>
Result<int> PerfRing::read_while(GoesOn goes_on) {
  const auto corrupt = [this](std::uint64_t position, std::uint64_t skipped) {
    report_corrupt(position, skipped);
  };
  const auto counted = [this](std::uint64_t records, std::uint64_t bytes) {
    count(records, bytes);
  };
  // These capture little, so that they go through the loop in registers.
  const auto by_type = [this, goes_on](PerfRecord record) {
    const PerfRead end = deliver_by_type(record);
    return end == PerfRead::go_on && !goes_on() ? answered(0) : end;
  };
  const auto raw = [this, goes_on](PerfRecord record) {
    const PerfRead end = deliver_raw(record);
    return end == PerfRead::go_on && !goes_on() ? answered(0) : end;
  };

  const std::uint64_t fill = unread();
  counters_.reads.add(1);
  // Most rings of a buffer are empty, most of the time.
  if (fill == 0)
    return 0;
  const ReadMark::Frame frame(mark_);
  kept_ = {};
  const std::size_t size = written_to().data_size();
  counters_.highest_fill.at_least(std::min<std::uint64_t>(fill, size));
  // To ask interrupts the ring's CPU: only for those who want to know.
  const bool nearly_full = looks_for_lost_ && fill > size / 2;
  const auto read_all = [&](auto deliver) {
    return read_in_order([&](const PerfMapping& mapping, std::uint64_t head) {
      WrapRoom* const of = &mapping == &own_ ? &wrap_room_ : &larger_wrap_room_;
      const auto room = [of](std::size_t wanted) { return of->get(wanted); };
      return read_perf_records(mapping.page(), mapping.data(), head, room, deliver, corrupt,
                               counted);
    });
  };
  const PerfRead end = handler_.event != nullptr ? read_all(raw) : read_all(by_type);
  switch (end) {
  case PerfRead::go_on:
    if (nearly_full)
      look_for_lost(written_to());
    return 0;
  case PerfRead::stopped:
    break;
  case PerfRead::corrupt:
    return Errno(EBADMSG);
  case PerfRead::no_memory: {
    const Subject buffer("perf_buffer");
    return no_memory(Subject(buffer, "CPU", cpu_),
                     "a record that wraps, which stays for the next call");
  }
  }
  if (answer_ < 0)
    return Errno::of_result(answer_);
  return answer_;
}

Result<int> PerfRing::read() {
  return read_while([] { return true; });
}

Result<int> PerfRing::read_within(Budget& budget) {
  return read_while([&budget, this] {
    budget.spend(1);
    return !budget.spent() && handler_.event != end_read;
  });
}

} // namespace ringside
