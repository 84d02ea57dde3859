// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the kernel says about a map, on the simulated kernel.
#include "bpf/info.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <catch2/catch.hpp>

#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::bpf::test {

TEST_CASE("a map has its type, its entries and its name") {
  sim_reset(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_ARRAY, 9, "fifteen_letters"));
  const auto info = map_info(map.get());
  REQUIRE(info);
  CHECK(info->type == BPF_MAP_TYPE_ARRAY);
  CHECK(info->max_entries == 9);
  CHECK(std::string(info->name) == "fifteen_letters");
  CHECK(std::string(name_of(*info).text) == "fifteen_letters");
}

TEST_CASE("names are equal if their texts are") {
  sim_reset(1);
  const os::UniqueFd one(sim_create_map(BPF_MAP_TYPE_ARRAY, 1, "one"));
  const os::UniqueFd two(sim_create_map(BPF_MAP_TYPE_ARRAY, 1, "two"));
  CHECK(name_of(*map_info(one.get())) == name_of(*map_info(one.get())));
  CHECK_FALSE(name_of(*map_info(one.get())) == name_of(*map_info(two.get())));
}

TEST_CASE("a descriptor of no map, and a call that fails, give the kernel's error") {
  sim_reset(1);
  CHECK(map_info(-1).error() == Errno(EBADFD));
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_ARRAY, 1, "one"));
  sim_fail("map_info", 1, EINVAL);
  CHECK(map_info(map.get()).error() == Errno(EINVAL));
}

} // namespace ringside::bpf::test
