// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Saved logs: the names of their files, and when there is none. That a link is not followed, and
// what a real log holds, is compared in tests/programs/verifier_log.py.
#include "object/saved_log.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>

#include "../temporary_folder.hpp"
#include "made_object.hpp"
#include "messages.hpp"
#include "object/object.hpp"
#include "os/process.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr char kVariable[] = "RINGSIDE_VERIFIER_LOG";

} // namespace

TEST_CASE("each log gets a file of its own, but an empty one gets none") {
  sim_reset(1);
  const TemporaryFolder folder;
  setenv(kVariable, (folder / "").c_str(), 1);
  CHECK(object::saves_logs());
  MadeObject made;
  made.program("xdp", "first");
  const auto bytes = made.bytes();
  const auto object = object::Object::open(ByteSource(bytes), "of/two", {});
  REQUIRE(object);
  const object::Program& program = (*object)->programs()[0];
  const Messages messages;
  object::save_log(program, "", (*object)->subject());
  CHECK(folder.count() == 0);
  object::save_log(program, "one\n", (*object)->subject());
  object::save_log(program, "two\n", (*object)->subject());
  CHECK(folder.count() == 2);
  const std::string stem = folder / (std::string(os::program_name()) + "-" +
                                     std::to_string(os::process_id()) + "-of_two-first");
  CHECK(TemporaryFolder::text(stem + ".log") == "one\n");
  CHECK(TemporaryFolder::text(stem + "-2.log") == "two\n");
  CHECK(messages.infos() == 2);
  CHECK(messages.warnings() == 0);

  // A load that is refused before the verifier has written anything.
  sim_fail_from("prog_load", 1, EPERM);
  CHECK((*object)->load().error() == Errno(EPERM));
  CHECK(folder.count() == 2);
  unsetenv(kVariable);
}

TEST_CASE("logs are saved only if the variable names a folder that is there") {
  sim_reset(1);
  unsetenv(kVariable);
  CHECK_FALSE(object::saves_logs());
  setenv(kVariable, "", 1);
  CHECK_FALSE(object::saves_logs());
  const TemporaryFolder folder;
  setenv(kVariable, (folder / "nowhere").c_str(), 1);
  MadeObject made;
  made.program("xdp", "first");
  const auto bytes = made.bytes();
  const auto object = object::Object::open(ByteSource(bytes), "made", {});
  REQUIRE(object);
  const Messages messages;
  object::save_log((*object)->programs()[0], "one\n", (*object)->subject());
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains("the log cannot be written there, error 2"));
  CHECK(folder.count() == 0);
  unsetenv(kVariable);
}

} // namespace ringside::test
