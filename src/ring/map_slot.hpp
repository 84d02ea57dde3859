// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// MapSlot: one filled slot of a BPF map that holds descriptors.
#pragma once

#include <cstdint>
#include <utility>

#include <linux/bpf.h>

#include "bpf/map.hpp"

namespace ringside {

// MapSlot empties its slot when it goes away. The map's descriptor is borrowed and must outlive it.
class MapSlot {
public:
  static Result<MapSlot> fill(int map_fd, std::uint32_t key, int fd) {
    MapSlot slot;
    slot.key_ = key;
    if (const auto stored = bpf::update_element(map_fd, &key, &fd, BPF_ANY); !stored)
      return stored.error();
    slot.map_fd_ = map_fd;
    return slot;
  }

  // use_map names the map by another descriptor.
  void use_map(int map_fd) { map_fd_ = map_fd; }
  // put replaces what is in the slot.
  [[nodiscard]] Result<void> put(int fd) const {
    return bpf::update_element(map_fd_, &key_, &fd, BPF_ANY);
  }

  MapSlot() = default;
  MapSlot(MapSlot&& other) noexcept : map_fd_(std::exchange(other.map_fd_, -1)), key_(other.key_) {}
  MapSlot& operator=(MapSlot&& other) noexcept {
    std::swap(map_fd_, other.map_fd_);
    std::swap(key_, other.key_);
    return *this;
  }
  MapSlot(const MapSlot&) = delete;
  MapSlot& operator=(const MapSlot&) = delete;
  ~MapSlot() {
    // A slot that another program has emptied since is as empty as we want it.
    if (map_fd_ >= 0)
      static_cast<void>(bpf::delete_element(map_fd_, &key_));
  }

private:
  int map_fd_ = -1;
  std::uint32_t key_ = 0;
};

} // namespace ringside
