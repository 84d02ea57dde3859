// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Adapting BTF: what each kind becomes for a kernel that does not know it.
#include "object/btf_for_kernel.hpp"

#include <string_view>

#include <catch2/catch.hpp>
#include <linux/btf.h>

#include "btf/edit.hpp"
#include "made_object.hpp"

namespace ringside::test {
namespace {

using object::BtfSupport;

constexpr BtfSupport kNothing{false, false, false, false, false, false, false, false};

// A BTF with one type of each kind that kernels came to know.
struct Types {
  Types() {
    auto made = btf::Btf::empty(nullptr);
    REQUIRE(made);
    btf = std::move(*made);
    number = id(btf::add_int(*btf, "int", 4, BTF_INT_SIGNED));
    prototype = id(btf::add_prototype(*btf, number));
    REQUIRE(btf::add_parameter(*btf, "a", number));
    function = id(btf::add_func(*btf, "f", BTF_FUNC_GLOBAL, prototype));
    var = id(btf::add_var(*btf, "v", BTF_VAR_GLOBAL_ALLOCATED, number));
    datasec = id(btf::add_datasec(*btf, "?.data.x", 8));
    REQUIRE(btf::add_variable(*btf, var, 4, 4));
    real = id(btf::add_float(*btf, "double", 8));
    decl_tag = id(btf::add_decl_tag(*btf, "tag", function, 0));
    type_tag = id(btf::add_reference(*btf, btf::kTypeTag, "user", number));
    signed_enum = id(btf::add_enum(*btf, btf::kEnum, "e", 4, true));
    REQUIRE(btf::add_enumerator(*btf, "E", -1));
    wide = id(btf::add_enum(*btf, btf::kEnum64, "w", 8, false));
    REQUIRE(btf::add_enumerator64(*btf, "W", 1ULL << 40));
  }
  static int id(const Result<std::uint32_t>& made) { return MadeObject::made_id(made); }
  [[nodiscard]] btf::Type type(int id) const { return btf->type(static_cast<std::uint32_t>(id)); }
  [[nodiscard]] std::string_view name(int id) const { return btf->name(type(id)); }

  Owned<btf::Btf> btf;
  int number, prototype, function, var, datasec, real, decl_tag, type_tag, signed_enum, wide;
};

} // namespace

TEST_CASE("a kernel that knows all gets the BTF as it is") {
  Types types;
  CHECK(object::needs(*types.btf) == BtfSupport());
  const std::uint32_t end = types.btf->end_id();
  REQUIRE(object::adapt(*types.btf, {}));
  CHECK(types.btf->end_id() == end);
  CHECK(types.type(types.datasec).is(btf::kDatasec));
}

TEST_CASE("for a kernel that knows nothing, each kind becomes an older one") {
  Types types;
  const std::uint32_t end = types.btf->end_id();
  REQUIRE(object::adapt(*types.btf, kNothing));
  CHECK(object::needs(*types.btf) == kNothing);
  CHECK(types.btf->end_id() == end + 1);

  CHECK(types.type(types.prototype).is(btf::kEnum));
  CHECK(types.type(types.prototype).elements() == 1);
  CHECK(types.type(types.prototype).size() == 4);
  CHECK(types.type(types.function).is(btf::kTypedef));
  CHECK(types.name(types.function) == "f");
  CHECK(types.type(types.var).is(btf::kInt));
  CHECK(types.type(types.var).size() == 1);
  CHECK(types.type(types.datasec).is(btf::kStruct));
  CHECK(types.type(types.datasec).size() == 8);
  CHECK(types.name(types.datasec) == "__data_x");
  const btf::Member member = types.type(types.datasec).member(0);
  CHECK(std::string_view(types.btf->string(member.name)) == "v");
  CHECK(member.type == static_cast<std::uint32_t>(types.var));
  CHECK(member.bit_offset == 32);
  CHECK(types.type(types.real).is(btf::kStruct));
  CHECK(types.type(types.real).elements() == 0);
  CHECK(types.type(types.real).size() == 8);
  CHECK(types.name(types.real).empty());
  CHECK(types.type(types.decl_tag).is(btf::kInt));
  CHECK(types.type(types.type_tag).is(btf::kConst));
  CHECK(types.type(types.type_tag).target() == static_cast<std::uint32_t>(types.number));
  CHECK_FALSE(types.type(types.signed_enum).flag());
  CHECK(types.type(types.wide).is(btf::kUnion));
  CHECK(types.type(types.wide).size() == 8);
  CHECK(types.type(types.wide).member(0).type == end);
  CHECK(types.btf->type(end).size() == 1);
}

TEST_CASE("a kernel may know only a part") {
  Types types;
  BtfSupport kernel;
  kernel.global_functions = false;
  kernel.question_mark = false;
  REQUIRE(object::adapt(*types.btf, kernel));
  CHECK(types.type(types.function).is(btf::kFunc));
  CHECK(types.type(types.function).elements() == BTF_FUNC_STATIC);
  CHECK(types.type(types.datasec).is(btf::kDatasec));
  CHECK(types.name(types.datasec) == "_.data.x");
}

} // namespace ringside::test
