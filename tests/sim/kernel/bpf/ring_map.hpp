// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingMap: BPF_MAP_TYPE_RINGBUF and BPF_MAP_TYPE_USER_RINGBUF. It has no keys and no elements.
#pragma once

#include <utility>

#include "sim/kernel/bpf/map.hpp"

namespace ringside::sim {

class RingMap final : public Map {
public:
  static int make(const bpf_attr& attr, unsigned long_bits, std::shared_ptr<Map>& map);

  RingMap(const bpf_attr& attr, std::unique_ptr<Ringbuf> ring)
      : Map(attr), ring_(std::move(ring)) {}

  [[nodiscard]] int check_key(const void* key) const override {
    return key != nullptr ? -EINVAL : -kNotSupported;
  }
  std::uint32_t ask() override { return ring_->ask(); }
  [[nodiscard]] int check_map() const override { return 0; }
  std::intptr_t map(const MapCall& call, Mappings& mappings,
                    std::shared_ptr<MapFile> file) override;
  Ringbuf* ring() override { return ring_.get(); }

private:
  std::unique_ptr<Ringbuf> ring_;
};

} // namespace ringside::sim
