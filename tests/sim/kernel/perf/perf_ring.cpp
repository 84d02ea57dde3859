// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfRing: writing with wrap, and when a reader is woken.
#include "sim/kernel/perf/perf_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/mman.h>

#include "sim/kernel/host.hpp"
#include "sim/kernel/perf/perf_event.hpp"

namespace ringside::sim {

std::shared_ptr<PerfRing> PerfRing::make(int fd, std::size_t data_size, std::uint32_t watermark,
                                         bool overwrite, int& error) {
  std::size_t size = host::page_size() + data_size;
  // To size 0 first: a second ring of one event starts with zeroes again.
  error = host::set_size(fd, 0);
  if (error == 0)
    error = host::set_size(fd, size);
  if (error != 0)
    return nullptr;
  void* memory = host::map(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) {
    error = -errno;
    return nullptr;
  }
  return std::shared_ptr<PerfRing>(new PerfRing(memory, data_size, watermark, overwrite));
}

PerfRing::PerfRing(void* memory, std::size_t data_size, std::uint32_t watermark, bool overwrite)
    : paused(data_size == 0), memory_(memory), base_(static_cast<std::byte*>(memory)),
      data_size_(data_size), watermark_(std::min<std::uint64_t>(watermark, data_size)),
      overwrite_(overwrite) {
  if (watermark_ == 0)
    watermark_ = data_size / 2;
  page()->cap_bit0_is_deprecated = 1;
  page()->size = offsetof(perf_event_mmap_page, __reserved);
  page()->data_offset = host::page_size();
  page()->data_size = data_size;
}

PerfRing::~PerfRing() {
  host::unmap(memory_, host::page_size() + data_size_);
}

void PerfRing::use_mapping(void* address) {
  base_ = static_cast<std::byte*>(address != nullptr ? address : memory_);
}

bool PerfRing::has_room(std::uint64_t size) const {
  if (overwrite_)
    return true;
  // Pairs with the reader's release of data_tail: what it has read may now be written over.
  std::uint64_t tail = __atomic_load_n(&page()->data_tail, __ATOMIC_ACQUIRE);
  // One byte always stays free, so that full and empty differ.
  return ((tail - head_ - 1) & (data_size_ - 1)) >= size;
}

bool PerfRing::begin(Output& output, std::uint64_t size) {
  if (paused)
    return false;
  output = {head_, wakeups_};
  if (!has_room(size))
    return false;
  head_ += size;
  if (head_ - wakeups_ > watermark_)
    wakeups_ += watermark_;
  return true;
}

void PerfRing::put(Output& output, const void* bytes, std::size_t size) {
  std::byte* data = base_ + host::page_size();
  const auto* from = static_cast<const std::byte*>(bytes);
  while (size > 0) {
    std::size_t offset = output.position & (data_size_ - 1);
    std::size_t run = std::min(size, data_size_ - offset);
    std::memcpy(data + offset, from, run);
    from += run;
    size -= run;
    output.position += run;
  }
}

void PerfRing::count_record(std::uint32_t wakeup_events) {
  if (wakeup_events == 0)
    return;
  if (++records_ >= wakeup_events) {
    records_ -= wakeup_events;
    ++wakeups_;
  }
}

void PerfRing::end(const Output& output) {
  // Pairs with the reader's acquire of data_head: the records below it are whole.
  __atomic_store_n(&page()->data_head, head_, __ATOMIC_RELEASE);
  if (output.wakeups_before == wakeups_)
    return;
  ready_ = EPOLLIN | EPOLLRDNORM;
  for (PerfEvent* writer : std::vector<PerfEvent*>(writers))
    writer->wake();
}

std::uint64_t PerfRing::take_lost() {
  return std::exchange(lost_, 0);
}

std::uint32_t PerfRing::take_ready() {
  return std::exchange(ready_, 0);
}

void PerfRing::set_positions(std::uint64_t head, std::uint64_t tail) {
  head_ = head;
  wakeups_ = head;
  __atomic_store_n(&page()->data_tail, tail, __ATOMIC_RELEASE);
  __atomic_store_n(&page()->data_head, head, __ATOMIC_RELEASE);
}

void PerfRing::put_raw(const void* bytes, std::size_t size, std::uint64_t advance) {
  Output output = {head_, wakeups_};
  put(output, bytes, size);
  head_ += advance;
  ++wakeups_;
  end(output);
}

} // namespace ringside::sim
