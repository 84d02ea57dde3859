// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// EventMap: BPF_MAP_TYPE_PERF_EVENT_ARRAY, whose slots hold perf events.
#pragma once

#include "sim/kernel/bpf/map.hpp"
#include "sim/kernel/perf/perf_event.hpp"

namespace ringside::sim {

class EventMap final : public Map {
public:
  struct Slot {
    std::shared_ptr<PerfEvent> event;
    // The open file by which it was stored: when that goes, so does the entry.
    const MapFile* stored_by = nullptr;
    int stored_as = -1;
  };

  static int make(const bpf_attr& attr, unsigned long_bits, std::shared_ptr<Map>& map);

  explicit EventMap(const bpf_attr& attr) : Map(attr), slots_(attr.max_entries) {}

  // slot is what lies at an index below max_entries.
  [[nodiscard]] const Slot& slot(std::uint32_t index) const { return slots_.at(index); }

  int store(const void* key, const void* value, std::uint64_t update_flags,
            Descriptors& descriptors, const MapFile& by) override;
  int erase(const void* key) override;
  int next_key(const void* key, void* next) const override;
  [[nodiscard]] int check_map() const override { return -kNotSupported; }
  void closed(const MapFile& file) override;
  [[nodiscard]] unsigned slots_in_use() const override;

private:
  std::vector<Slot> slots_;
};

} // namespace ringside::sim
