// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: what tests do to BPF ring buffers, as BPF programs and otherwise.
#include "sim/kernel/kernel.hpp"

#include <algorithm>
#include <cerrno>

namespace ringside::sim {

int Kernel::ring_map(int fd, std::optional<Ringbuf::Kind> kind, std::shared_ptr<Map>& map) {
  std::shared_ptr<MapFile> file;
  if (int error = find_map(fd, map, file))
    return error;
  if (!map->ring || (kind && map->ring->kind() != *kind))
    return -EINVAL;
  return map->ring->usable() ? 0 : -ENOMEM;
}

void Kernel::written(Map& map, bool wakes) {
  if (wakes)
    map.wake();
  notify();
}

int Kernel::ring_output_locked(Map& map, std::span<const std::byte> data, std::uint64_t flags) {
  bool wakes = false;
  int result = map.ring->output(data, flags, wakes);
  written(map, wakes);
  return result;
}

int Kernel::ring_output(int map_fd, std::span<const std::byte> data, std::uint64_t flags) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  return ring_output_locked(*map, data, flags);
}

int Kernel::ring_output_at(std::uint64_t at_ns, int map_fd, std::span<const std::byte> data,
                           std::uint64_t flags) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  scheduled_.emplace(at_ns, [this, map, copy, flags] { ring_output_locked(*map, copy, flags); });
  return 0;
}

int Kernel::slow_ring_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd,
                                std::span<const std::byte> data, std::uint64_t flags) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  scheduled_.emplace(begins_ns, [this, ends_ns, map, copy, flags] {
    std::byte* sample = nullptr;
    if (map->ring->reserve(copy.size(), sample) != 0)
      return;
    std::copy(copy.begin(), copy.end(), sample);
    scheduled_.emplace(ends_ns, [this, map, sample, flags] {
      written(*map, map->ring->commit(sample, Ringbuf::Commit::submit, flags));
    });
  });
  return 0;
}

int Kernel::ring_reserve(int map_fd, std::uint64_t size, void** sample) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  std::byte* reserved = nullptr;
  int error = map->ring->reserve(size, reserved);
  *sample = reserved;
  return error;
}

int Kernel::ring_commit(void* sample, Ringbuf::Commit how, std::uint64_t flags) {
  std::lock_guard lock(mutex_);
  auto* bytes = static_cast<std::byte*>(sample);
  for (const auto& known : maps_) {
    auto map = known.lock();
    Ringbuf* ring = map ? map->ring_of(Ringbuf::Kind::bpf_writes) : nullptr;
    if (ring == nullptr || !ring->holds(bytes))
      continue;
    written(*map, ring->commit(bytes, how, flags));
    return 0;
  }
  return -EINVAL;
}

long Kernel::ring_drain(int map_fd, const Ringbuf::Take& take, std::uint64_t flags) {
  std::unique_lock lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::user_writes, map))
    return error;
  // A drain locks nothing out, in the kernel too, and who takes the samples may call anything here.
  lock.unlock();
  bool wakes = false;
  long result = map->ring->drain(take, flags, wakes);
  lock.lock();
  written(*map, wakes);
  return result;
}

int Kernel::ring_drain_at(std::uint64_t at_ns, int map_fd, unsigned samples, std::uint64_t flags) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::user_writes, map))
    return error;
  scheduled_.emplace(at_ns, [this, map, samples, flags] {
    unsigned left = samples;
    bool wakes = false;
    if (left > 0)
      map->ring->drain([&](std::span<const std::byte>) { return --left == 0 ? 1 : 0; }, flags,
                       wakes);
    written(*map, wakes);
  });
  return 0;
}

int Kernel::with_ring(int map_fd, const std::function<void(Ringbuf& ring)>& visit) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, std::nullopt, map))
    return error;
  visit(*map->ring);
  return 0;
}

int Kernel::ring_wake(int map_fd) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, std::nullopt, map))
    return error;
  written(*map, true);
  return 0;
}

void Kernel::set_long_bits(unsigned bits) {
  std::lock_guard lock(mutex_);
  long_bits_ = bits == 32 ? 32 : 64;
}

} // namespace ringside::sim
