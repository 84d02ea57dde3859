// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Sizes of types.
#include "btf/sizes.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "btf/edit.hpp"

namespace ringside::test {
namespace {

// A Btf to add to; ids are those of its functions.
struct Made {
  Made() : btf(std::move(*btf::Btf::empty(nullptr))) {}

  int reference(btf::Kind kind, int target) const {
    return static_cast<int>(*btf::add_reference(*btf, kind, "name", target));
  }
  int array(int element, std::uint32_t count) const {
    return static_cast<int>(*btf::add_array(*btf, 0, element, count));
  }
  [[nodiscard]] auto size(int id) const {
    return btf::resolve_size(*btf, static_cast<std::uint32_t>(id));
  }
  [[nodiscard]] auto target(int id) const {
    return btf::resolve_type(*btf, static_cast<std::uint32_t>(id));
  }

  Owned<btf::Btf> btf;
};

} // namespace

TEST_CASE("the size of a type is its own or that of what it leads to") {
  const Made made;
  auto& btf = *made.btf;
  const int number = static_cast<int>(*btf::add_int(btf, "int", 4, 0));
  btf.set_pointer_size(4);
  CHECK(*made.size(number) == 4);
  CHECK(*made.size(made.reference(btf::kPtr, number)) == 4);
  CHECK(*made.size(static_cast<int>(*btf::add_float(btf, "float", 12))) == 12);
  CHECK(*made.size(static_cast<int>(*btf::add_composite(btf, btf::kStruct, "s", 24))) == 24);
  CHECK(*made.size(static_cast<int>(*btf::add_composite(btf, btf::kUnion, "u", 0))) == 0);
  CHECK(*made.size(static_cast<int>(*btf::add_enum(btf, btf::kEnum64, "e", 8, true))) == 8);
  CHECK(*made.size(static_cast<int>(*btf::add_datasec(btf, ".data", 77))) == 77);
  for (const auto kind :
       {btf::kConst, btf::kVolatile, btf::kRestrict, btf::kTypedef, btf::kTypeTag})
    CHECK(*made.size(made.reference(kind, number)) == 4);
  CHECK(*made.size(static_cast<int>(*btf::add_var(btf, "v", 0, number))) == 4);
  CHECK(*made.size(static_cast<int>(*btf::add_decl_tag(btf, "t", number, -1))) == 4);
  CHECK(*made.size(made.array(made.array(number, 3), 5)) == 60);

  const int proto = static_cast<int>(*btf::add_prototype(btf, 0));
  for (const int id : {0, proto, static_cast<int>(*btf::add_func(btf, "f", 0, proto)),
                       static_cast<int>(*btf::add_forward(btf, "s", btf::kStruct)), 1000})
    CHECK(made.size(id).error() == Errno(EINVAL));
}

TEST_CASE("a size has 32 bits") {
  const Made made;
  const int number = static_cast<int>(*btf::add_int(*made.btf, "int", 4, 0));
  CHECK(*made.size(made.array(number, 0x3fffffff)) == 4294967292);
  CHECK(made.size(made.array(number, 0x40000000)).error() == Errno(E2BIG));
  const int large = made.array(number, 0x10000);
  CHECK(made.size(made.array(large, 0x10000)).error() == Errno(E2BIG));
  CHECK(made.size(made.array(made.array(made.array(number, 1), UINT32_MAX), 2)).error() ==
        Errno(E2BIG));
  CHECK(*made.size(made.array(large, 0)) == 0);
}

TEST_CASE("32 types are followed and no more") {
  const Made made;
  int id = static_cast<int>(*btf::add_int(*made.btf, "int", 4, 0));
  for (int types = 2; types <= 40; ++types) {
    id = made.reference(btf::kConst, id);
    CAPTURE(types);
    CHECK(static_cast<bool>(made.size(id)) == (types <= 32));
    CHECK(static_cast<bool>(made.target(id)) == (types <= 32));
  }
  const int loop = static_cast<int>(made.btf->end_id());
  CHECK(made.reference(btf::kTypedef, loop) == loop);
  CHECK(made.size(loop).error() == Errno(EINVAL));
  CHECK(made.target(loop).error() == Errno(EINVAL));
}

TEST_CASE("a type is what is behind typedefs, modifiers and variables") {
  const Made made;
  auto& btf = *made.btf;
  const int number = static_cast<int>(*btf::add_int(btf, "int", 4, 0));
  const auto is_number = [&](int id) { return *made.target(id) == static_cast<unsigned>(number); };
  CHECK(is_number(number));
  for (const auto kind :
       {btf::kConst, btf::kVolatile, btf::kRestrict, btf::kTypedef, btf::kTypeTag})
    CHECK(is_number(made.reference(kind, number)));
  CHECK(is_number(static_cast<int>(*btf::add_var(btf, "v", 0, number))));
  const int tag = static_cast<int>(*btf::add_decl_tag(btf, "t", number, -1));
  CHECK(*made.target(tag) == static_cast<unsigned>(tag));
  const int forward = static_cast<int>(*btf::add_forward(btf, "s", btf::kUnion));
  for (const int id : {0, forward, made.reference(btf::kConst, 0), 1000})
    CHECK(made.target(id).error() == Errno(EINVAL));
}

} // namespace ringside::test
