// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// MapSlot: one filled slot of a BPF map that holds descriptors.
#pragma once

#include <cstdint>
#include <utility>

#include "os/os.hpp"

namespace ringside {

// MapSlot empties its slot when it goes away. The map's descriptor is borrowed and must outlive it.
class MapSlot {
public:
  static Result<MapSlot> fill(int map_fd, std::uint32_t key, int fd) {
    const auto stored = os::store_fd_in_map(map_fd, key, fd);
    if (!stored)
      return stored.error();
    MapSlot slot;
    slot.map_fd_ = map_fd;
    slot.key_ = key;
    return slot;
  }

  // put replaces what is in the slot.
  [[nodiscard]] Result<void> put(int fd) const { return os::store_fd_in_map(map_fd_, key_, fd); }

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
    // A slot that somebody else has emptied since is as empty as we want it.
    if (map_fd_ >= 0)
      static_cast<void>(os::delete_from_map(map_fd_, key_));
  }

private:
  int map_fd_ = -1;
  std::uint32_t key_ = 0;
};

} // namespace ringside
