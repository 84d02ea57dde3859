// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: what tests do to BPF ring buffers, as BPF programs and otherwise.

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "sim/kernel/bpf/bpf.hpp"

namespace ringside::sim {

int Bpf::ring_map(int fd, std::optional<Ringbuf::Kind> kind, std::shared_ptr<Map>& map) {
  if (int error = find_map(fd, map))
    return error;
  if (map->ring() == nullptr || (kind && map->ring()->kind() != *kind))
    return -EINVAL;
  return map->ring()->usable() ? 0 : -ENOMEM;
}

void Bpf::written(Map& map, bool wakes) {
  if (wakes)
    map.wake();
  core_.clock.notify();
}

int Bpf::ring_output_locked(Map& map, std::span<const std::byte> data, std::uint64_t flags) {
  bool wakes = false;
  int result = map.ring()->output(data, flags, wakes);
  written(map, wakes);
  return result;
}

int Bpf::ring_output(int map_fd, std::span<const std::byte> data, std::uint64_t flags) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  return ring_output_locked(*map, data, flags);
}

int Bpf::ring_output_at(std::uint64_t at_ns, int map_fd, std::span<const std::byte> data,
                        std::uint64_t flags) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  core_.clock.at(at_ns, [this, map, copy, flags] { ring_output_locked(*map, copy, flags); });
  return 0;
}

int Bpf::slow_ring_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd,
                             std::span<const std::byte> data, std::uint64_t flags) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  std::vector<std::byte> copy(data.begin(), data.end());
  core_.clock.at(begins_ns, [this, ends_ns, map, copy, flags] {
    std::byte* sample = nullptr;
    if (map->ring()->reserve(copy.size(), sample) != 0)
      return;
    std::copy(copy.begin(), copy.end(), sample);
    core_.clock.at(ends_ns, [this, map, sample, flags] {
      written(*map, map->ring()->commit(sample, Ringbuf::Commit::submit, flags));
    });
  });
  return 0;
}

int Bpf::ring_reserve(int map_fd, std::uint64_t size, void** sample) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::bpf_writes, map))
    return error;
  std::byte* reserved = nullptr;
  int error = map->ring()->reserve(size, reserved);
  *sample = reserved;
  return error;
}

int Bpf::ring_commit(void* sample, Ringbuf::Commit how, std::uint64_t flags) {
  const auto lock = core_.enter();
  auto* bytes = static_cast<std::byte*>(sample);
  int result = -EINVAL;
  maps_.each([&](Map& map) {
    Ringbuf* ring = map.ring_of(Ringbuf::Kind::bpf_writes);
    if (result == 0 || ring == nullptr || !ring->holds(bytes))
      return;
    written(map, ring->commit(bytes, how, flags));
    result = 0;
  });
  return result;
}

long Bpf::ring_drain(int map_fd, const Ringbuf::Take& take, std::uint64_t flags) {
  std::unique_lock lock(core_.mutex);
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::user_writes, map))
    return error;
  // A drain locks nothing out, in the kernel too, and who takes the samples may call anything here.
  lock.unlock();
  bool wakes = false;
  long result = map->ring()->drain(take, flags, wakes);
  lock.lock();
  written(*map, wakes);
  return result;
}

int Bpf::ring_drain_at(std::uint64_t at_ns, int map_fd, unsigned samples, std::uint64_t flags) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, Ringbuf::Kind::user_writes, map))
    return error;
  core_.clock.at(at_ns, [this, map, samples, flags] {
    unsigned left = samples;
    bool wakes = false;
    if (left > 0)
      map->ring()->drain([&](std::span<const std::byte>) { return --left == 0 ? 1 : 0; }, flags,
                         wakes);
    written(*map, wakes);
  });
  return 0;
}

int Bpf::with_ring(int map_fd, const std::function<void(Ringbuf& ring)>& visit) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, std::nullopt, map))
    return error;
  visit(*map->ring());
  return 0;
}

int Bpf::ring_wake(int map_fd) {
  const auto lock = core_.enter();
  std::shared_ptr<Map> map;
  if (int error = ring_map(map_fd, std::nullopt, map))
    return error;
  written(*map, true);
  return 0;
}

void Bpf::set_long_bits(unsigned bits) {
  const auto lock = core_.enter();
  long_bits_ = bits == 32 ? 32 : 64;
}

} // namespace ringside::sim
