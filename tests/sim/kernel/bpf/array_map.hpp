// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ArrayMap: BPF_MAP_TYPE_ARRAY. Its keys are the numbers below max_entries.
#pragma once

#include "sim/kernel/bpf/map.hpp"

namespace ringside::sim {

// check_array is what all arrays are checked for: 0 or -errno. `refused` are flags that this type
// does not take.
int check_array(const bpf_attr& attr, std::uint32_t refused);
// next_index is BPF_MAP_GET_NEXT_KEY of an array.
int next_index(const void* key, void* next, std::uint32_t max_entries);

class ArrayMap final : public Map {
public:
  static int make(const bpf_attr& attr, unsigned long_bits, std::shared_ptr<Map>& map);

  explicit ArrayMap(const bpf_attr& attr);

  int look_up(const void* key, void* value) override;
  int store(const void* key, const void* value, std::uint64_t update_flags,
            Descriptors& descriptors, const MapFile& by) override;
  int erase(const void* /*key*/) override { return -EINVAL; }
  int next_key(const void* key, void* next) const override {
    return next_index(key, next, max_entries());
  }
  std::byte* element(const void* key) override;
  std::byte* data() override { return values_.data(); }

private:
  [[nodiscard]] std::size_t stride() const { return (value_size() + 7U) & ~std::size_t{7}; }

  std::vector<std::byte> values_;
};

} // namespace ringside::sim
