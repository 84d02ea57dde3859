// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs by name, and who runs a script.
#include "run/program_file.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

namespace ringside::tool {
namespace {

TEST_CASE("a script is run by what its first line names") {
  CHECK(script_interpreter("#!/bin/sh\necho") == "/bin/sh");
  CHECK(script_interpreter("#! /usr/bin/python3 -u\n") == "/usr/bin/python3");
  CHECK(script_interpreter("#!/bin/sh") == "/bin/sh");
  CHECK(script_interpreter("#!/usr/bin/env python3\n") == "python3");
  CHECK(script_interpreter("#!/usr/bin/env -S LANG=C python3 -u\n") == "python3");
  CHECK(script_interpreter("#!/usr/bin/env\n") == "/usr/bin/env");
  CHECK(script_interpreter("\x7f"
                           "ELF") == std::nullopt);
  CHECK(script_interpreter("# not one") == std::nullopt);
  CHECK(script_interpreter("") == std::nullopt);
}

TEST_CASE("a name is looked for in PATH, a path is not") {
  CHECK(find_program("./no/such") == "./no/such");
  CHECK(find_program("no such program") == std::nullopt);
  REQUIRE(find_program("sh"));
  CHECK(find_program("sh")->filename() == "sh");
  // A folder is no program.
  CHECK(find_program("..") == std::nullopt);
}

TEST_CASE("scripts are followed to the file that the kernel loads") {
  CHECK(file_that_runs("/proc/self/exe") == "/proc/self/exe");
  CHECK(file_that_runs("/no/such/file") == "/no/such/file");
}

} // namespace
} // namespace ringside::tool
