// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Opening, preparing and loading an object with each call of the kernel and each allocation failing
// in turn: nothing is left of it.
#include <cerrno>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "made_object.hpp"
#include "messages.hpp"
#include "object/object.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

// An object with a map, variables and two programs.
MadeObject two_programs() {
  MadeObject made;
  made.program("xdp", "first");
  made.program("socket", "second");
  made.hash_map("m");
  made.section(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, std::string(8, '\1'));
  made.section("license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, "GPL");
  return made;
}

// load_all goes as far as it can, and lets go of the object.
Result<void> load_all(std::span<const std::byte> bytes) {
  auto object = object::Object::open(ByteSource(bytes), "made.o", {});
  if (!object)
    return object.error();
  if (const auto prepared = (*object)->prepare(); !prepared)
    return prepared;
  return (*object)->load();
}

bool same(const struct sim_live& one, const struct sim_live& other) {
  return one.fds == other.fds && one.mappings == other.mappings && one.bytes == other.bytes;
}

} // namespace

TEST_CASE("nothing is left when any call fails while an object is loaded") {
  sim_reset(1);
  MadeObject made = two_programs();
  const std::vector<std::byte> bytes = made.bytes();
  const Messages messages;
  // What a process keeps, such as features of the kernel, is found here.
  REQUIRE(load_all(bytes));
  const struct sim_live before = sim_live();
  const unsigned calls_before = sim_calls("any");
  REQUIRE(load_all(bytes));
  const unsigned calls = sim_calls("any") - calls_before;
  CHECK(calls > 30);
  unsigned failures = 0;
  for (const int error : {ENOMEM, EPERM}) {
    for (unsigned nth = 1; nth <= calls; ++nth) {
      CAPTURE(error, nth);
      sim_fail("any", nth, error);
      failures += load_all(bytes) ? 0 : 1;
      sim_fail("any", 0, 0);
      CHECK(same(sim_live(), before));
    }
  }
  CHECK(failures > calls / 2);
}

} // namespace ringside::test
