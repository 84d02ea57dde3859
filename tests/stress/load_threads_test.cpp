// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Two threads that open, load and close objects at once: what a process keeps is shared.
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "../unit/object/made_object.hpp"
#include "object/object.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

bool load(std::span<const std::byte> bytes) {
  const auto object = object::Object::open(ByteSource(bytes), "made.o", {});
  return object && (*object)->load();
}

} // namespace

TEST_CASE("two threads load at once") {
  sim_reset(1);
  MadeObject made;
  made.program("xdp", "first");
  made.program("socket", "second");
  made.hash_map("m");
  made.section(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, std::string(8, '\1'));
  const std::vector<std::byte> bytes = made.bytes();
  constexpr int kTurns = 50;
  int loaded[2] = {};
  std::thread threads[2];
  for (int index = 0; index < 2; ++index)
    threads[index] = std::thread([&bytes, &count = loaded[index]] {
      for (int turn = 0; turn < kTurns; ++turn)
        count += load(bytes) ? 1 : 0;
    });
  for (std::thread& thread : threads)
    thread.join();
  CHECK(loaded[0] == kTurns);
  CHECK(loaded[1] == kTurns);
}

} // namespace ringside::test
