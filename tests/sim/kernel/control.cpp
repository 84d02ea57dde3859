// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: what tests do to it and ask of it.
#include "sim/kernel/kernel.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace ringside::sim {
namespace {

// Not of the Kernel: clocks are asked from everywhere.
std::atomic<std::uint64_t> asleep_total = 0;

} // namespace

void Kernel::reset(unsigned cpus) {
  std::lock_guard lock(mutex_);
  cpus_ = Cpus(std::clamp(cpus, 1U, kMaxCpus));
  failures_ = {};
  descriptors_ = {};
  for (const Mapping& mapping : mappings_)
    leave_mapping(mapping);
  mappings_.clear();
  events_.clear();
  maps_.clear();
  timers_.clear();
  writing_.clear();
  files_.clear();
  scheduled_.clear();
  now_ns_ = 0;
  block_for_threads_ = false;
  long_bits_ = 64;
}

void Kernel::set_online(unsigned cpu, bool online) {
  std::lock_guard lock(mutex_);
  if (cpu >= cpus_.count())
    return;
  cpus_.set_online(cpu, online);
  if (!online)
    end_events(cpu);
}

void Kernel::sleep(std::uint64_t ns) {
  std::lock_guard lock(mutex_);
  asleep_total += ns;
  for (unsigned cpu = 1; cpu < cpus_.count(); ++cpu)
    end_events(cpu);
}

std::uint64_t Kernel::asleep_ns() {
  return asleep_total;
}

void Kernel::end_events(unsigned cpu) {
  for (const auto& known : events_)
    if (auto event = known.lock(); event && event->cpu() == static_cast<int>(cpu))
      event->cpu_gone(clock_ns());
}

void Kernel::set_file(const char* path, const char* text) {
  std::lock_guard lock(mutex_);
  files_[path] = text != nullptr ? std::optional<std::string>(text) : std::nullopt;
}

int Kernel::create_map(std::uint32_t type, std::uint32_t max_entries, const char* name) {
  bpf_attr attr;
  std::memset(&attr, 0, sizeof(attr));
  attr.map_type = type;
  bool ring = type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF;
  attr.key_size = attr.value_size = ring ? 0 : sizeof(std::uint32_t);
  attr.max_entries = max_entries;
  if (name != nullptr)
    std::strncpy(attr.map_name, name, sizeof(attr.map_name) - 1);
  return static_cast<int>(bpf(BPF_MAP_CREATE, &attr, sizeof(attr)));
}

int Kernel::look_up_event(const Map& map, unsigned cpu, std::uint32_t key, Writing& writing) const {
  if (!cpus_.online(cpu))
    return -ENODEV;
  if (!map.holds_events())
    return -EINVAL;
  if (key >= map.max_entries)
    return -E2BIG;
  writing = {map.slots[key].event, cpu};
  return writing.event ? 0 : -ENOENT;
}

int Kernel::write(const Writing& writing, std::span<const std::byte> data) {
  PerfEvent& event = *writing.event;
  if (event.attr().config != PERF_COUNT_SW_BPF_OUTPUT)
    return -EINVAL;
  if (!event.runs_on(writing.cpu))
    return -EOPNOTSUPP;
  int result = event.output(data, origin(writing.cpu));
  notify();
  return result;
}

int Kernel::output_locked(Map& map, unsigned cpu, std::uint32_t key,
                          std::span<const std::byte> data) {
  Writing writing;
  if (int error = look_up_event(map, cpu, key, writing))
    return error;
  return write(writing, data);
}

int Kernel::output(int map_fd, unsigned cpu, std::uint32_t key, std::span<const std::byte> data) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  std::shared_ptr<MapFile> file;
  if (int error = find_map(map_fd, map, file))
    return error;
  return output_locked(*map, cpu, key, data);
}

int Kernel::output_at(std::uint64_t at_ns, int map_fd, unsigned cpu,
                      std::span<const std::byte> data) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  std::shared_ptr<MapFile> file;
  if (int error = find_map(map_fd, map, file))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  scheduled_.emplace(at_ns, [this, map, cpu, copy] { output_locked(*map, cpu, cpu, copy); });
  return 0;
}

int Kernel::begin_output(int map_fd, unsigned cpu) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  std::shared_ptr<MapFile> file;
  if (int error = find_map(map_fd, map, file))
    return error;
  Writing writing;
  if (int error = look_up_event(*map, cpu, cpu, writing))
    return error;
  int handle = writing_.empty() ? 0 : writing_.rbegin()->first + 1;
  writing_.emplace(handle, std::move(writing));
  return handle;
}

int Kernel::finish_output(int handle, std::span<const std::byte> data) {
  std::lock_guard lock(mutex_);
  auto writing = writing_.extract(handle);
  return writing.empty() ? -EINVAL : write(writing.mapped(), data);
}

int Kernel::slow_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd, unsigned cpu,
                           std::span<const std::byte> data) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  std::shared_ptr<MapFile> file;
  if (int error = find_map(map_fd, map, file))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  scheduled_.emplace(begins_ns, [this, ends_ns, map, cpu, copy] {
    Writing writing;
    if (look_up_event(*map, cpu, cpu, writing) == 0)
      scheduled_.emplace(ends_ns, [this, writing, copy] { write(writing, copy); });
  });
  return 0;
}

std::shared_ptr<PerfEvent> Kernel::ringed_event(int fd, int& error) {
  auto event = descriptors_.find_as<PerfEvent>(fd);
  error = !event                                                        ? -EBADF
          : event->ring() == nullptr || event->ring()->data_size() == 0 ? -ENXIO
                                                                        : 0;
  return error == 0 ? event : nullptr;
}

int Kernel::emit(int fd, std::uint32_t type, std::uint16_t misc, std::span<const std::byte> body) {
  std::lock_guard lock(mutex_);
  constexpr std::size_t kMaxBody = UINT16_MAX / 8 * 8 - sizeof(perf_event_header);
  if (body.size() % 8 != 0 || body.size() > kMaxBody)
    return -EINVAL;
  int error = 0;
  auto event = ringed_event(fd, error);
  if (!event)
    return error;
  int result = event->emit(type, misc, body, origin(static_cast<unsigned>(event->cpu())));
  notify();
  return result;
}

int Kernel::emit_raw(int fd, std::span<const std::byte> bytes, std::uint64_t advance) {
  std::lock_guard lock(mutex_);
  int error = 0;
  auto event = ringed_event(fd, error);
  if (!event)
    return error;
  event->ring()->put_raw(bytes.data(), bytes.size(), advance);
  notify();
  return 0;
}

int Kernel::set_positions(int fd, std::uint64_t head, std::uint64_t tail) {
  std::lock_guard lock(mutex_);
  int error = 0;
  auto event = ringed_event(fd, error);
  if (event)
    event->ring()->set_positions(head, tail);
  return error;
}

int Kernel::event_fd(int map_fd, std::uint32_t key) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  std::shared_ptr<MapFile> file;
  if (int error = find_map(map_fd, map, file))
    return error;
  if (!map->holds_events())
    return -EINVAL;
  if (key >= map->max_entries)
    return -E2BIG;
  const Map::Slot& slot = map->slots[key];
  if (!slot.event)
    return -ENOENT;
  if (descriptors_.find(slot.stored_as) == slot.event)
    return slot.stored_as;
  int other = descriptors_.any_of(slot.event.get());
  return other >= 0 ? other : -EBADF;
}

bool Kernel::script_failure(const char* call, unsigned nth, int error, bool onwards) {
  std::lock_guard lock(mutex_);
  return failures_.script(call, nth, error, onwards);
}

unsigned Kernel::calls(const char* call) {
  std::lock_guard lock(mutex_);
  return failures_.count(call);
}

std::uint64_t Kernel::now_ns() {
  std::lock_guard lock(mutex_);
  return now_ns_;
}

void Kernel::advance_ns(std::uint64_t ns) {
  std::lock_guard lock(mutex_);
  std::uint64_t until = now_ns_ + ns;
  auto next_ns = [this] {
    return std::min(scheduled_.empty() ? kNever : scheduled_.begin()->first, next_timer_ns());
  };
  // Each output happens at its own time.
  for (std::uint64_t next = next_ns(); next <= until; next = next_ns()) {
    skip(std::max(now_ns_, next) - now_ns_);
    run_due();
  }
  skip(until - now_ns_);
}

void Kernel::block_for_threads(bool on) {
  std::lock_guard lock(mutex_);
  block_for_threads_ = on;
}

struct sim_live Kernel::live() {
  std::lock_guard lock(mutex_);
  descriptors_.sweep();
  struct sim_live live = {};
  live.fds = descriptors_.count();
  live.mappings = static_cast<unsigned>(mappings_.size());
  for (const auto& known : maps_)
    if (auto map = known.lock())
      live.slots += map->slots_in_use();
  return live;
}

} // namespace ringside::sim
