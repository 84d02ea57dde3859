// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Options: structs of every size that a caller may have been compiled with.
#include "base/options.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <catch2/catch.hpp>

#include "messages.hpp"

namespace ringside::test {
namespace {

struct Sample {
  std::size_t sz;
  std::uint32_t period;
  std::uint32_t padding;
  std::uint64_t later;
};
constexpr std::size_t kKnownEnd = offsetof(Sample, padding);

std::uint32_t period_of(const Options& options) {
  return options.field(offsetof(Sample, period), std::uint32_t{7});
}

} // namespace

TEST_CASE("without options all fields have their defaults") {
  const auto options = Options::read("sample", nullptr, kKnownEnd);
  REQUIRE(options);
  CHECK(period_of(*options) == 7);
}

TEST_CASE("a field counts as given once sz reaches past its last byte") {
  Messages messages;
  Sample sample{0, 3, 0, 0};
  sample.sz = GENERATE(range(std::size_t{0}, sizeof(Sample) + 1));
  CAPTURE(sample.sz);
  const auto options = Options::read("sample", &sample, kKnownEnd);
  if (sample.sz < sizeof(std::size_t)) {
    REQUIRE_FALSE(options);
    CHECK(options.error() == Errno(EINVAL));
    CHECK(messages.warnings() == 1);
    CHECK_THAT(messages.last(), Catch::Contains("sample: sz is"));
    return;
  }
  REQUIRE(options);
  CHECK(period_of(*options) == (sample.sz < kKnownEnd ? 7 : 3));
  CHECK(messages.warnings() == 0);
}

TEST_CASE("any byte behind the last known field that is not zero is refused") {
  Messages messages;
  Sample sample{sizeof(Sample), 3, 0, 0};
  const auto at = GENERATE(range(kKnownEnd, sizeof(Sample)));
  reinterpret_cast<char*>(&sample)[at] = 1;
  CAPTURE(at);
  const auto options = Options::read("sample", &sample, kKnownEnd);
  REQUIRE_FALSE(options);
  CHECK(options.error() == Errno(EINVAL));
  CHECK_THAT(messages.last(), Catch::Contains("byte " + std::to_string(at)));
}

} // namespace ringside::test
