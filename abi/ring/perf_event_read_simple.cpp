// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// bpf_perf_event_read_simple of libbpf 0.x: reading one perf ring that the program has mapped
// itself.
#include <cinttypes>
#include <cstddef>
#include <cstdlib>

#include <bpf/libbpf.h>
#include <linux/perf_event.h>

#include "base/log.hpp"
#include "ring/perf_read.hpp"

// mmap_mem is the mapping: a header page of page_size bytes, then mmap_size bytes of data. A record
// that wraps is made contiguous in *copy_mem, which grows as needed from what *copy_size says and
// belongs to the caller, to be freed with free(3). Returns CONT at the end of the ring, else what
// ended the read.
extern "C" LIBBPF_API enum bpf_perf_event_ret bpf_perf_event_read_simple(
    void* mmap_mem, size_t mmap_size, size_t page_size, void** copy_mem, size_t* copy_size,
    enum bpf_perf_event_ret (*fn)(struct perf_event_header*, void*), void* private_data) {
  const auto room = [&](std::size_t size) -> std::byte* {
    if (*copy_size < size) {
      void* larger = std::malloc(size);
      if (larger == nullptr)
        return nullptr;
      std::free(*copy_mem);
      *copy_mem = larger;
      *copy_size = size;
    }
    return static_cast<std::byte*>(*copy_mem);
  };
  bpf_perf_event_ret answer = LIBBPF_PERF_EVENT_CONT;
  const auto deliver = [&](ringside::PerfRecord record) {
    answer = fn(reinterpret_cast<perf_event_header*>(record.bytes), private_data);
    return answer == LIBBPF_PERF_EVENT_CONT ? ringside::PerfRead::go_on
                                            : ringside::PerfRead::stopped;
  };
  const auto corrupt = [](std::uint64_t position, std::uint64_t /*skipped*/) {
    ringside::log(ringside::LogLevel::warn,
                  "bpf_perf_event_read_simple: the ring is corrupt at position %" PRIu64
                  ": what is unread there is skipped\n",
                  position);
  };

  auto& page = *static_cast<perf_event_mmap_page*>(mmap_mem);
  const ringside::PerfData data{static_cast<std::byte*>(mmap_mem) + page_size, mmap_size};
  switch (
      ringside::read_perf_records(page, data, ringside::perf_head(page), room, deliver, corrupt)) {
  case ringside::PerfRead::go_on:
  case ringside::PerfRead::stopped:
    return answer;
  case ringside::PerfRead::corrupt:
  case ringside::PerfRead::no_memory:
    break;
  }
  return LIBBPF_PERF_EVENT_ERROR;
}
