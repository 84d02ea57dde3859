// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ForkMark, in a process and in children of its.
#include "ring/fork_mark.hpp"

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace ringside::test {
namespace {

// status_of runs a function in a forked child, and returns what that returned.
template <class Function>
int status_of(Function function) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0)
    ::_exit(function());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("a mark is of the process that made it") {
  CHECK_FALSE(ForkMark().is_ours());
  const auto mark = ForkMark::now();
  REQUIRE(mark);
  CHECK(mark->is_ours());
  CHECK(ForkMark::now()->is_ours());
}

TEST_CASE("a forked child does not own its parent's marks, before and after it makes its own") {
  const auto mark = ForkMark::now();
  REQUIRE(mark);
  const int status = status_of([&] {
    const bool before = mark->is_ours();
    const auto own = ForkMark::now();
    const bool after = mark->is_ours();
    // A child of the child owns neither.
    const int grandchild = status_of([&] {
      const auto third = ForkMark::now();
      return third && third->is_ours() && !own->is_ours() && !mark->is_ours() ? 0 : 1;
    });
    return own && own->is_ours() && !before && !after && grandchild == 0 ? 0 : 1;
  });
  CHECK(status == 0);
  CHECK(mark->is_ours());
}

} // namespace ringside::test
