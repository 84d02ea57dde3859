// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The table of kinds, against the structs of the kernel's header.
#include "btf/kinds.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/btf.h>

namespace ringside::test {
namespace {

struct Line {
  unsigned kind;
  std::size_t extra, element;
};

// What stands behind each kind, as the comments of <linux/btf.h> say.
constexpr Line kHeader[] = {
    {BTF_KIND_INT, sizeof(__u32), 0},
    {BTF_KIND_PTR, 0, 0},
    {BTF_KIND_ARRAY, sizeof(btf_array), 0},
    {BTF_KIND_STRUCT, 0, sizeof(btf_member)},
    {BTF_KIND_UNION, 0, sizeof(btf_member)},
    {BTF_KIND_ENUM, 0, sizeof(btf_enum)},
    {BTF_KIND_FWD, 0, 0},
    {BTF_KIND_TYPEDEF, 0, 0},
    {BTF_KIND_VOLATILE, 0, 0},
    {BTF_KIND_CONST, 0, 0},
    {BTF_KIND_RESTRICT, 0, 0},
    {BTF_KIND_FUNC, 0, 0},
    {BTF_KIND_FUNC_PROTO, 0, sizeof(btf_param)},
    {BTF_KIND_VAR, sizeof(btf_var), 0},
    {BTF_KIND_DATASEC, 0, sizeof(btf_var_secinfo)},
    {BTF_KIND_FLOAT, 0, 0},
    {BTF_KIND_DECL_TAG, sizeof(btf_decl_tag), 0},
    {BTF_KIND_TYPE_TAG, 0, 0},
    {BTF_KIND_ENUM64, 0, sizeof(btf_enum64)},
};

using Numbers = std::vector<std::uint32_t>;

// A type of a kind with two elements, whose words are their own numbers.
Numbers numbered(btf::Kind kind) {
  Numbers words(btf::kHeadWords + 6);
  for (std::uint32_t word = 0; word < words.size(); ++word)
    words[word] = word;
  words[btf::kInfoWord] = btf::info_of(kind, 2);
  return words;
}

Numbers ids(btf::Kind kind) {
  Numbers found;
  const Numbers words = numbered(kind);
  btf::each_id(words.data(), [&](std::uint32_t word) { found.push_back(word); });
  return found;
}

Numbers strings(btf::Kind kind) {
  Numbers found;
  const Numbers words = numbered(kind);
  btf::each_string(words.data(), [&](std::uint32_t word) { found.push_back(word); });
  return found;
}

} // namespace

TEST_CASE("the table of kinds has the sizes of the kernel's header") {
  CHECK(std::size(kHeader) + 1 == btf::kKindCount);
  CHECK(std::size_t{btf::kHeadWords} * 4 == sizeof(btf_type));
  for (const Line& line : kHeader) {
    CAPTURE(line.kind);
    const btf::KindLine& ours = btf::kKinds[line.kind];
    CHECK(std::size_t{ours.extra_words} * 4 == line.extra);
    CHECK(std::size_t{ours.element_words} * 4 == line.element);
    CHECK(btf::words_of(btf::info_of(btf::Kind{line.kind}, 3)) * 4 ==
          sizeof(btf_type) + line.extra + 3 * line.element);
  }
}

TEST_CASE("ids and strings are visited in the order of the format") {
  constexpr std::size_t kMemberId = offsetof(btf_member, type) / 4;
  CHECK(ids(btf::kInt).empty());
  CHECK(ids(btf::kFwd).empty());
  CHECK(ids(btf::kEnum).empty());
  CHECK(ids(btf::kEnum64).empty());
  CHECK(ids(btf::kFloat).empty());
  for (const auto kind : {btf::kPtr, btf::kTypedef, btf::kVolatile, btf::kConst, btf::kRestrict,
                          btf::kFunc, btf::kVar, btf::kDeclTag, btf::kTypeTag})
    CHECK(ids(kind) == Numbers{2});
  CHECK(ids(btf::kArray) == Numbers{3, 4});
  CHECK(ids(btf::kStruct) == Numbers{3 + kMemberId, 6 + kMemberId});
  CHECK(ids(btf::kUnion) == Numbers{3 + kMemberId, 6 + kMemberId});
  CHECK(ids(btf::kFuncProto) == Numbers{2, 4, 6});
  CHECK(ids(btf::kDatasec) == Numbers{3, 6});

  for (const auto kind : {btf::kStruct, btf::kUnion, btf::kEnum64})
    CHECK(strings(kind) == Numbers{0, 3, 6});
  for (const auto kind : {btf::kEnum, btf::kFuncProto})
    CHECK(strings(kind) == Numbers{0, 3, 5});
  for (const auto kind : {btf::kInt, btf::kPtr, btf::kArray, btf::kFwd, btf::kVar, btf::kDatasec,
                          btf::kDeclTag, btf::kFunc})
    CHECK(strings(kind) == Numbers{0});
}

TEST_CASE("one walk visits the ids and strings that two walks visit") {
  for (std::uint32_t kind = btf::kInt; kind < btf::kKindCount; ++kind) {
    CAPTURE(kind);
    const Numbers words = numbered(btf::Kind{kind});
    Numbers found_strings;
    Numbers found_ids;
    btf::each_reference(
        words.data(), [&](std::uint32_t word) { found_strings.push_back(word); },
        [&](std::uint32_t word) { found_ids.push_back(word); });
    CHECK(found_strings == strings(btf::Kind{kind}));
    CHECK(found_ids == ids(btf::Kind{kind}));
  }
}

TEST_CASE("the info word has 24 bits of elements and 7 of kind") {
  CHECK(btf::elements_of(0xffffffff) == 0xffffff);
  CHECK(btf::kind_of(0xffffffff) == 0x7f);
  CHECK(btf::flag_of(0x80000000));
  CHECK_FALSE(btf::flag_of(0x7fffffff));
  CHECK(btf::info_of(btf::kEnum64, 5, true) == (1U << 31 | 19U << 24 | 5));
  CHECK_FALSE(btf::is_known(btf::kVoid));
  CHECK(btf::is_known(btf::kEnum64));
  CHECK_FALSE(btf::is_known(btf::Kind{20}));
  CHECK(std::string(btf::kind_name(btf::kFuncProto)) == "FUNC_PROTO");
}

TEST_CASE("a set has its kinds, and none that the table does not know") {
  constexpr btf::KindSet kSet = {btf::kVoid, btf::kEnum64};
  for (std::uint32_t kind = 0; kind <= 0x7f; ++kind)
    CHECK(kSet.has(btf::Kind{kind}) == (kind == btf::kVoid || kind == btf::kEnum64));
}

} // namespace ringside::test
