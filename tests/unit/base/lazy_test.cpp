// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Lazy: what was made first stays, and goes with its owner.
#include "base/lazy.hpp"

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

struct Counted {
  explicit Counted(int value) : value(value) { ++alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }

  static inline int alive = 0;
  int value;
};

} // namespace

TEST_CASE("a lazy thing is the one that was made first") {
  {
    const Lazy<Counted> lazy;
    CHECK(lazy.get() == nullptr);
    CHECK(lazy.keep(make<Counted>(1)).value == 1);
    CHECK(lazy.keep(make<Counted>(2)).value == 1);
    CHECK(lazy.get()->value == 1);
    CHECK(Counted::alive == 1);
  }
  CHECK(Counted::alive == 0);
}

TEST_CASE("a lazy thing that was dropped is made anew") {
  Lazy<Counted> lazy;
  CHECK_FALSE(lazy.second_time());
  CHECK(lazy.second_time());
  lazy.keep(make<Counted>(1));
  lazy.drop();
  CHECK(Counted::alive == 0);
  CHECK(lazy.get() == nullptr);
  CHECK_FALSE(lazy.second_time());
  CHECK(lazy.keep(make<Counted>(2)).value == 2);
}

} // namespace ringside::test
