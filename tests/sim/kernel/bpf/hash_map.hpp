// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// HashMap: BPF_MAP_TYPE_HASH. Its keys are any bytes.
#pragma once

#include <map>
#include <vector>

#include "sim/kernel/bpf/map.hpp"

namespace ringside::sim {

class HashMap final : public Map {
public:
  static int make(const bpf_attr& attr, unsigned long_bits, std::shared_ptr<Map>& map);

  explicit HashMap(const bpf_attr& attr) : Map(attr) {}

  int look_up(const void* key, void* value) override;
  int store(const void* key, const void* value, std::uint64_t update_flags,
            Descriptors& descriptors, const MapFile& by) override;
  int erase(const void* key) override;
  int next_key(const void* key, void* next) const override;
  std::byte* element(const void* key) override;

private:
  using Block = std::vector<std::byte>;

  [[nodiscard]] Block key_of(const void* key) const;

  // The kernel's order is another, on which no program may rely.
  std::map<Block, Block> elements_;
};

} // namespace ringside::sim
