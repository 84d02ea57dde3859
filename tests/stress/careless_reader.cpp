// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// careless_reader reads a ring as no reader may, without any order. ThreadSanitizer must call it a
// race: if it does not, it sees none in the stress test either. 0 if it did.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <thread>

#include <linux/bpf.h>
#include <unistd.h>

#include "base/shared_word.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "sim/sim_control.h"

// What ThreadSanitizer calls when it has something to report.
extern "C" void __tsan_on_report(void* /*report*/) {
  _exit(0);
}

int main() {
  constexpr std::uint64_t kBytes = 1U << 20;
  constexpr std::size_t kRingSize = std::size_t{4} * kBytes;

  sim_reset(1);
  const int map_fd = sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "events");
  const std::size_t page = ringside::os::page_size();
  const auto mapping =
      ringside::os::map_shared(map_fd, page, page + 2 * kRingSize, ringside::os::Access::read_only);
  if (!mapping) {
    std::fprintf(stderr, "mapping the ring failed: %d\n", mapping.error().value());
    return 1;
  }
  std::thread writer([map_fd] {
    const std::uint64_t record = 1;
    for (std::uint64_t i = 0; i < kBytes / sizeof(record); ++i)
      sim_ringbuf_output(map_fd, &record, sizeof(record), 0);
  });
  // The producer's position is the first word of its page, which the kernel maps before the data.
  const auto& producer = *reinterpret_cast<const std::uint64_t*>(mapping->data());
  std::uint64_t sum = 0;
  for (std::uint64_t position = 0; position < kBytes;)
    if (ringside::load_relaxed(producer) > position)
      sum += std::to_integer<std::uint64_t>(mapping->data()[page + position++]);
  writer.join();
  std::fprintf(stderr, "no race was seen (the sum is %ju)\n", static_cast<std::uintmax_t>(sum));
  return 1;
}
