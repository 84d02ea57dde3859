// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Another order of types.
#include "btf/permute.hpp"

#include <cerrno>
#include <vector>

#include <catch2/catch.hpp>

#include "btf/edit.hpp"
#include "btf_text.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;
using Ids = std::vector<std::uint32_t>;

Owned<Btf> make_btf(const Btf* base = nullptr) {
  auto made = Btf::empty(base);
  REQUIRE(made);
  const auto first = static_cast<int>((*made)->end_id());
  REQUIRE(btf::add_int(**made, "int", 4, 0));
  REQUIRE(btf::add_reference(**made, btf::kPtr, nullptr, first + 2));
  REQUIRE(btf::add_composite(**made, btf::kStruct, "s", 8));
  REQUIRE(btf::add_member(**made, "m", first, 0, 0));
  return std::move(*made);
}

} // namespace

TEST_CASE("types move, and their ids follow") {
  const auto btf = make_btf();
  REQUIRE(btf::permute(*btf, Ids{0, 3, 1, 2}, nullptr));
  CHECK(text_of(*btf) == "1 PTR:2\n2 STRUCT s m:3\n3 INT int\n");
  // What is added goes behind them.
  REQUIRE(btf::add_reference(*btf, btf::kConst, nullptr, 3));
  CHECK(btf->type(4).target() == 3);
}

TEST_CASE("of a split BTF the own types move") {
  const auto base = make_btf();
  const auto split = make_btf(base.get());
  REQUIRE(btf::add_reference(*split, btf::kPtr, nullptr, 1));
  REQUIRE(btf::permute(*split, Ids{6, 5, 4, 7}, nullptr));
  CHECK(text_of(*split) == "4 STRUCT s m:6\n5 PTR:4\n6 INT int\n7 PTR:1\n");
}

TEST_CASE("an order that is none changes nothing") {
  const auto base = make_btf();
  const auto split = make_btf(base.get());
  const std::string before = text_of(*split);
  const Messages messages;
  for (const Ids& ids :
       {Ids{}, Ids{4, 5}, Ids{4, 5, 6, 7}, Ids{4, 5, 5}, Ids{3, 4, 5}, Ids{4, 5, 7}, Ids{0, 0, 0}})
    CHECK(btf::permute(*split, ids, nullptr).error() == Errno(EINVAL));
  for (const Ids& ids : {Ids{1, 2, 3}, Ids{1, 0, 2, 3}, Ids{}})
    CHECK(btf::permute(*base, ids, nullptr).error() == Errno(EINVAL));
  CHECK(messages.warnings() == 10);
  REQUIRE(btf::add_reference(*split, btf::kPtr, nullptr, 99));
  CHECK(btf::permute(*split, Ids{7, 6, 5, 4}, nullptr).error() == Errno(EINVAL));
  CHECK(text_of(*split) == before + "7 PTR:99\n");
}

TEST_CASE("without memory the order stays") {
  for (unsigned nth = 1;; ++nth) {
    const auto btf = make_btf();
    const std::string before = text_of(*btf);
    const Messages messages;
    sim_fail("malloc", nth, ENOMEM);
    const auto done = btf::permute(*btf, Ids{0, 3, 1, 2}, nullptr);
    sim_fail("malloc", 0, 0);
    if (done)
      break;
    CHECK(done.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
    CHECK(text_of(*btf) == before);
  }
}

} // namespace ringside::test
