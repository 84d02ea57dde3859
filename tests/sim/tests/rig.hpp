// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Rig: a map with a mapped event for each CPU and an epoll set, made through src/os as the library
// makes them.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include "bpf/map.hpp"
#include "os/epoll.hpp"
#include "os/file.hpp"
#include "os/mapping.hpp"
#include "os/perf.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::sim {

inline perf_event_attr output_attr() {
  perf_event_attr attr = {};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_type = PERF_SAMPLE_RAW;
  attr.wakeup_events = 1;
  return attr;
}

// open_event opens an event on one CPU, as the library does.
inline Result<os::UniqueFd> open_event(perf_event_attr* attr, int cpu) {
  return os::perf_event_open(attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

// write_into makes an event write into the ring of another.
inline Result<int> write_into(int event_fd, int ring_fd) {
  return os::perf_ioctl(event_fd, PERF_EVENT_IOC_SET_OUTPUT, static_cast<unsigned long>(ring_fd));
}

// store_event puts an event into a slot of a map.
inline Result<void> store_event(int map_fd, std::uint32_t key, int event_fd) {
  return bpf::update_element(map_fd, &key, &event_fd, BPF_ANY);
}

struct Rig {
  struct Source {
    os::UniqueFd event;
    os::Mapping ring;
  };

  os::UniqueFd map;
  os::UniqueFd epoll;
  std::vector<Source> sources;

  // build makes all of it; the first error, with everything undone.
  static Result<Rig> build(unsigned cpus, std::size_t data_pages) {
    Rig rig;
    const int map_fd = sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, cpus, "events");
    if (map_fd < 0)
      return Errno(-map_fd);
    rig.map = os::UniqueFd(map_fd);
    auto epoll = os::create_epoll();
    if (!epoll)
      return epoll.error();
    rig.epoll = std::move(*epoll);
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
      perf_event_attr attr = output_attr();
      auto event = open_event(&attr, static_cast<int>(cpu));
      if (!event)
        return event.error();
      auto ring = os::map_shared(event->get(), 0, (data_pages + 1) * os::page_size(),
                                 os::Access::read_write);
      if (!ring)
        return ring.error();
      if (const auto enabled = os::perf_ioctl(event->get(), PERF_EVENT_IOC_ENABLE, 0); !enabled)
        return enabled.error();
      for (auto result :
           {store_event(map_fd, cpu, event->get()),
            os::control_epoll(rig.epoll.get(), EPOLL_CTL_ADD, event->get(), EPOLLIN, cpu)})
        if (!result)
          return result.error();
      rig.sources.push_back({std::move(*event), std::move(*ring)});
    }
    return rig;
  }

  [[nodiscard]] perf_event_mmap_page* page(unsigned cpu) const {
    return reinterpret_cast<perf_event_mmap_page*>(sources[cpu].ring.data());
  }
  [[nodiscard]] std::uint64_t head(unsigned cpu) const {
    return __atomic_load_n(&page(cpu)->data_head, __ATOMIC_ACQUIRE);
  }
  // copy takes bytes at a position of a ring, over its end if need be.
  void copy(unsigned cpu, std::uint64_t position, void* into, std::size_t size) const {
    const std::byte* data = sources[cpu].ring.data() + os::page_size();
    for (std::size_t i = 0; i < size; ++i)
      static_cast<std::byte*>(into)[i] = data[(position + i) & (page(cpu)->data_size - 1)];
  }
  // wait gives the CPUs that a wait finds.
  [[nodiscard]] std::vector<std::uint64_t> wait(int timeout_ms) const {
    std::vector<epoll_event> ready(sources.size());
    auto count = os::wait_epoll(epoll.get(), ready, timeout_ms);
    std::vector<std::uint64_t> cpus;
    for (std::size_t i = 0; count && i < *count; ++i)
      cpus.push_back(std::uint64_t{ready[i].data.u64}); // A copy: the entry is packed.
    return cpus;
  }
};

} // namespace ringside::sim
