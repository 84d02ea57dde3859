// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// TestMaps: the two maps of an object with USDT programs, on the simulated kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "bpf/map.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"
#include "usdt/spec_table.hpp"

namespace ringside::test {

struct TestMaps {
  os::UniqueFd specs;
  os::UniqueFd addresses;
  usdt::SpecMaps maps;

  explicit TestMaps(std::uint32_t entries = 4, std::uint32_t value_size = 304) {
    sim_reset(1);
    specs = made({.map_type = BPF_MAP_TYPE_ARRAY,
                  .key_size = 4,
                  .value_size = value_size,
                  .max_entries = entries});
    addresses = made({.map_type = BPF_MAP_TYPE_HASH,
                      .key_size = 8,
                      .value_size = 4,
                      .max_entries = 4 * entries});
    maps = {.specs_fd = specs.get(),
            .addresses_fd = addresses.get(),
            .value_size = value_size,
            .max_entries = entries};
  }

  [[nodiscard]] usdt::SharedSpecTable table() const {
    auto table = usdt::SpecTable::open(maps, "x.o");
    REQUIRE(table);
    return std::move(*table);
  }

  // spec is what the map has for an id.
  [[nodiscard]] std::vector<std::byte> spec(std::uint32_t id) const {
    std::vector<std::byte> value(maps.value_size);
    REQUIRE(bpf::look_up_element(specs.get(), &id, value.data()));
    return value;
  }
  // id_at is the id that programs find for an address.
  [[nodiscard]] std::optional<std::uint32_t> id_at(std::uint64_t address) const {
    std::uint32_t id = 0;
    return bpf::look_up_element(addresses.get(), &address, &id) ? std::optional(id) : std::nullopt;
  }
  [[nodiscard]] bool has_addresses() const {
    std::uint64_t first = 0;
    return static_cast<bool>(bpf::next_key(addresses.get(), nullptr, &first));
  }

private:
  static os::UniqueFd made(const bpf::MapCreateAttr& attr) {
    auto map = bpf::create_map(attr);
    REQUIRE(map);
    return std::move(*map);
  }
};

} // namespace ringside::test
