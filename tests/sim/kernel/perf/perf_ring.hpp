// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfRing: the memory of a perf ring and the kernel's side of it: room, positions, wakeups. What
// is in a record is perf_event.cpp's subject. Source: what kernel/events/ring_buffer.c does that a
// reader can see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <linux/perf_event.h>

namespace ringside::sim {

class PerfEvent;

class PerfRing {
public:
  // make maps `fd`, a file in memory that is set to a header page and `data_size` bytes. -errno in
  // `error`. `overwrite` is a ring that its reader mapped read-only: it is never full.
  static std::shared_ptr<PerfRing> make(int fd, std::size_t data_size, std::uint32_t watermark,
                                        bool overwrite, int& error);
  ~PerfRing();
  PerfRing(const PerfRing&) = delete;
  PerfRing& operator=(const PerfRing&) = delete;

  [[nodiscard]] std::size_t data_size() const { return data_size_; }
  [[nodiscard]] void* memory() const { return memory_; }
  // use_mapping writes through the reader's own address from now on (nullptr: through ours). See
  // kSanitizesThreads.
  void use_mapping(void* address);

  // Events that write here; they all wake together.
  std::vector<PerfEvent*> writers;
  // The event whose file in memory the ring is in; only to compare.
  const PerfEvent* owner = nullptr;
  unsigned mapping_count = 0;
  bool paused = false;

  // One record being written.
  struct Output {
    std::uint64_t position = 0;
    std::uint64_t wakeups_before = 0;
  };
  // begin takes `size` bytes: false if they do not fit, or the ring takes no output.
  bool begin(Output& output, std::uint64_t size);
  void put(Output& output, const void* bytes, std::size_t size);
  void skip(Output& output, std::size_t size) { output.position += size; }
  // count_record counts towards a wakeup for each `wakeup_events` records; 0 does not count.
  void count_record(std::uint32_t wakeup_events);
  // end publishes what was written and wakes the readers if that is due.
  void end(const Output& output);

  void count_lost() { ++lost_; }
  // What was lost since it was last taken: for the next record that fits.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  std::uint64_t take_lost();

  // wakeups changes each time that the ring wakes its readers.
  [[nodiscard]] std::uint64_t wakeups() const { return wakeups_; }
  // take_ready gives the poll word and clears it.
  std::uint32_t take_ready();

  void set_positions(std::uint64_t head, std::uint64_t tail);
  [[nodiscard]] std::uint64_t head() const { return head_; }
  // put_raw writes at the head without looking for room and moves it.
  void put_raw(const void* bytes, std::size_t size, std::uint64_t advance);

private:
  PerfRing(void* memory, std::size_t data_size, std::uint32_t watermark, bool overwrite);
  [[nodiscard]] bool has_room(std::uint64_t size) const;
  [[nodiscard]] perf_event_mmap_page* page() const {
    return reinterpret_cast<perf_event_mmap_page*>(base_);
  }

  void* memory_;
  std::byte* base_;
  std::size_t data_size_;
  std::uint64_t watermark_;
  bool overwrite_;
  std::uint64_t head_ = 0;
  // Counts wakeups, and follows the head by watermarks: one word for both, as in the kernel.
  std::uint64_t wakeups_ = 0;
  std::uint32_t records_ = 0;
  std::uint64_t lost_ = 0;
  std::uint32_t ready_ = 0;
};

} // namespace ringside::sim
