// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings: whole ones are found, each text is held once.
#include "btf/strings.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::test {
namespace {

std::span<const char> span_of(const std::string& strings) {
  return {strings.data(), strings.size()};
}

} // namespace

TEST_CASE("the first of equal whole strings is found, with an index and without one") {
  const std::string strings("\0foobar\0bar\0foo\0bar\0", 20);
  HashIndex index;
  REQUIRE(btf::index_strings(span_of(strings), index));
  const auto both = [&](const char* text) {
    const auto found = btf::find_string(span_of(strings), index, text);
    CHECK(found == btf::search_strings(span_of(strings), text));
    return found;
  };
  CHECK(both("foobar") == 1U);
  CHECK(both("bar") == 8U);
  CHECK(both("foo") == 12U);
  CHECK(both("ar") == std::nullopt);
  CHECK(both("foob") == std::nullopt);
  CHECK(both("longer than all of the strings together") == std::nullopt);
  CHECK(index.size() == 4);
}

TEST_CASE("strings of a split BTF begin with one that has a text") {
  const std::string strings("a\0ba\0", 5);
  CHECK(btf::search_strings(span_of(strings), "a") == 0U);
  CHECK(btf::search_strings(span_of(strings), "ba") == 2U);
  CHECK(btf::search_strings({}, "a") == std::nullopt);
}

TEST_CASE("a set holds each text once") {
  auto set = btf::StringSet::of({"", 1});
  REQUIRE(set);
  CHECK(*set->add("") == 0);
  CHECK(*set->add("foo") == 1);
  CHECK(*set->add("bar") == 5);
  CHECK(*set->add("foo") == 1);
  CHECK(set->find("bar") == 5U);
  CHECK(set->find("ba") == std::nullopt);
  CHECK(std::string(set->view().data(), set->view().size()) == std::string("\0foo\0bar\0", 9));
}

TEST_CASE("a text that lies in the set can be added, however the set grows") {
  auto set = btf::StringSet::of({"", 1});
  REQUIRE(set);
  REQUIRE(set->add(std::string(1000, 'x')));
  for (std::size_t at = 2; at < 900; ++at) {
    const std::string_view tail(set->view().data() + at);
    const auto added = set->add(tail);
    REQUIRE(added);
    CHECK(std::string_view(set->view().data() + *added) == std::string(1001 - at, 'x'));
  }
}

TEST_CASE("a set does not grow beyond its limit, nor without memory") {
  auto set = btf::StringSet::of({"", 1});
  REQUIRE(set);
  CHECK(set->add("foo", 4).error() == Errno(ENOMEM));
  CHECK(*set->add("foo", 5) == 1);
  CHECK(set->add("bar", 5).error() == Errno(ENOMEM));
  sim_fail_from("malloc", 1, ENOMEM);
  while (set->add(std::to_string(set->view().size()))) {
  }
  const std::string before(set->view().begin(), set->view().end());
  CHECK(set->add("one more text").error() == Errno(ENOMEM));
  CHECK(std::string(set->view().begin(), set->view().end()) == before);
  sim_fail("malloc", 0, 0);
  CHECK(*set->add("one more text") == before.size());
}

} // namespace ringside::test
