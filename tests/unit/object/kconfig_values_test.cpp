// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// KconfigValues: what each type takes from a line of the kernel's configuration.
#include "object/kconfig_values.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <catch2/catch.hpp>

#include "base/byte_order.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::Extern;
using object::KconfigValues;
using object::LiveExtern;
using Form = Extern::Form;

constexpr std::int64_t kRefused = INT64_MIN; // EINVAL
constexpr std::int64_t kUnset = INT64_MIN + 1;

// One extern, CONFIG_X, with the memory for it.
struct One {
  explicit One(Form form, std::uint32_t size = 1, bool is_signed = false) {
    external.name = "CONFIG_X";
    external.form = form;
    external.size = size;
    external.is_signed = is_signed;
    auto made = KconfigValues::make({&external, 1}, {&live, 1}, image);
    REQUIRE(made);
    values = std::move(*made);
  }

  std::int64_t read(const char* line) {
    const auto result = values.read_line(line, "config");
    if (!result) {
      CHECK(result.error() == Errno(EINVAL));
      return kRefused;
    }
    return live.is_set ? value() : kUnset;
  }
  [[nodiscard]] std::int64_t value() const {
    std::uint64_t number = 0;
    const std::size_t first =
        kNativeOrder == ByteOrder::little ? 0 : sizeof(number) - external.size;
    std::memcpy(reinterpret_cast<std::byte*>(&number) + first, image, external.size);
    if (external.is_signed && external.size < 8 && (number >> (8 * external.size - 1) & 1) != 0)
      number |= ~std::uint64_t{0} << (8 * external.size);
    return static_cast<std::int64_t>(number);
  }

  Extern external;
  LiveExtern live;
  std::byte image[8] = {};
  KconfigValues values;
};

} // namespace

TEST_CASE("each type takes its values") {
  const struct {
    Form form;
    std::uint32_t size;
    bool is_signed;
    const char* line;
    std::int64_t value;
  } rows[] = {
      {Form::boolean, 1, false, "CONFIG_X=y", 1},
      {Form::boolean, 1, false, "CONFIG_X=n", 0},
      {Form::boolean, 1, false, "CONFIG_X=m", kRefused},
      {Form::boolean, 1, false, "CONFIG_X=1", kRefused},
      {Form::boolean, 1, false, "CONFIG_X=yes", 1},
      {Form::tristate, 4, false, "CONFIG_X=n", 0},
      {Form::tristate, 4, false, "CONFIG_X=y", 1},
      {Form::tristate, 4, false, "CONFIG_X=m", 2},
      {Form::tristate, 4, false, "CONFIG_X=2", kRefused},
      {Form::character, 1, false, "CONFIG_X=m", 'm'},
      {Form::character, 1, false, "CONFIG_X=255", 255},
      {Form::character, 1, false, "CONFIG_X=256", kRefused},
      {Form::character, 1, true, "CONFIG_X=-128", -128},
      {Form::character, 1, true, "CONFIG_X=128", kRefused},
      {Form::number, 2, false, "CONFIG_X=0xffff", 0xffff},
      {Form::number, 2, false, "CONFIG_X=65536", kRefused},
      {Form::number, 4, true, "CONFIG_X=-5", -5},
      {Form::number, 4, true, "CONFIG_X=010", 8},
      {Form::number, 4, true, "CONFIG_X=+7", 7},
      {Form::number, 4, true, "CONFIG_X=5 ", kRefused},
      {Form::number, 4, true, "CONFIG_X=y", kRefused},
      {Form::number, 8, false, "CONFIG_X=0xffffffffffffffff", -1},
      {Form::number, 4, true, "CONFIG_X=\"5\"", kRefused},
      {Form::number, 4, true, "CONFIG_X=", kRefused},
      {Form::number, 4, true, "CONFIG_X", kRefused},
      {Form::number, 4, true, " CONFIG_X=5", kUnset},
      {Form::number, 4, true, "# CONFIG_X is not set", kUnset},
      {Form::number, 4, true, "CONFIG_XY=5", kUnset},
      {Form::number, 4, true, "", kUnset},
  };
  for (const auto& row : rows) {
    INFO(row.line);
    One one(row.form, row.size, row.is_signed);
    CHECK(one.read(row.line) == row.value);
  }
}

TEST_CASE("texts are quoted, and cut with a warning") {
  One one(Form::text, 4);
  const Messages messages;
  CHECK(one.read("CONFIG_X=abc") == kRefused);
  CHECK(one.read("CONFIG_X=\"abc") == kRefused);
  CHECK(one.read("CONFIG_X=\"") == kRefused);
  const std::size_t before = messages.warnings();
  one.read("CONFIG_X=\"abcdef\"");
  CHECK(std::string(reinterpret_cast<const char*>(one.image), 4) == std::string("abc\0", 4));
  CHECK(messages.warnings() == before + 1);
  CHECK(one.live.is_set);
}

TEST_CASE("the first value stays") {
  One one(Form::number, 4);
  CHECK(one.read("CONFIG_X=1") == 1);
  CHECK(one.read("CONFIG_X=2") == 1);
  CHECK_FALSE(one.values.missing(false));
}

TEST_CASE("a weak value may be missing") {
  One one(Form::number, 4);
  one.external.is_weak = true;
  CHECK(one.values.missing(false));
  CHECK_FALSE(one.values.missing(true));
  one.external.is_weak = false;
  CHECK(one.values.missing(true));
}

TEST_CASE("numbers of our own are set where they fit") {
  One number(Form::number, 2);
  CHECK(number.values.set(0, 0xffff, "it"));
  const auto too_large = One(Form::number, 2).values.set(0, 0x10000, "it");
  REQUIRE_FALSE(too_large);
  CHECK(too_large.error() == Errno(ERANGE));
  const auto text = One(Form::text, 2).values.set(0, 1, "it");
  REQUIRE_FALSE(text);
  CHECK(text.error() == Errno(EINVAL));
}

} // namespace ringside::test
