// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading programs: what is tried again, and how often.
#include <cerrno>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "made_object.hpp"
#include "messages.hpp"
#include "object/object.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

// loads_of counts the programs that the kernel is asked to load for an object of one program. It
// refuses all of them, as one that does not know the attributes.
unsigned loads_of(const char* section) {
  sim_reset(1);
  MadeObject made;
  made.with_btf = false;
  made.program(section, "first");
  auto object = object::Object::open(ByteSource(made.bytes()), "made.o", {});
  REQUIRE(object);
  sim_fail_from("prog_load", 1, E2BIG);
  const unsigned before = sim_calls("prog_load");
  const Messages messages;
  const auto loaded = (*object)->load();
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error() == Errno(E2BIG));
  return sim_calls("prog_load") - before;
}

} // namespace

TEST_CASE("a program goes without its attach type only where the kernel knows none") {
  // Each try is made with the program's name and without: one, and one with a log.
  CHECK(loads_of("xdp.frags") == 4);
  // Between them the question whether the kernel knows attach types, and a try without one.
  CHECK(loads_of("xdp") == 7);
}

} // namespace ringside::test
