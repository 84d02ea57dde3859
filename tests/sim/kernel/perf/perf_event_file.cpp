// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvent: what its descriptors can do: reading, controlling, mapping its ring.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/ioctl.h>
#include <sys/mman.h>

#include "sim/kernel/bpf/program.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/perf/perf.hpp"
#include "sim/kernel/perf/perf_event.hpp"

namespace ringside::sim {
namespace {

// PERF_FORMAT_LOST came with Linux 6.0; older headers lack it.
constexpr std::uint64_t kFormatLost = 1U << 4;
// The kernel allocates the list of a ring's pages in one piece of at most 4 MiB.
constexpr std::size_t kMaxDataPages = std::size_t{1} << 18;

bool is_power_of_two(std::size_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

// A mapping of an event's ring. Since Linux 6.17 it is unmapped whole or not at all.
class MappedEvent final : public Mapped {
public:
  MappedEvent(std::shared_ptr<PerfEvent> event, std::shared_ptr<PerfRing> ring)
      : event_(std::move(event)), ring_(std::move(ring)) {}

  [[nodiscard]] bool divisible() const override { return false; }
  void leave() override { ring_->use_mapping(nullptr); }
  void gone() override {
    --ring_->mapping_count;
    if (--event_->mapping_count == 0)
      event_->attach(nullptr);
    if (ring_->mapping_count != 0)
      return;
    // The ring has no reader any more: every event that still writes there stops.
    for (PerfEvent* writer : std::vector<PerfEvent*>(ring_->writers))
      writer->attach(nullptr);
  }

private:
  std::shared_ptr<PerfEvent> event_;
  std::shared_ptr<PerfRing> ring_;
};

} // namespace

std::optional<long> PerfEvent::read(int /*fd*/, std::span<std::byte> into) {
  const std::uint64_t now_ns = perf_.core().clock.clock_ns();
  std::uint64_t words[6];
  std::size_t count = 0;
  bool group = (attr_.read_format & PERF_FORMAT_GROUP) != 0;
  words[count++] = group ? 1 : 0;
  const std::uint64_t enabled_ns = gone_at_ns_.value_or(now_ns) - opened_at_ns_;
  if ((attr_.read_format & PERF_FORMAT_TOTAL_TIME_ENABLED) != 0)
    words[count++] = enabled_ns;
  if ((attr_.read_format & PERF_FORMAT_TOTAL_TIME_RUNNING) != 0)
    words[count++] = enabled_ns;
  if (group)
    words[count++] = 0;
  if ((attr_.read_format & PERF_FORMAT_ID) != 0)
    words[count++] = id_;
  if ((attr_.read_format & kFormatLost) != 0)
    words[count++] = lost_samples_;
  std::size_t size = count * sizeof(std::uint64_t);
  if (into.size() < size)
    return -ENOSPC;
  std::memcpy(into.data(), words, size);
  return static_cast<long>(size);
}

int PerfEvent::ioctl(unsigned long request, unsigned long argument) {
  if (int error = perf_.core().failures.check(Call::ioctl))
    return -error;
  switch (request) {
  case PERF_EVENT_IOC_ENABLE:
    set_enabled(true);
    return 0;
  case PERF_EVENT_IOC_DISABLE:
    set_enabled(false);
    return 0;
  case PERF_EVENT_IOC_RESET:
    return 0;
  case PERF_EVENT_IOC_SET_BPF:
    if (program_)
      return -EEXIST;
    program_ = perf_.core().descriptors.find_as<ProgramFile>(static_cast<int>(argument));
    return program_ ? 0 : -EINVAL;
  case PERF_EVENT_IOC_ID: {
    std::uint64_t id = id_;
    std::memcpy(reinterpret_cast<void*>(argument), &id, sizeof(id));
    return 0;
  }
  case PERF_EVENT_IOC_SET_OUTPUT:
    // No output is -1 in all 64 bits; in 32, as an int that was not widened, it is a descriptor.
    if (argument != ~0UL && static_cast<int>(argument) < 0)
      return -EBADF;
    return perf_.set_output(*this, static_cast<int>(argument));
  case PERF_EVENT_IOC_PAUSE_OUTPUT:
    if (!ring_ || ring_->data_size() == 0)
      return -EINVAL;
    ring_->paused = argument != 0;
    return 0;
  default:
    return -ENOTTY;
  }
}

std::intptr_t PerfEvent::map(const MapCall& call) {
  if (call.offset != 0)
    return -EINVAL;
  std::size_t page = host::page_size();
  std::size_t data_pages = call.size / page - 1;
  if (data_pages != 0 && !is_power_of_two(data_pages))
    return -EINVAL;
  std::shared_ptr<PerfRing> ring = ring_;
  bool made_here = ring == nullptr;
  if (!made_here && ring->data_size() != data_pages * page)
    return -EINVAL;
  if (made_here) {
    const std::size_t counted_pages = perf_.counted_pages(data_pages);
    if (counted_pages > kMaxDataPages)
      return -ENOMEM;
    int error = 0;
    std::uint32_t watermark = attr_.watermark != 0 ? attr_.wakeup_watermark : 0;
    ring = PerfRing::make(call.fd, counted_pages * page, watermark,
                          (call.protection & PROT_WRITE) == 0, error);
    if (!ring)
      return error;
    ring->owner = this;
  }
  void* mapped;
  if (ring->owner == this) {
    mapped = host::map(call.address, call.size, call.protection, call.flags, call.fd, 0);
  } else {
    // The ring of another event, whose descriptor may be closed by now.
    mapped = host::map_again(ring->memory(), call.size);
    if (mapped != MAP_FAILED)
      host::protect(mapped, call.size, call.protection);
  }
  if (mapped == MAP_FAILED)
    return -errno;
  if (made_here)
    attach(ring);
  if (host::kSanitizesThreads && (call.protection & PROT_WRITE) != 0)
    ring->use_mapping(mapped);
  ++ring->mapping_count;
  ++mapping_count;
  const auto start = reinterpret_cast<std::intptr_t>(mapped);
  perf_.core().mappings.add(start, call.size,
                            std::make_shared<MappedEvent>(shared_from_this(), ring));
  return start;
}

} // namespace ringside::sim
