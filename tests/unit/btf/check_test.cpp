// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Checks of types: each word of each kind that is an id or a name, one beyond and just within.
#include "btf/check.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "btf/btf.hpp"
#include "messages.hpp"
#include "raw_btf.hpp"

namespace ringside::test {
namespace {

constexpr std::uint32_t kElements = 2;

// A BTF of a FUNC_PROTO and a type of a kind with two elements, all of whose words are 0. A FUNC
// refers to the FUNC_PROTO, as it must.
RawBtf with_type_of(btf::Kind kind) {
  RawBtf raw;
  raw.type(0, btf::info_of(btf::kFuncProto), 0);
  const auto begin = raw.words.size();
  raw.type(0, btf::info_of(kind, kElements), kind == btf::kFunc ? 1 : 0);
  raw.words.resize(begin + btf::words_of(raw.words[begin + btf::kInfoWord]));
  return raw;
}

Result<Owned<btf::Btf>> read(const RawBtf& raw, const btf::Btf* base = nullptr) {
  return btf::Btf::read(raw.bytes(), base, "BTF");
}

} // namespace

TEST_CASE("each name and each id of each kind is checked") {
  constexpr std::uint32_t kTypes = 3; // with void
  for (std::uint32_t number = 1; number < btf::kKindCount; ++number) {
    const btf::Kind kind{number};
    RawBtf raw = with_type_of(kind);
    raw.string("name");
    CAPTURE(btf::kind_name(kind));
    REQUIRE(read(raw));
    const auto check = [&](std::uint32_t& word, std::uint32_t end) {
      const std::uint32_t before = word;
      if (kind != btf::kFunc || &word != &raw.words[3 + btf::kTargetWord]) {
        word = end - 1;
        CHECK(read(raw));
      }
      for (const auto beyond : {end, UINT32_MAX}) {
        word = beyond;
        const Messages messages;
        const auto refused = read(raw);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == Errno(EINVAL));
        CHECK(messages.warnings() == 1);
        CHECK(messages.last().find("BTF: type 2: " + std::string(btf::kind_name(kind))) == 0);
      }
      word = before;
    };
    auto* const type = raw.words.data() + btf::kHeadWords;
    const auto string_end = static_cast<std::uint32_t>(raw.strings.size());
    btf::each_string(type, [&](std::uint32_t& word) { check(word, string_end); });
    btf::each_id(type, [&](std::uint32_t& word) { check(word, kTypes); });
  }
}

TEST_CASE("a FUNC must refer to a FUNC_PROTO") {
  for (std::uint32_t number = 1; number < btf::kKindCount; ++number) {
    CAPTURE(number);
    RawBtf raw = with_type_of(btf::Kind{number});
    raw.type(0, btf::info_of(btf::kFunc), 2);
    CHECK(static_cast<bool>(read(raw)) == (btf::Kind{number} == btf::kFuncProto));
  }
  RawBtf raw;
  raw.type(0, btf::info_of(btf::kFunc), 0);
  const Messages messages;
  CHECK_FALSE(read(raw));
  CHECK(messages.last() == "BTF: type 1: FUNC '': its type 0 is not a FUNC_PROTO\n");
}

TEST_CASE("a FUNC of a split BTF may refer to a FUNC_PROTO of the base") {
  RawBtf base_raw;
  base_raw.type(0, btf::info_of(btf::kFuncProto), 0);
  base_raw.add_int("int");
  const auto base = read(base_raw);
  REQUIRE(base);
  RawBtf raw;
  raw.strings.clear();
  raw.type(0, btf::info_of(btf::kFunc), 1);
  CHECK(read(raw, base->get()));
  raw.words[btf::kTargetWord] = 2;
  CHECK_FALSE(read(raw, base->get()));
}

TEST_CASE("a type that does not fit is refused") {
  // One of each kind at the end, cut by a word.
  for (std::uint32_t number = 1; number < btf::kKindCount; ++number) {
    CAPTURE(number);
    RawBtf raw = with_type_of(btf::Kind{number});
    raw.words.pop_back();
    const Messages messages;
    CHECK_FALSE(read(raw));
    CHECK(messages.warnings() == 1);
  }
  // Half a word.
  RawBtf raw = with_type_of(btf::kInt);
  RawBtf::Header header = raw.header();
  header.type_size -= 2;
  CHECK_FALSE(btf::Btf::read(raw.bytes(header), nullptr, "BTF"));
}

TEST_CASE("a type with more elements than there are bytes is refused") {
  RawBtf raw;
  raw.type(0, btf::info_of(btf::kStruct, btf::kMaxElements), 0);
  const Messages messages;
  CHECK_FALSE(read(raw));
  CHECK(messages.last() ==
        "BTF: type 1: a STRUCT with 16777215 elements does not fit into the 12 bytes left\n");
}

TEST_CASE("a kind that is not known needs a layout, which may be the base's") {
  const auto entry = [](char extra, char element) {
    return std::string(20 * 4, '\0') + extra + element + std::string(2, '\0');
  };
  RawBtf raw;
  raw.type(0, btf::info_of(btf::Kind{20}, 2), 77, {1, 2, 3});
  CHECK_FALSE(read(raw));
  raw.layout = entry(4, 4);
  const auto known = read(raw);
  REQUIRE(known);
  CHECK((*known)->end_id() == 2);
  CHECK((*known)->type(1).info() == btf::info_of(btf::Kind{20}, 2));

  RawBtf split;
  split.strings.clear();
  split.type(0, btf::info_of(btf::Kind{20}, 1), 77, {1, 2});
  CHECK(read(split, known->get()));
  split.type(0, btf::info_of(btf::Kind{21}), 77);
  CHECK_FALSE(read(split, known->get()));

  for (const auto& layout : {entry(4, 3), entry(2, 4), entry(4, 8), entry(4, 0), entry(0, 4)}) {
    raw.layout = layout;
    CHECK_FALSE(read(raw));
  }
  // Kind 0 is one that is not known.
  RawBtf zero;
  zero.type(0, 0, 0);
  CHECK_FALSE(read(zero));
  zero.layout = std::string(4, '\0');
  CHECK(read(zero));
}

TEST_CASE("the length of a type by a layout does not overflow") {
  RawBtf raw;
  raw.type(0, btf::info_of(btf::Kind{20}, 0xffffff), 0);
  raw.layout = std::string(20 * 4, '\0') + std::string("\0\xfc\0\0", 4);
  CHECK_FALSE(read(raw));
}

TEST_CASE("a name of a kind that is not known is checked") {
  RawBtf raw;
  raw.type(1, btf::info_of(btf::Kind{20}), 77);
  raw.layout = std::string(21 * 4, '\0');
  CHECK_FALSE(read(raw));
  raw.words[btf::kNameWord] = 0;
  CHECK(read(raw));
}

} // namespace ringside::test
