// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: bpf_perf_event_output(), at once, in two steps, or later.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/kernel/bpf/bpf.hpp"
#include "sim/kernel/bpf/event_map.hpp"

namespace ringside::sim {

int Bpf::create_map(std::uint32_t type, std::uint32_t max_entries, const char* name) {
  bpf_attr attr;
  std::memset(&attr, 0, sizeof(attr));
  attr.map_type = type;
  bool ring = type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF;
  attr.key_size = attr.value_size = ring ? 0 : sizeof(std::uint32_t);
  attr.max_entries = max_entries;
  if (name != nullptr)
    std::strncpy(attr.map_name, name, sizeof(attr.map_name) - 1);
  return static_cast<int>(call(BPF_MAP_CREATE, &attr, sizeof(attr)));
}

int Bpf::look_up_event(Map& map, unsigned cpu, std::uint32_t key, Writing& writing) const {
  if (!cpus_.online(cpu))
    return -ENODEV;
  const auto* events = dynamic_cast<const EventMap*>(&map);
  if (events == nullptr)
    return -EINVAL;
  if (key >= map.max_entries())
    return -E2BIG;
  writing = {events->slot(key).event, cpu};
  return writing.event ? 0 : -ENOENT;
}

int Bpf::write(const Writing& writing, std::span<const std::byte> data) {
  PerfEvent& event = *writing.event;
  if (event.attr().config != PERF_COUNT_SW_BPF_OUTPUT)
    return -EINVAL;
  if (!event.runs_on(writing.cpu))
    return -EOPNOTSUPP;
  int result = event.output(data, perf_.origin(writing.cpu));
  core_.clock.notify();
  return result;
}

int Bpf::output_locked(Map& map, unsigned cpu, std::uint32_t key, std::span<const std::byte> data) {
  Writing writing;
  if (int error = look_up_event(map, cpu, key, writing))
    return error;
  return write(writing, data);
}

int Bpf::output(int map_fd, unsigned cpu, std::uint32_t key, std::span<const std::byte> data) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = find_map(map_fd, map))
    return error;
  return output_locked(*map, cpu, key, data);
}

int Bpf::output_at(std::uint64_t at_ns, int map_fd, unsigned cpu, std::span<const std::byte> data) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = find_map(map_fd, map))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  core_.clock.at(at_ns, [this, map, cpu, copy] { output_locked(*map, cpu, cpu, copy); });
  return 0;
}

int Bpf::begin_output(int map_fd, unsigned cpu) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = find_map(map_fd, map))
    return error;
  Writing writing;
  if (int error = look_up_event(*map, cpu, cpu, writing))
    return error;
  int handle = writing_.empty() ? 0 : writing_.rbegin()->first + 1;
  writing_.emplace(handle, std::move(writing));
  return handle;
}

int Bpf::finish_output(int handle, std::span<const std::byte> data) {
  const auto lock = core_.enter();
  auto writing = writing_.extract(handle);
  return writing.empty() ? -EINVAL : write(writing.mapped(), data);
}

int Bpf::slow_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd, unsigned cpu,
                        std::span<const std::byte> data) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = find_map(map_fd, map))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  core_.clock.at(begins_ns, [this, ends_ns, map, cpu, copy] {
    Writing writing;
    if (look_up_event(*map, cpu, cpu, writing) == 0)
      core_.clock.at(ends_ns, [this, writing, copy] { write(writing, copy); });
  });
  return 0;
}

int Bpf::loop_at(std::uint64_t at_ns, const sim_loop& loop) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = find_map(loop.map_fd, map))
    return error;
  core_.clock.at(at_ns, [this, map, loop, at_ns] { step_loop(map, loop, 0, at_ns); });
  return 0;
}

void Bpf::step_loop(const std::shared_ptr<Map>& map, const sim_loop& loop, std::uint32_t number,
                    std::uint64_t at_ns) {
  if (number == loop.count)
    return;
  std::vector<std::byte> record(loop.size);
  loop.fill(loop.context, number, record.data());
  bool wakes = false;
  Writing writing;
  if (map->ring() != nullptr) {
    map->ring()->output(record, 0, wakes);
    written(*map, wakes);
  } else if (look_up_event(*map, loop.cpu, loop.cpu, writing) == 0 && writing.event->ring()) {
    const std::uint64_t before = writing.event->ring()->wakeups();
    write(writing, record);
    wakes = writing.event->ring()->wakeups() != before;
  }
  const std::uint64_t next_ns = at_ns + (wakes ? loop.woken_ns : loop.quiet_ns);
  core_.clock.at(next_ns,
                 [this, map, loop, number, next_ns] { step_loop(map, loop, number + 1, next_ns); });
}

int Bpf::event_fd(int map_fd, std::uint32_t key) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = find_map(map_fd, map))
    return error;
  const auto* events = dynamic_cast<const EventMap*>(map.get());
  if (events == nullptr)
    return -EINVAL;
  if (key >= map->max_entries())
    return -E2BIG;
  const EventMap::Slot& slot = events->slot(key);
  if (!slot.event)
    return -ENOENT;
  if (core_.descriptors.find(slot.stored_as) == slot.event)
    return slot.stored_as;
  int other = core_.descriptors.any_of(slot.event.get());
  return other >= 0 ? other : -EBADF;
}

} // namespace ringside::sim
