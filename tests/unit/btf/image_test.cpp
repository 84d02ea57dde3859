// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Image: what is kept of the bytes, and strings that are no strings.
#include "btf/image.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

#include <catch2/catch.hpp>

#include "btf/btf.hpp"
#include "messages.hpp"
#include "raw_btf.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

bool is_equal(std::span<const std::byte> one, std::span<const std::byte> other) {
  return one.size() == other.size() && std::memcmp(one.data(), other.data(), one.size()) == 0;
}

bool reads(const RawBtf& raw, const btf::Btf* base = nullptr) {
  const auto made = btf::Btf::read(raw.bytes(), base, "BTF");
  if (!made)
    CHECK(made.error() == Errno(EINVAL));
  return static_cast<bool>(made);
}

} // namespace

TEST_CASE("strings begin with an empty one and end") {
  RawBtf raw;
  CHECK(reads(raw));
  raw.strings = "";
  CHECK_FALSE(reads(raw));
  raw.strings = std::string("a\0", 2);
  CHECK_FALSE(reads(raw));
  raw.strings = std::string("\0a", 2);
  CHECK_FALSE(reads(raw));
}

TEST_CASE("a split BTF may have no strings, and none that is empty") {
  const auto base = btf::Btf::empty(nullptr);
  REQUIRE(base);
  RawBtf raw;
  raw.strings = "";
  CHECK(reads(raw, base->get()));
  raw.strings = std::string("a\0", 2);
  CHECK(reads(raw, base->get()));
  raw.strings = "a";
  CHECK_FALSE(reads(raw, base->get()));
}

TEST_CASE("an image keeps all bytes, and gives those of the other order in its own") {
  const auto make = [](ByteOrder order) {
    RawBtf raw(order);
    const auto id = raw.add_int("int");
    raw.type(raw.string("s"), btf::info_of(btf::kStruct, 1), 4, {raw.string("m"), id, 0});
    raw.layout = order == kNativeOrder ? std::string("\4\0\1\2", 4) : std::string("\4\0\2\1", 4);
    raw.gap = 4;
    raw.behind_header = "";
    raw.behind_strings = "and more";
    return raw.bytes();
  };
  const auto native = make(kNativeOrder);
  for (const auto order : {kNativeOrder, kForeignOrder}) {
    const auto image = btf::Image::copy(make(order), {}, "BTF");
    REQUIRE(image);
    CHECK((*image)->header().order == order);
    CHECK(is_equal((*image)->bytes(), native));
    CHECK((*image)->data().starts.size() == 2);
    CHECK((*image)->data().type(1).member(0).type == 1);
  }
}

TEST_CASE("bytes that are given away are not copied, unless they must be changed") {
  for (const auto order : {kNativeOrder, kForeignOrder}) {
    RawBtf raw(order);
    raw.add_int("int");
    Vector<std::byte> bytes;
    REQUIRE(bytes.append_all(raw.bytes()));
    const std::byte* const where = bytes.data();
    const auto image = btf::Image::keep(std::move(bytes), {}, "BTF");
    REQUIRE(image);
    CHECK(((*image)->bytes().data() == where) == (order == kNativeOrder));
    CHECK((*image)->data().type(0).int_bits() == 32);
  }
}

TEST_CASE("a header of any length is taken, and words are aligned") {
  for (std::size_t more = 0; more < 9; ++more) {
    CAPTURE(more);
    RawBtf raw;
    raw.add_int("int");
    raw.behind_header = std::string(more + 1, '\0');
    const auto image = btf::Image::copy(raw.bytes(), {}, "BTF");
    REQUIRE(image);
    CHECK(reinterpret_cast<std::uintptr_t>((*image)->data().words.data()) % 4 == 0);
    CHECK((*image)->data().type(0).int_bits() == 32);
    CHECK_FALSE((*image)->has_unknown_header());
    raw.behind_header.back() = 'x';
    const auto unknown = btf::Image::copy(raw.bytes(), {}, "BTF");
    REQUIRE(unknown);
    CHECK((*unknown)->has_unknown_header());
  }
}

TEST_CASE("only aligned bytes in the host's order are borrowed") {
  RawBtf raw;
  raw.add_int("int");
  const auto bytes = raw.bytes();
  std::vector<std::byte> room(bytes.size() + 4);
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::copy(bytes.begin(), bytes.end(), room.begin() + static_cast<std::ptrdiff_t>(shift));
    const auto place = std::span(room).subspan(shift, bytes.size());
    const auto image = btf::Image::trust(place, "BTF");
    REQUIRE(image);
    CHECK(((*image)->bytes().data() == place.data()) == (shift == 0));
    CHECK((*image)->data().type(0).int_bits() == 32);
  }
  RawBtf foreign(kForeignOrder);
  foreign.add_int("int");
  const auto foreign_bytes = foreign.bytes();
  const auto image = btf::Image::trust(foreign_bytes, "BTF");
  REQUIRE(image);
  CHECK((*image)->bytes().data() != foreign_bytes.data());
}

TEST_CASE("memory for an image is bounded by its bytes, and a failure leaves none") {
  RawBtf raw;
  raw.add_int("int");
  // The smallest types are the most: 4 bytes of index for 12 of type.
  for (int count = 0; count < 100000; ++count)
    raw.words.insert(raw.words.end(), {0, btf::info_of(btf::kPtr), 1});
  const auto bytes = raw.bytes();
  sim_reset(1);
  {
    const auto image = btf::Image::copy(bytes, {}, "BTF");
    REQUIRE(image);
    CHECK(sim_live().bytes < bytes.size() + bytes.size() / 2);
  }
  CHECK(sim_live().bytes == 0);
  for (unsigned nth = 1;; ++nth) {
    sim_reset(1);
    sim_fail("malloc", nth, ENOMEM);
    const Messages messages;
    const auto image = btf::Image::copy(bytes, {}, "BTF");
    if (image)
      break;
    CHECK(image.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
    CHECK(sim_live().bytes == 0);
  }
  sim_reset(1);
}

} // namespace ringside::test
