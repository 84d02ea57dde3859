// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfMapping: the memory of one perf ring: the kernel's header page, and the data behind it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <linux/perf_event.h>

#include "base/shared_word.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "ring/perf_walk.hpp"

namespace ringside {

class PerfMapping {
public:
  // make maps the ring of an event, with `data_size` bytes of data: a power of two of pages. The
  // kernel's error, or ENOMEM where it has made a ring of another size: Linux up to 6.12 counts
  // pages in 32 bits, so 2^32 pages are 0, and such a ring has no room.
  static Result<PerfMapping> make(int event_fd, std::size_t data_size) {
    const std::size_t header_page = os::page_size();
    auto memory = os::map_shared(event_fd, 0, header_page + data_size, os::Access::read_write);
    if (!memory)
      return memory.error();
    PerfMapping mapping;
    mapping.memory_ = std::move(*memory);
    mapping.data_ = {mapping.memory_.data() + header_page, data_size};
    // A look at the memory takes a page fault: a tenth of what a small ring takes, and little
    // beside what a large one does.
    if (data_size >= kLarge && mapping.page().data_size != data_size)
      return Errno(ENOMEM);
    return mapping;
  }

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(memory_); }
  // The whole mapping.
  [[nodiscard]] void* memory() const { return memory_.data(); }
  [[nodiscard]] PerfData data() const { return data_; }
  [[nodiscard]] std::size_t data_size() const { return data_.size; }
  // The kernel's header: it lies where the mapping begins. Source: perf_event_open(2).
  [[nodiscard]] perf_event_mmap_page& page() const {
    return *reinterpret_cast<perf_event_mmap_page*>(memory_.data());
  }

  // unread is how many bytes are between the positions now. They are the ring's own word.
  [[nodiscard]] std::uint64_t unread() const {
    // The tail first: another reader moves it up to the head at most.
    const std::uint64_t tail = load_relaxed(page().data_tail);
    return load_relaxed(page().data_head) - tail;
  }

private:
  static constexpr std::size_t kLarge = std::size_t{4} << 20;

  os::Mapping memory_;
  PerfData data_;
};

} // namespace ringside
