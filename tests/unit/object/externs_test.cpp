// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Externs: the layout of .kconfig, symbols of the kernel, and the BTF that the kernel gets.
#include <cerrno>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "made_object.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using object::Extern;
using object::Parsed;
using Form = Extern::Form;

MadeObject with_program() {
  MadeObject made;
  made.program("xdp", "first");
  return made;
}

int integer(MadeObject& made, const char* name, std::size_t size, int encoding = 0) {
  return MadeObject::made_id(btf::add_int(made.types(), name, size, encoding));
}

const Extern* find(const Parsed& parsed, std::string_view name) {
  for (const Extern& external : parsed.externs)
    if (external.name == name)
      return &external;
  return nullptr;
}

} // namespace

TEST_CASE("values of .kconfig lie in the order of alignment, size and name") {
  MadeObject made = with_program();
  const int whole = integer(made, "unsigned long", 8);
  const int half = integer(made, "unsigned short", 2);
  const int byte = integer(made, "char", 1, BTF_INT_CHAR);
  const int signed_byte = integer(made, "signed char", 1, BTF_INT_SIGNED);
  const int boolean = integer(made, "_Bool", 1, BTF_INT_BOOL);
  const int tristate =
      MadeObject::made_id(btf::add_enum(made.types(), btf::kEnum, "libbpf_tristate", 4, false));
  REQUIRE(btf::add_enumerator(made.types(), "TRI_NO", 0));
  const int text = MadeObject::made_id(btf::add_array(made.types(), made.int_type(), byte, 6));
  // Each with its place, its size and its form.
  const struct {
    const char* name;
    int type;
    std::uint32_t offset, size;
    Form form;
  } rows[] = {
      {"CONFIG_U8", whole, 0, 8, Form::number},
      {"CONFIG_I", made.int_type(), 8, 4, Form::number},
      {"CONFIG_T", tristate, 12, 4, Form::tristate},
      {"LINUX_F", made.int_type(), 16, 4, Form::number},
      {"LINUX_V", made.int_type(), 20, 4, Form::number},
      {"CONFIG_US", half, 24, 2, Form::number},
      {"CONFIG_A", boolean, 26, 1, Form::boolean},
      {"CONFIG_B", boolean, 27, 1, Form::boolean},
      {"CONFIG_C", byte, 28, 1, Form::character},
      {"CONFIG_SC", signed_byte, 29, 1, Form::character},
      {"LINUX_C", boolean, 30, 1, Form::boolean},
      {"CONFIG_S", text, 31, 6, Form::text},
  };
  for (std::size_t index = std::size(rows); index-- > 0;)
    made.external(".kconfig", rows[index].name, rows[index].type, rows[index].size);
  Parsed parsed;
  REQUIRE(made.parse(parsed, {}, "p"));
  REQUIRE(parsed.externs.size() == std::size(rows));
  for (std::size_t index = 0; index < std::size(rows); ++index) {
    const Extern& external = parsed.externs[index];
    INFO(rows[index].name);
    CHECK(external.name == rows[index].name);
    CHECK(external.kind == Extern::Kind::kconfig);
    CHECK(external.offset == rows[index].offset);
    CHECK(external.size == rows[index].size);
    CHECK(external.form == rows[index].form);
  }
  CHECK(find(parsed, "CONFIG_SC")->is_signed);
  REQUIRE(parsed.kconfig_map == 0);
  const object::ParsedMap& map = parsed.maps[0];
  CHECK(map.name == "p.kconfig");
  CHECK(map.definition.value_size == 37);
  CHECK(map.definition.flags == (BPF_F_RDONLY_PROG | BPF_F_MMAPABLE));
  const btf::Type datasec = parsed.btf->type(map.definition.value_type_id);
  CHECK(datasec.size() == 37);
  REQUIRE(datasec.elements() == std::size(rows));
  for (std::uint32_t index = 0; index < datasec.elements(); ++index) {
    CHECK(datasec.variable(index).offset == rows[index].offset);
    CHECK(parsed.btf->type(datasec.variable(index).type).extra() == BTF_VAR_GLOBAL_ALLOCATED);
  }
}

TEST_CASE("symbols of the kernel are typed, untyped or functions") {
  MadeObject made = with_program();
  btf::Btf& types = made.types();
  const int prototype = MadeObject::made_id(btf::add_prototype(types, made.int_type()));
  REQUIRE(btf::add_parameter(types, nullptr, made.int_type()));
  REQUIRE(btf::add_parameter(types, "kept", made.int_type()));
  const int function =
      MadeObject::made_id(btf::add_func(types, "kfunc___mine", BTF_FUNC_EXTERN, prototype));
  const int untyped = MadeObject::made_id(btf::add_reference(types, btf::kConst, nullptr, 0));
  const int typed =
      MadeObject::made_id(btf::add_var(types, "typed", BTF_VAR_GLOBAL_EXTERN, made.int_type()));
  const int bare = MadeObject::made_id(btf::add_var(types, "bare", BTF_VAR_GLOBAL_EXTERN, untyped));
  MadeObject::made_id(btf::add_datasec(types, ".ksyms", 0));
  for (const int id : {typed, function, bare})
    REQUIRE(btf::add_variable(types, id, 0, 0));
  made.symbol("typed", STT_NOTYPE, STB_WEAK, SHN_UNDEF);
  made.symbol("kfunc___mine", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
  made.symbol("bare", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  REQUIRE(parsed.externs.size() == 3);
  CHECK(parsed.externs[0].name == "bare");
  CHECK(parsed.externs[0].kind == Extern::Kind::untyped_symbol);
  CHECK(parsed.externs[1].kind == Extern::Kind::function);
  CHECK(parsed.externs[1].kernel_name == "kfunc");
  CHECK(parsed.externs[2].kind == Extern::Kind::typed_symbol);
  CHECK(parsed.externs[2].is_weak);
  CHECK(parsed.kconfig_map == object::kNoIndex);

  // What the kernel gets: variables of 4 bytes, one of them in the place of the function.
  const auto id = parsed.btf->find(".ksyms", btf::kDatasec);
  REQUIRE(id);
  const btf::Type datasec = parsed.btf->type(*id);
  CHECK(datasec.size() == 12);
  for (std::uint32_t index = 0; index < 3; ++index) {
    const btf::Variable variable = datasec.variable(index);
    CHECK(variable.offset == index * 4);
    CHECK(variable.size == 4);
    const btf::Type var = parsed.btf->type(variable.type);
    REQUIRE(var.is(btf::kVar));
    CHECK(var.extra() == BTF_VAR_GLOBAL_ALLOCATED);
    CHECK(var.target() == static_cast<std::uint32_t>(made.int_type()));
  }
  const btf::Type changed = parsed.btf->type(static_cast<std::uint32_t>(function));
  CHECK(changed.elements() == BTF_FUNC_GLOBAL);
  const btf::Type parameters = parsed.btf->type(static_cast<std::uint32_t>(prototype));
  CHECK(parsed.btf->string(parameters.parameter(0).name)[0] != '\0');
  CHECK(std::string_view(parsed.btf->string(parameters.parameter(1).name)) == "kept");
}

TEST_CASE("externs that BTF does not explain are refused") {
  const struct {
    const char* what;
    int error;
    void (*declare)(MadeObject&);
  } rows[] = {
      {"no BTF", ESRCH, [](MadeObject& made) { made.with_btf = false; }},
      {"not in BTF", ENOENT, [](MadeObject&) {}},
      {"not extern", EINVAL,
       [](MadeObject& made) {
         made.variables(".kconfig", {{"CONFIG_X", made.int_type(), 4, BTF_VAR_STATIC}});
       }},
      {"in no section", ENOENT,
       [](MadeObject& made) {
         MadeObject::made_id(
             btf::add_var(made.types(), "CONFIG_X", BTF_VAR_GLOBAL_EXTERN, made.int_type()));
       }},
      {"in another section", ENOTSUP,
       [](MadeObject& made) {
         made.variables(".other", {{"CONFIG_X", made.int_type(), 4, BTF_VAR_GLOBAL_EXTERN}});
       }},
      {"a pointer", ENOTSUP,
       [](MadeObject& made) {
         made.variables(".kconfig", {{"CONFIG_X", made.number(1), 8, BTF_VAR_GLOBAL_EXTERN}});
       }},
      {"void", EINVAL,
       [](MadeObject& made) {
         made.variables(".kconfig", {{"CONFIG_X", 0, 0, BTF_VAR_GLOBAL_EXTERN}});
       }},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    MadeObject made = with_program();
    row.declare(made);
    made.symbol("CONFIG_X", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
    made.check_refused(Errno(row.error));
  }
}

TEST_CASE("a .ksyms that lists what is no extern is refused") {
  MadeObject made = with_program();
  made.external(".ksyms", "used", made.int_type(), 4);
  made.external(".ksyms", "unused", made.int_type(), 4);
  Parsed parsed;
  CHECK(made.parse(parsed));
  MadeObject damaged = with_program();
  damaged.variables(".ksyms", {{"used", damaged.int_type(), 4, BTF_VAR_GLOBAL_EXTERN},
                               {"other", damaged.int_type(), 4, BTF_VAR_GLOBAL_EXTERN}});
  damaged.symbol("used", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
  Parsed other;
  const auto result = damaged.parse(other);
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errno(ESRCH));
}

} // namespace ringside::test
