// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvent: attr checks, record layouts, LOST records, counters.
#include "sim/kernel/perf/perf_event.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

constexpr std::uint64_t kSampleFields = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
                                        PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR | PERF_SAMPLE_ID |
                                        PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU |
                                        PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW;
// Those that Linux 6.0 has, with PERF_FORMAT_LOST.
constexpr std::uint64_t kFormatAll = (1U << 5) - 1;

std::uint64_t this_thread() {
  auto pid = static_cast<std::uint32_t>(getpid());
  auto tid = static_cast<std::uint32_t>(gettid());
  return pid | std::uint64_t{tid} << 32;
}

} // namespace

int read_attr(perf_event_attr* from, perf_event_attr& attr) {
  if (from == nullptr)
    return -EFAULT;
  std::uint32_t size = from->size == 0 ? PERF_ATTR_SIZE_VER0 : from->size;
  bool known = size >= PERF_ATTR_SIZE_VER0 && size <= host::page_size();
  const auto* bytes = reinterpret_cast<const std::byte*>(from);
  for (std::size_t i = sizeof(attr); known && i < size; ++i)
    known = bytes[i] == std::byte{0};
  if (!known) {
    from->size = sizeof(attr);
    return -E2BIG;
  }
  attr = {};
  std::memcpy(&attr, from, std::min<std::size_t>(size, sizeof(attr)));
  attr.size = size;
  if (attr.__reserved_1 != 0 || attr.__reserved_2 != 0 || attr.__reserved_3 != 0)
    return -EINVAL;
  if ((attr.sample_type & ~(std::uint64_t{PERF_SAMPLE_MAX} - 1)) != 0)
    return -EINVAL;
  if ((attr.read_format & ~kFormatAll) != 0)
    return -EINVAL;
  if (attr.freq == 0 && attr.sample_period >> 63 != 0)
    return -EINVAL;
  // The kernel would write these, and we cannot: a refusal is better than a wrong record.
  if ((attr.sample_type & ~kSampleFields) != 0 || attr.write_backward != 0 || attr.inherit != 0)
    return -EOPNOTSUPP;
  return 0;
}

PerfEvent::PerfEvent(Perf& perf, const perf_event_attr& attr, int cpu, std::uint64_t id,
                     std::uint64_t now_ns)
    : perf_(perf), attr_(attr), cpu_(cpu), id_(id), enabled_(attr.disabled == 0),
      opened_at_ns_(now_ns) {}

PerfEvent::~PerfEvent() {
  if (ring_)
    std::erase(ring_->writers, this);
}

void PerfEvent::attach(std::shared_ptr<PerfRing> ring) {
  bool had_one = ring_ != nullptr;
  if (had_one)
    std::erase(ring_->writers, this);
  if (ring)
    ring->writers.push_back(this);
  ring_ = std::move(ring);
  // Waiters look again: without a ring the answer is EPOLLHUP.
  if (had_one)
    wake();
}

bool PerfEvent::runs_on(unsigned cpu) const {
  return enabled_ && !gone_at_ns_ && (cpu_ < 0 || static_cast<unsigned>(cpu_) == cpu);
}

std::size_t PerfEvent::id_sample(std::uint64_t words[6], const Origin& origin) const {
  if (attr_.sample_id_all == 0)
    return 0;
  std::size_t count = 0;
  auto add = [&](std::uint64_t bit, std::uint64_t value) {
    if ((attr_.sample_type & bit) != 0)
      words[count++] = value;
  };
  add(PERF_SAMPLE_TID, this_thread());
  add(PERF_SAMPLE_TIME, origin.now_ns);
  add(PERF_SAMPLE_ID, id_);
  add(PERF_SAMPLE_STREAM_ID, id_);
  add(PERF_SAMPLE_CPU, origin.cpu);
  add(PERF_SAMPLE_IDENTIFIER, id_);
  return count * sizeof(std::uint64_t);
}

std::size_t PerfEvent::sample_fields(std::uint64_t words[9], const Origin& origin) const {
  std::size_t count = 0;
  auto add = [&](std::uint64_t bit, std::uint64_t value) {
    if ((attr_.sample_type & bit) != 0)
      words[count++] = value;
  };
  add(PERF_SAMPLE_IDENTIFIER, id_);
  add(PERF_SAMPLE_IP, 0);
  add(PERF_SAMPLE_TID, this_thread());
  add(PERF_SAMPLE_TIME, origin.now_ns);
  add(PERF_SAMPLE_ADDR, 0);
  add(PERF_SAMPLE_ID, id_);
  add(PERF_SAMPLE_STREAM_ID, id_);
  add(PERF_SAMPLE_CPU, origin.cpu);
  add(PERF_SAMPLE_PERIOD, 0);
  return count * sizeof(std::uint64_t);
}

// begin makes room for a record of `size` bytes, and writes a LOST record before it if one is due.
bool PerfEvent::begin(PerfRing::Output& output, std::uint16_t size, const Origin& origin) {
  if (!ring_)
    return false;
  struct {
    perf_event_header header;
    std::uint64_t id;
    std::uint64_t lost;
  } record;
  std::uint64_t trailer[6];
  std::size_t trailer_size = id_sample(trailer, origin);
  bool tell_lost = ring_->lost() != 0;
  std::size_t lost_size = tell_lost ? sizeof(record) + trailer_size : 0;
  if (!ring_->begin(output, size + lost_size)) {
    if (ring_->data_size() != 0) {
      ring_->count_lost();
      ++lost_samples_;
    }
    return false;
  }
  if (tell_lost) {
    record.header = {PERF_RECORD_LOST, 0, static_cast<std::uint16_t>(lost_size)};
    record.id = id_;
    record.lost = ring_->take_lost();
    ring_->put(output, &record, sizeof(record));
    ring_->put(output, trailer, trailer_size);
  }
  return true;
}

void PerfEvent::end(const PerfRing::Output& output) {
  if (attr_.watermark == 0)
    ring_->count_record(attr_.wakeup_events);
  ring_->end(output);
}

int PerfEvent::output(std::span<const std::byte> data, const Origin& origin) {
  std::uint64_t fields[9];
  std::size_t fields_size = sample_fields(fields, origin);
  bool raw = (attr_.sample_type & PERF_SAMPLE_RAW) != 0;
  // The size word and the data are padded together, and the size in the record includes the
  // padding.
  std::size_t raw_size =
      ((data.size() + sizeof(std::uint32_t) + 7) & ~std::size_t{7}) - sizeof(std::uint32_t);
  std::size_t size =
      sizeof(perf_event_header) + fields_size + (raw ? sizeof(std::uint32_t) + raw_size : 0);
  // The header has 16 bits for the size, and the room taken is what the header says.
  // Programs run in the kernel, and so do their tracepoints.
  perf_event_header header = {PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL,
                              static_cast<std::uint16_t>(size)};
  PerfRing::Output output;
  if (!begin(output, header.size, origin))
    return -ENOSPC;
  ring_->put(output, &header, sizeof(header));
  ring_->put(output, fields, fields_size);
  if (raw) {
    auto told = static_cast<std::uint32_t>(raw_size);
    ring_->put(output, &told, sizeof(told));
    ring_->put(output, data.data(), data.size());
    ring_->skip(output, raw_size - data.size());
  }
  end(output);
  return 0;
}

int PerfEvent::emit(std::uint32_t type, std::uint16_t misc, std::span<const std::byte> body,
                    const Origin& origin) {
  perf_event_header header = {type, misc, static_cast<std::uint16_t>(sizeof(header) + body.size())};
  PerfRing::Output output;
  if (!begin(output, header.size, origin))
    return -ENOSPC;
  ring_->put(output, &header, sizeof(header));
  ring_->put(output, body.data(), body.size());
  end(output);
  return 0;
}

std::uint32_t PerfEvent::ask() {
  return ring_ ? ring_->take_ready() : std::uint32_t{EPOLLHUP};
}

} // namespace ringside::sim
