// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Options: structs of every size that a caller may have been compiled with.
#include "base/options.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <catch2/catch.hpp>

#include "messages.hpp"

namespace ringside {
namespace test {

struct Sample {
  std::size_t sz;
  std::uint32_t period;
  std::uint32_t count;
  std::uint64_t later;
};

struct Nested {
  std::size_t sz;
  struct Inner {
    std::uint32_t first;
    std::uint32_t second;
  } inner;
};

} // namespace test

template <>
struct OptionsType<test::Nested> {
  static constexpr const char* kName = "nested";
  static constexpr std::size_t kEnd = sizeof(test::Nested);
};

template <>
struct OptionsType<test::Sample> {
  static constexpr const char* kName = "sample";
  static constexpr std::size_t kEnd = offsetof(test::Sample, later);
};

} // namespace ringside

namespace ringside::test {
namespace {

constexpr std::size_t kKnownEnd = OptionsType<Sample>::kEnd;

std::uint32_t period_of(const Options<Sample>& options) {
  return options.get(&Sample::period, std::uint32_t{7});
}

} // namespace

TEST_CASE("without options all fields have their defaults") {
  const auto options = Options<Sample>::read(static_cast<const Sample*>(nullptr));
  REQUIRE(options);
  CHECK(period_of(*options) == 7);
}

TEST_CASE("a field counts as given once sz reaches past its last byte") {
  Messages messages;
  Sample sample{0, 3, 0, 0};
  sample.sz = GENERATE(range(std::size_t{0}, sizeof(Sample) + 1));
  CAPTURE(sample.sz);
  const auto options = Options<Sample>::read(&sample);
  if (sample.sz < sizeof(std::size_t)) {
    REQUIRE_FALSE(options);
    CHECK(options.error() == Errno(EINVAL));
    CHECK(messages.warnings() == 1);
    CHECK_THAT(messages.last(), Catch::Contains("sample: sz is"));
    return;
  }
  REQUIRE(options);
  CHECK(period_of(*options) == (sample.sz < offsetof(Sample, count) ? 7 : 3));
  CHECK(messages.warnings() == 0);
}

TEST_CASE("any byte behind the last known field that is not zero is refused") {
  Messages messages;
  Sample sample{sizeof(Sample), 3, 0, 0};
  const auto at = GENERATE(range(kKnownEnd, sizeof(Sample)));
  reinterpret_cast<char*>(&sample)[at] = 1;
  CAPTURE(at);
  const auto options = Options<Sample>::read(&sample);
  REQUIRE_FALSE(options);
  CHECK(options.error() == Errno(EINVAL));
  CHECK_THAT(messages.last(), Catch::Contains("byte " + std::to_string(at)));
}

TEST_CASE("a result is written where sz reaches past it, and only there") {
  Sample sample{0, 3, 4, 0};
  sample.sz = GENERATE(range(sizeof(std::size_t), offsetof(Sample, later) + 1));
  CAPTURE(sample.sz);
  const auto options = Options<Sample>::read(&sample);
  REQUIRE(options);
  options->put(&Sample::count, std::uint32_t{9});
  // Not `later`: there may be padding before it.
  const std::size_t end = offsetof(Sample, count) + sizeof(sample.count);
  CHECK(sample.count == (sample.sz < end ? 4 : 9));
  CHECK(sample.period == 3);
}

TEST_CASE("nothing is written into a struct that was given to be read") {
  const Sample sample{sizeof(Sample), 3, 4, 0};
  const auto options = Options<Sample>::read(&sample);
  REQUIRE(options);
  options->put(&Sample::count, std::uint32_t{9});
  CHECK(sample.count == 4);
}

TEST_CASE("a member of a member counts as given by its own end") {
  Nested nested{0, {3, 4}};
  nested.sz = GENERATE(range(sizeof(std::size_t), sizeof(Nested) + 1));
  CAPTURE(nested.sz);
  const auto options = Options<Nested>::read(&nested);
  REQUIRE(options);
  CHECK(options->get(&Nested::inner, &Nested::Inner::first) ==
        (nested.sz < sizeof(std::size_t) + 4 ? 0 : 3));
  CHECK(options->get(&Nested::inner, &Nested::Inner::second) ==
        (nested.sz < sizeof(Nested) ? 0 : 4));
}

TEST_CASE("nothing stands behind a member if all bytes up to sz are 0, padding too") {
  Sample sample{sizeof(Sample), 3, 0, 0};
  CHECK(Options<Sample>::read(&sample)->nothing_behind(&Sample::period));
  CHECK_FALSE(Options<Sample>::read(&sample)->nothing_behind(&Sample::sz));
  sample.count = 1U << 24;
  CHECK_FALSE(Options<Sample>::read(&sample)->nothing_behind(&Sample::period));
  CHECK(Options<Sample>::read(&sample)->nothing_behind(&Sample::count));
  sample.sz = offsetof(Sample, count);
  CHECK(Options<Sample>::read(&sample)->nothing_behind(&Sample::period));
  CHECK(Options<Sample>().nothing_behind(&Sample::sz));
}

TEST_CASE("bytes are all zero only if each of them is") {
  char bytes[20] = {};
  for (std::size_t size = 0; size <= sizeof(bytes); ++size) {
    CAPTURE(size);
    CHECK(all_zero(bytes, size));
    for (std::size_t at = 0; at < size; ++at) {
      bytes[at] = 1;
      CHECK_FALSE(all_zero(bytes, size));
      bytes[at] = 0;
    }
    if (size < sizeof(bytes)) {
      bytes[size] = 1;
      CHECK(all_zero(bytes, size));
      bytes[size] = 0;
    }
  }
}

} // namespace ringside::test
