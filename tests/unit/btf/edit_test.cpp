// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Adding types: what each function takes, refuses and writes.
#include "btf/edit.hpp"

#include <cerrno>
#include <climits>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "raw_btf.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;
using Words = std::vector<std::uint32_t>;

Words words_of(btf::Type type) {
  return {type.words(), type.words() + btf::words_of(type.info())};
}

// An empty Btf with "int" as type 1; its name is at 1, and the name "n" at 5.
Owned<Btf> make() {
  auto made = Btf::empty(nullptr);
  REQUIRE(made);
  REQUIRE(btf::add_int(**made, "int", 4, 1));
  REQUIRE(*btf::add_string(**made, "n") == 5);
  return std::move(*made);
}

struct Row {
  const char* what;
  std::function<Result<std::uint32_t>(Btf&)> add;
  Words expected; // empty: EINVAL
};

#define RINGSIDE_ADD(call) #call, [](Btf & btf) { return btf::call; }

const Row kRows[] = {
    {RINGSIDE_ADD(add_int(btf, "n", 8, 3)), {5, btf::info_of(btf::kInt), 8, 3U << 24 | 64}},
    {RINGSIDE_ADD(add_int(btf, "n", 16, 7)), {5, btf::info_of(btf::kInt), 16, 7U << 24 | 128}},
    {RINGSIDE_ADD(add_int(btf, "", 4, 0)), {}},
    {RINGSIDE_ADD(add_int(btf, nullptr, 4, 0)), {}},
    {RINGSIDE_ADD(add_int(btf, "n", 3, 0)), {}},
    {RINGSIDE_ADD(add_int(btf, "n", 0, 0)), {}},
    {RINGSIDE_ADD(add_int(btf, "n", SIZE_MAX, 0)), {}},
    {RINGSIDE_ADD(add_int(btf, "n", 4, 8)), {}},
    {RINGSIDE_ADD(add_int(btf, "n", 4, -1)), {}},
    {RINGSIDE_ADD(add_float(btf, "n", 12)), {5, btf::info_of(btf::kFloat), 12}},
    {RINGSIDE_ADD(add_float(btf, "n", 1)), {}},
    {RINGSIDE_ADD(add_float(btf, "", 4)), {}},
    {RINGSIDE_ADD(add_reference(btf, btf::kPtr, nullptr, 7)), {0, btf::info_of(btf::kPtr), 7}},
    {RINGSIDE_ADD(add_reference(btf, btf::kPtr, nullptr, -1)), {}},
    {RINGSIDE_ADD(add_reference(btf, btf::kConst, nullptr, 0)), {0, btf::info_of(btf::kConst), 0}},
    {RINGSIDE_ADD(add_reference(btf, btf::kTypedef, "n", 1)), {5, btf::info_of(btf::kTypedef), 1}},
    {RINGSIDE_ADD(add_reference(btf, btf::kTypedef, "", 1)), {}},
    {RINGSIDE_ADD(add_reference(btf, btf::kTypedef, "n", -1)), {}},
    {RINGSIDE_ADD(add_reference(btf, btf::kTypeTag, "n", 1)), {5, btf::info_of(btf::kTypeTag), 1}},
    {RINGSIDE_ADD(add_reference(btf, btf::kTypeTag, "n", 1, true)),
     {5, btf::info_of(btf::kTypeTag, 0, true), 1}},
    {RINGSIDE_ADD(add_reference(btf, btf::kTypeTag, nullptr, 1)), {}},
    {RINGSIDE_ADD(add_array(btf, 2, 1, UINT_MAX)),
     {0, btf::info_of(btf::kArray), 0, 1, 2, UINT_MAX}},
    {RINGSIDE_ADD(add_array(btf, -1, 1, 1)), {}},
    {RINGSIDE_ADD(add_array(btf, 1, -1, 1)), {}},
    {RINGSIDE_ADD(add_composite(btf, btf::kStruct, "n", 4)), {5, btf::info_of(btf::kStruct), 4}},
    {RINGSIDE_ADD(add_composite(btf, btf::kUnion, nullptr, 0)), {0, btf::info_of(btf::kUnion), 0}},
    {RINGSIDE_ADD(add_enum(btf, btf::kEnum, "n", 8, false)), {5, btf::info_of(btf::kEnum), 8}},
    {RINGSIDE_ADD(add_enum(btf, btf::kEnum, "", 4, false)), {0, btf::info_of(btf::kEnum), 4}},
    {RINGSIDE_ADD(add_enum(btf, btf::kEnum, "n", 16, false)), {}},
    {RINGSIDE_ADD(add_enum(btf, btf::kEnum64, "n", 1, true)),
     {5, btf::info_of(btf::kEnum64, 0, true), 1}},
    {RINGSIDE_ADD(add_enum(btf, btf::kEnum64, "n", 3, true)), {}},
    {RINGSIDE_ADD(add_forward(btf, "n", btf::kStruct)), {5, btf::info_of(btf::kFwd), 0}},
    {RINGSIDE_ADD(add_forward(btf, "n", btf::kUnion)), {5, btf::info_of(btf::kFwd, 0, true), 0}},
    {RINGSIDE_ADD(add_forward(btf, "n", btf::kEnum)), {5, btf::info_of(btf::kEnum), 4}},
    {RINGSIDE_ADD(add_forward(btf, "", btf::kStruct)), {}},
    {RINGSIDE_ADD(add_forward(btf, "n", btf::kVoid)), {}},
    {RINGSIDE_ADD(add_func(btf, "n", 2, 9)), {5, btf::info_of(btf::kFunc, 2), 9}},
    {RINGSIDE_ADD(add_func(btf, "n", 3, 9)), {}},
    {RINGSIDE_ADD(add_func(btf, "", 1, 9)), {}},
    {RINGSIDE_ADD(add_func(btf, "n", 1, -1)), {}},
    {RINGSIDE_ADD(add_prototype(btf, 1)), {0, btf::info_of(btf::kFuncProto), 1}},
    {RINGSIDE_ADD(add_prototype(btf, -1)), {}},
    {RINGSIDE_ADD(add_var(btf, "n", 2, 1)), {5, btf::info_of(btf::kVar), 1, 2}},
    {RINGSIDE_ADD(add_var(btf, "n", 3, 1)), {}},
    {RINGSIDE_ADD(add_var(btf, "n", -1, 1)), {}},
    {RINGSIDE_ADD(add_var(btf, nullptr, 0, 1)), {}},
    {RINGSIDE_ADD(add_var(btf, "n", 0, -1)), {}},
    {RINGSIDE_ADD(add_datasec(btf, "n", 4)), {5, btf::info_of(btf::kDatasec), 4}},
    {RINGSIDE_ADD(add_datasec(btf, "", 4)), {}},
    {RINGSIDE_ADD(add_decl_tag(btf, "n", 1, -1)), {5, btf::info_of(btf::kDeclTag), 1, UINT_MAX}},
    {RINGSIDE_ADD(add_decl_tag(btf, "n", 1, 3, true)),
     {5, btf::info_of(btf::kDeclTag, 0, true), 1, 3}},
    {RINGSIDE_ADD(add_decl_tag(btf, "n", 1, -2)), {}},
    {RINGSIDE_ADD(add_decl_tag(btf, "", 1, 0)), {}},
    {RINGSIDE_ADD(add_decl_tag(btf, "n", -1, 0)), {}},
};

// The last type after elements were added to a type of a kind.
Words after(btf::Kind kind, const std::function<Result<void>(Btf&)>& add, int error = 0) {
  const auto btf = make();
  const Words head{0, btf::info_of(kind), 4};
  const btf::Type type(head.data());
  REQUIRE(btf::add_copy(*btf, *btf, type));
  const Messages messages;
  const auto added = add(*btf);
  REQUIRE(static_cast<bool>(added) == (error == 0));
  if (error != 0)
    CHECK(added.error() == Errno(error));
  CHECK(messages.warnings() == (error != 0));
  return words_of(btf->type(2));
}

} // namespace

TEST_CASE("a type is added as its function says, or refused with one message") {
  for (const Row& row : kRows) {
    CAPTURE(row.what);
    const auto btf = make();
    const Messages messages;
    const auto id = row.add(*btf);
    CHECK(static_cast<bool>(id) == !row.expected.empty());
    CHECK(messages.warnings() == row.expected.empty());
    if (id) {
      CHECK(*id == 2);
      CHECK(words_of(btf->type(2)) == row.expected);
    } else {
      CHECK(id.error() == Errno(EINVAL));
      CHECK(btf->end_id() == 2);
    }
  }
}

TEST_CASE("members") {
  const auto member = [](std::uint32_t bit_offset, std::uint32_t bit_size, int type = 1) {
    return [=](Btf& btf) { return btf::add_member(btf, "n", type, bit_offset, bit_size); };
  };
  const Words head{0, btf::info_of(btf::kStruct), 4};
  CHECK(after(btf::kStruct, member(32, 0)) == Words{0, btf::info_of(btf::kStruct, 1), 4, 5, 1, 32});
  CHECK(after(btf::kStruct, member(0xfffffff8, 0)) ==
        Words{0, btf::info_of(btf::kStruct, 1), 4, 5, 1, 0xfffffff8});
  CHECK(after(btf::kStruct, member(3, 255)) ==
        Words{0, btf::info_of(btf::kStruct, 1, true), 4, 5, 1, 255U << 24 | 3});
  CHECK(after(btf::kUnion, member(0, 0)) == Words{0, btf::info_of(btf::kUnion, 1), 4, 5, 1, 0});
  CHECK(after(btf::kStruct, member(3, 0), EINVAL) == head);
  CHECK(after(btf::kStruct, member(0, 256), EINVAL) == head);
  CHECK(after(btf::kStruct, member(0x1000000, 1), EINVAL) == head);
  CHECK(after(btf::kStruct, member(0, 0, -1), EINVAL) == head);
  CHECK(after(btf::kUnion, member(8, 0), EINVAL).size() == 3);
  CHECK(after(btf::kEnum, member(0, 0), EINVAL).size() == 3);
  const auto nothing = Btf::empty(nullptr);
  REQUIRE(nothing);
  CHECK(btf::add_member(**nothing, "n", 1, 0, 0).error() == Errno(EINVAL));
}

TEST_CASE("in a struct with bit fields no member begins where its offset would not fit") {
  const auto far = [](Btf& btf) { return btf::add_member(btf, "n", 1, 0x1000000, 0); };
  const auto bits = [](Btf& btf) { return btf::add_member(btf, "n", 1, 0, 3); };
  const auto btf = make();
  REQUIRE(btf::add_composite(*btf, btf::kStruct, "s", 0x300000));
  REQUIRE(far(*btf));
  CHECK(bits(*btf).error() == Errno(EINVAL));
  REQUIRE(btf::add_composite(*btf, btf::kStruct, "s", 0x300000));
  REQUIRE(bits(*btf));
  CHECK(far(*btf).error() == Errno(EINVAL));
  CHECK(btf->type(3).elements() == 1);
}

TEST_CASE("enumerators") {
  const auto value = [](std::int64_t value, const char* name = "n") {
    return [=](Btf& btf) { return btf::add_enumerator(btf, name, value); };
  };
  const auto value64 = [](std::uint64_t value, const char* name = "n") {
    return [=](Btf& btf) { return btf::add_enumerator64(btf, name, value); };
  };
  CHECK(after(btf::kEnum, value(UINT_MAX)) ==
        Words{0, btf::info_of(btf::kEnum, 1), 4, 5, UINT_MAX});
  CHECK(after(btf::kEnum, value(-1)) ==
        Words{0, btf::info_of(btf::kEnum, 1, true), 4, 5, UINT_MAX});
  CHECK(after(btf::kEnum, value(INT_MIN)) ==
        Words{0, btf::info_of(btf::kEnum, 1, true), 4, 5, 0x80000000});
  CHECK(after(btf::kEnum, value(INT64_C(1) << 32), E2BIG).size() == 3);
  CHECK(after(btf::kEnum, value(INT64_C(-1) << 32), E2BIG).size() == 3);
  CHECK(after(btf::kEnum, value(1, ""), EINVAL).size() == 3);
  CHECK(after(btf::kEnum64, value(1), EINVAL).size() == 3);
  CHECK(after(btf::kEnum64, value64(0x123456789)) ==
        Words{0, btf::info_of(btf::kEnum64, 1), 4, 5, 0x23456789, 1});
  CHECK(after(btf::kEnum64, value64(UINT64_MAX)) ==
        Words{0, btf::info_of(btf::kEnum64, 1), 4, 5, UINT_MAX, UINT_MAX});
  CHECK(after(btf::kEnum64, value64(1, nullptr), EINVAL).size() == 3);
  CHECK(after(btf::kEnum, value64(1), EINVAL).size() == 3);
}

TEST_CASE("parameters and variables") {
  const auto parameter = [](int type, const char* name) {
    return [=](Btf& btf) { return btf::add_parameter(btf, name, type); };
  };
  const auto variable = [](int var) {
    return [=](Btf& btf) { return btf::add_variable(btf, var, 8, 4); };
  };
  CHECK(after(btf::kFuncProto, parameter(1, "n")) ==
        Words{0, btf::info_of(btf::kFuncProto, 1), 4, 5, 1});
  CHECK(after(btf::kFuncProto, parameter(0, nullptr)) ==
        Words{0, btf::info_of(btf::kFuncProto, 1), 4, 0, 0});
  CHECK(after(btf::kFuncProto, parameter(-1, "n"), EINVAL).size() == 3);
  CHECK(after(btf::kFunc, parameter(1, "n"), EINVAL).size() == 3);
  CHECK(after(btf::kDatasec, variable(1)) == Words{0, btf::info_of(btf::kDatasec, 1), 4, 1, 8, 4});
  CHECK(after(btf::kDatasec, variable(-1), EINVAL).size() == 3);
  CHECK(after(btf::kStruct, variable(1), EINVAL).size() == 3);
}

TEST_CASE("a type has at most 0xffffff elements") {
  const auto btf = make();
  REQUIRE(btf::add_composite(*btf, btf::kStruct, "s", 4));
  // The words themselves do not matter, so only their number is written.
  const_cast<std::uint32_t*>(btf->type(2).words())[btf::kInfoWord] |= btf::kMaxElements - 1;
  REQUIRE(btf::add_member(*btf, "n", 1, 0, 0));
  const Messages messages;
  CHECK(btf::add_member(*btf, "n", 1, 0, 0).error() == Errno(ENOSPC));
  CHECK(messages.warnings() == 1);
  CHECK(btf->type(2).info() == btf::info_of(btf::kStruct, btf::kMaxElements));
}

TEST_CASE("arguments may point into the BTF that they are added to") {
  const auto made = make();
  const auto bytes = made->bytes(kNativeOrder);
  REQUIRE(bytes);
  // One that was read, whose bytes go when it is first changed.
  const auto btf = Btf::read(*bytes, nullptr, "BTF");
  REQUIRE(btf);
  const char* const within = (*btf)->string(2);
  REQUIRE(btf::add_int(**btf, within, 4, 0));
  CHECK(std::string((*btf)->name((*btf)->type(2))) == "nt");
  for (int count = 0; count < 100; ++count) {
    const auto last = (*btf)->type((*btf)->end_id() - 1);
    const auto added = btf::add_copy(**btf, **btf, last);
    REQUIRE(added);
    CHECK(words_of((*btf)->type(*added)) == words_of((*btf)->type(2)));
  }
}

TEST_CASE("without memory nothing is added, and with it all is") {
  for (unsigned nth = 1;; ++nth) {
    sim_reset(1);
    const auto made = make();
    const auto bytes = made->bytes(kNativeOrder);
    REQUIRE(bytes);
    const auto btf = Btf::read(*bytes, nullptr, "BTF");
    REQUIRE(btf);
    sim_fail("malloc", nth, ENOMEM);
    const Messages messages;
    const auto id = btf::add_int(**btf, "another", 4, 0);
    sim_fail("malloc", 0, 0);
    if (id)
      break;
    CHECK(id.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
    CHECK((*btf)->end_id() == 2);
    CHECK(std::string((*btf)->name((*btf)->type(1))) == "int");
    CHECK(*btf::add_int(**btf, "another", 4, 0) == 2);
  }
  sim_reset(1);
}

TEST_CASE("a BTF whose header has more than we know cannot be changed") {
  RawBtf raw;
  raw.add_int("int");
  raw.behind_header = "x";
  const auto btf = Btf::read(raw.bytes(), nullptr, "BTF");
  REQUIRE(btf);
  const Messages messages;
  CHECK(btf::add_int(**btf, "long", 8, 0).error() == Errno(EOPNOTSUPP));
  CHECK(btf::add_string(**btf, "int").error() == Errno(EOPNOTSUPP));
  CHECK(messages.warnings() == 2);
  CHECK((*btf)->end_id() == 2);
}

} // namespace ringside::test
