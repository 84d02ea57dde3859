// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A BTF as bytes: those that were read, those of the other byte order, and those made anew.
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "btf/btf.hpp"
#include "btf/edit.hpp"
#include "messages.hpp"
#include "raw_btf.hpp"

namespace ringside::test {
namespace {

using btf::Btf;
using Bytes = std::vector<std::byte>;

Bytes bytes_of(const Btf& btf, ByteOrder order) {
  const auto bytes = btf.bytes(order);
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}

// Each kind once, with two elements.
RawBtf with_all_kinds(ByteOrder order) {
  RawBtf raw(order);
  const auto proto = raw.type(0, btf::info_of(btf::kFuncProto), 0);
  for (std::uint32_t number = 1; number < btf::kKindCount; ++number) {
    const btf::Kind kind{number};
    const auto begin = raw.words.size();
    raw.type(raw.string(btf::kind_name(kind)), btf::info_of(kind, 2, number % 2 == 0),
             kind == btf::kFunc ? proto : 0);
    raw.words.resize(begin + btf::words_of(btf::info_of(kind, 2)));
  }
  return raw;
}

Owned<Btf> read(const Bytes& bytes) {
  auto made = Btf::read(bytes, nullptr, "BTF");
  REQUIRE(made);
  return std::move(*made);
}

} // namespace

TEST_CASE("both byte orders are given, whichever was read") {
  const Bytes native = with_all_kinds(kNativeOrder).bytes();
  const Bytes foreign = with_all_kinds(kForeignOrder).bytes();
  for (const Bytes* given : {&native, &foreign}) {
    const auto btf = read(*given);
    CHECK(btf->order() == (given == &native ? kNativeOrder : kForeignOrder));
    for (int times = 0; times < 2; ++times) {
      CHECK(bytes_of(*btf, kNativeOrder) == native);
      CHECK(bytes_of(*btf, kForeignOrder) == foreign);
    }
  }
}

TEST_CASE("bytes stay where they are until the next change") {
  const auto btf = read(with_all_kinds(kNativeOrder).bytes());
  for (const auto order : {kNativeOrder, kForeignOrder})
    CHECK(btf->bytes(order)->data() == btf->bytes(order)->data());
  REQUIRE(btf::add_int(*btf, "new", 4, 0));
  for (const auto order : {kNativeOrder, kForeignOrder}) {
    CHECK(btf->bytes(order)->data() == btf->bytes(order)->data());
    const auto again = Btf::read(*btf->bytes(order), nullptr, "BTF");
    REQUIRE(again);
    CHECK((*again)->find("new") == btf->end_id() - 1);
  }
}

TEST_CASE("of a changed BTF, sections follow each other, whatever was between them") {
  RawBtf raw = with_all_kinds(kNativeOrder);
  const Bytes tight = raw.bytes();
  raw.gap = 8;
  raw.behind_strings = "more";
  const auto btf = read(raw.bytes());
  CHECK(bytes_of(*btf, kNativeOrder) == raw.bytes());
  REQUIRE(btf::add_string(*btf, "INT"));
  CHECK(bytes_of(*btf, kNativeOrder) == tight);
  CHECK(bytes_of(*read(raw.bytes()), kForeignOrder) == with_all_kinds(kForeignOrder).bytes());
}

TEST_CASE("parts of the header that are not known are kept in both byte orders") {
  const auto make = [](ByteOrder order) {
    RawBtf raw(order);
    raw.add_int("int");
    raw.behind_header = "unknown!";
    return raw.bytes();
  };
  const auto btf = read(make(kNativeOrder));
  CHECK(bytes_of(*btf, kNativeOrder) == make(kNativeOrder));
  CHECK(bytes_of(*btf, kForeignOrder) == make(kForeignOrder));
}

TEST_CASE("a header keeps its length when the BTF changes") {
  for (std::size_t more = 1; more < 12; ++more) {
    RawBtf raw;
    raw.add_int("int");
    raw.behind_header = std::string(more, '\0');
    const auto btf = read(raw.bytes());
    REQUIRE(btf::add_string(*btf, "int"));
    CHECK(bytes_of(*btf, kNativeOrder) == raw.bytes());
  }
}

TEST_CASE("layouts are written behind the types") {
  const auto made = Btf::empty(nullptr, true);
  REQUIRE(made);
  REQUIRE(btf::add_int(**made, "int", 4, 0));
  for (const auto order : {kNativeOrder, kForeignOrder}) {
    const Bytes bytes = bytes_of(**made, order);
    CHECK(bytes.size() == 32 + 16 + 80 + 5);
    const auto again = read(bytes);
    CHECK(again->layout().words(btf::info_of(btf::kStruct, 5)) == 18U);
    CHECK(bytes_of(*again, order) == bytes);
    REQUIRE(btf::add_string(*again, "int"));
    CHECK(bytes_of(*again, order) == bytes);
  }
  const auto without = Btf::empty(nullptr);
  REQUIRE(without);
  CHECK(bytes_of(**without, kNativeOrder).size() == 24 + 1);
}

TEST_CASE("types of kinds that are not known have one byte order") {
  RawBtf raw;
  raw.type(0, btf::info_of(btf::Kind{20}, 1), 77, {1});
  raw.layout = std::string(80, '\0') + std::string("\0\4\0\0", 4);
  const auto btf = read(raw.bytes());
  CHECK(bytes_of(*btf, kNativeOrder) == raw.bytes());
  const Messages messages;
  CHECK(btf->bytes(kForeignOrder).error() == Errno(EOPNOTSUPP));
  CHECK(messages.warnings() == 1);
}

} // namespace ringside::test
