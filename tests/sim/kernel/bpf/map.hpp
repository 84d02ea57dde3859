// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Map: BPF maps that hold perf events (PERF_EVENT_ARRAY) or plain values (ARRAY), and those that
// are a ring (RINGBUF, USER_RINGBUF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <linux/bpf.h>
#include <sys/epoll.h>

#include "sim/kernel/bpf/ringbuf.hpp"
#include "sim/kernel/file.hpp"
#include "sim/kernel/perf/perf_event.hpp"

namespace ringside::sim {

// The kernel's own ENOTSUPP, which user space has no name for.
inline constexpr int kNotSupported = 524;

class MapFile;

struct Map {
  struct Slot {
    std::shared_ptr<PerfEvent> event;
    // The open file by which it was stored: when that goes, so does the entry.
    const MapFile* stored_by = nullptr;
    int stored_as = -1;
  };

  std::uint32_t id = 0;
  std::uint32_t type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::string name;
  std::vector<Slot> slots;
  std::vector<std::byte> values;
  std::unique_ptr<Ringbuf> ring;
  // The open files that stand for it; those who wait for a ring wait for one of them.
  std::vector<MapFile*> files;

  // create checks what BPF_MAP_CREATE was given: 0 and a map, or -errno. `long_bits`: see Ringbuf.
  static int create(const bpf_attr& attr, std::uint32_t id, unsigned long_bits,
                    std::shared_ptr<Map>& map);

  [[nodiscard]] bool holds_events() const { return type == BPF_MAP_TYPE_PERF_EVENT_ARRAY; }
  [[nodiscard]] bool holds_values() const { return type == BPF_MAP_TYPE_ARRAY; }
  // ring_of is the ring if it is one of that kind, or nullptr.
  [[nodiscard]] Ringbuf* ring_of(Ringbuf::Kind kind) const {
    return ring && ring->kind() == kind ? ring.get() : nullptr;
  }
  [[nodiscard]] std::size_t stride() const { return (value_size + 7U) & ~std::size_t{7}; }

  // These are the bpf() commands on elements: 0 or -errno.
  int look_up(std::uint32_t key, void* value) const;
  int store(std::uint32_t key, const void* value, std::uint64_t update_flags);
  int store_event(std::uint32_t key, Slot slot, std::uint64_t update_flags);
  int erase(std::uint32_t key);
  int next_key(const std::uint32_t* key, std::uint32_t& next) const;

  // wake wakes who waits for the map.
  void wake();

  [[nodiscard]] unsigned slots_in_use() const;
  void describe(bpf_map_info& info) const;
};

class MapFile final : public File {
public:
  explicit MapFile(std::shared_ptr<Map> map);
  ~MapFile() override;

  [[nodiscard]] const std::shared_ptr<Map>& map() const { return map_; }
  std::uint32_t ask() override { return map_->ring ? map_->ring->ask() : EPOLLERR; }

private:
  std::shared_ptr<Map> map_;
};

} // namespace ringside::sim
