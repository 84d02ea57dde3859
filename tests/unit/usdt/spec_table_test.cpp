// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SpecTable: ids in the order of the contract, what it needs of an object, and its life.
#include "usdt/spec_table.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "messages.hpp"
#include "spec_maps.hpp"

namespace ringside::test {
namespace {

using usdt::SharedSpecTable;
using usdt::SpecMaps;
using usdt::SpecTable;
using usdt::Taken;

Taken with_ids(const SharedSpecTable& table, std::initializer_list<std::uint32_t> expected) {
  Taken taken(table.share());
  for (const std::uint32_t id : expected) {
    const auto next = taken.take_id();
    REQUIRE(next);
    CHECK(*next == id);
  }
  return taken;
}

Errno error_of(const SpecMaps& maps, const char* message) {
  const Messages messages;
  const auto table = SpecTable::open(maps, "x.o");
  REQUIRE_FALSE(table);
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains(message));
  return table.error();
}

} // namespace

TEST_CASE("ids come back in reverse") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  std::optional<Taken> a = with_ids(table, {0});
  std::optional<Taken> b = with_ids(table, {1});
  const Taken c = with_ids(table, {2});
  a.reset();
  b.reset();
  const Taken next = with_ids(table, {1, 0, 3});
  CHECK(table.get()->take_id().error() == Errno(E2BIG));
}

TEST_CASE("the ids of one probe are freed in the order in which they were taken") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  with_ids(table, {0, 1, 2}).give_back();
  with_ids(table, {2, 1, 0, 3}).give_back();
}

TEST_CASE("what is left stays taken") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  {
    Taken taken = with_ids(table, {0, 1});
    REQUIRE(taken.set_address(16, 1));
    taken.leave();
  }
  with_ids(table, {2}).give_back();
  CHECK(maps.id_at(16) == 1);
}

TEST_CASE("addresses are there until the probe is gone") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  {
    Taken taken = with_ids(table, {0});
    REQUIRE(taken.set_address(0x1234567890, 0));
    CHECK(maps.id_at(0x1234567890) == 0);
    Taken other(table.share());
    CHECK(other.set_address(0x1234567890, 1).error() == Errno(EEXIST));
    other.give_back();
    CHECK(maps.id_at(0x1234567890) == 0);
    Taken moved;
    moved = std::move(taken);
    const Taken again(std::move(moved));
    CHECK(maps.has_addresses());
  }
  CHECK_FALSE(maps.has_addresses());
}

TEST_CASE("a table works on when the object has closed its maps") {
  TestMaps maps;
  std::optional<SharedSpecTable> table = maps.table();
  Taken taken(table->share());
  table.reset();
  maps.specs = {};
  maps.addresses = {};
  REQUIRE(taken.take_id());
  CHECK(taken.set_address(1, 0));
  const std::vector<std::byte> spec(taken.table()->layout().size);
  CHECK(taken.table()->store(0, spec));
}

TEST_CASE("an object without the maps has no USDT probes") {
  const TestMaps maps;
  SpecMaps missing = maps.maps;
  missing.specs_fd = -1;
  CHECK(error_of(missing, "no map __bpf_usdt_specs; include bpf/usdt.bpf.h") == Errno(ESRCH));
  missing = maps.maps;
  missing.addresses_fd = -1;
  CHECK(error_of(missing, "no map __bpf_usdt_ip_to_spec_id") == Errno(ESRCH));
}

TEST_CASE("values of an unknown size are refused") {
  TestMaps maps;
  maps.maps.value_size = 207;
  CHECK(error_of(maps.maps, "have 207 bytes") == Errno(EINVAL));
}

TEST_CASE("the layout is that of the object's BTF, else of the size") {
  TestMaps maps(4, 208);
  CHECK(maps.table().get()->layout() == *usdt::spec_layout(208));
  Types types;
  const std::uint32_t value = types.integer("unsigned long long", 8);
  const std::uint32_t number = types.integer("short", 2);
  const std::uint32_t flag = types.integer("_Bool", 1);
  const std::uint32_t kind = types.enumeration("kind", 4, {{"CONST", 0}});
  // The register stands behind the flags.
  const std::uint32_t argument = types.structure(
      "arg", 16,
      {{"v", value, 0}, {"k", kind, 64}, {"s", flag, 96}, {"b", flag, 104}, {"r", number, 112}});
  maps.maps.value_type = types.structure(
      "spec", 208,
      {{"args", types.array(argument, 12), 0}, {"c", value, 1536}, {"n", number, 1600}});
  maps.maps.btf = &types.btf();
  CHECK(maps.table().get()->layout().register_offset == 14);
  // A type of another size than the values have is not believed.
  maps.maps.value_size = 304;
  CHECK(maps.table().get()->layout() == *usdt::spec_layout(304));
}

TEST_CASE("a table needs descriptors and memory") {
  const TestMaps maps;
  for (const unsigned call : {1U, 2U}) {
    sim_fail("dup", call, EMFILE);
    CHECK(error_of(maps.maps, "no second descriptor") == Errno(EMFILE));
  }
  sim_fail("malloc", 1, ENOMEM);
  CHECK(error_of(maps.maps, "no memory") == Errno(ENOMEM));
}

TEST_CASE("an id that finds no memory is not taken") {
  const TestMaps maps;
  for (const unsigned call : {1U, 2U}) {
    Taken taken(maps.table());
    sim_fail("malloc", call, ENOMEM);
    CHECK(taken.take_id().error() == Errno(ENOMEM));
    CHECK(taken.ids().empty());
    CHECK(*taken.take_id() == 0);
  }
}

TEST_CASE("threads take different ids") {
  constexpr std::uint32_t kThreads = 4;
  constexpr std::uint32_t kIds = 500;
  const TestMaps maps(kThreads * kIds);
  const SharedSpecTable table = maps.table();
  std::vector<Taken> all(kThreads);
  std::vector<std::thread> threads;
  for (Taken& taken : all)
    threads.emplace_back([&taken, &table] {
      for (int turn = 0; turn < 3; ++turn) {
        taken = Taken(table.share());
        for (std::uint32_t count = 0; count < kIds; ++count)
          static_cast<void>(taken.take_id());
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  std::vector<std::uint32_t> ids;
  for (const Taken& taken : all)
    ids.insert(ids.end(), taken.ids().begin(), taken.ids().end());
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
}

} // namespace ringside::test
