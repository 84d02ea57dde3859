// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Elements of maps, on the simulated kernel.
#include "bpf/map.hpp"

#include <cerrno>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::bpf::test {

TEST_CASE("a value is stored under its key, as the flags say") {
  sim_reset(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_ARRAY, 2, "numbers"));
  const std::uint32_t last = 1;
  const std::uint32_t beyond = 2;
  const std::uint32_t value = 7;
  CHECK(update_element(map.get(), &last, &value, BPF_ANY));
  CHECK(update_element(map.get(), &last, &value, BPF_NOEXIST).error() == Errno(EEXIST));
  CHECK(update_element(map.get(), &beyond, &value, BPF_ANY).error() == Errno(E2BIG));
}

TEST_CASE("what a map holds can be removed once") {
  sim_reset(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 1, "events"));
  const std::uint32_t key = 0;
  CHECK(delete_element(map.get(), &key).error() == Errno(ENOENT));
}

TEST_CASE("a failed call gives the kernel's error") {
  sim_reset(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_ARRAY, 1, "numbers"));
  const std::uint32_t key = 0;
  sim_fail("map_update", 1, EPERM);
  sim_fail("map_delete", 1, ENOMEM);
  CHECK(update_element(map.get(), &key, &key, BPF_ANY).error() == Errno(EPERM));
  CHECK(delete_element(map.get(), &key).error() == Errno(ENOMEM));
  CHECK(update_element(-1, &key, &key, BPF_ANY).error() == Errno(EBADF));
}

} // namespace ringside::bpf::test
