// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// btf_spec_layout: the structs of all headers, and structs that are none of theirs.
#include "usdt/btf_layout.hpp"

#include <optional>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"

namespace ringside::test {
namespace {

using usdt::SpecLayout;

// The types that the structs are made of.
struct SpecTypes : Types {
  std::uint32_t value = integer("unsigned long long", 8);
  std::uint32_t number = signed_integer("short", 2);
  std::uint32_t boolean = integer("_Bool", 1, BTF_INT_BOOL);
  std::uint32_t character = signed_integer("char", 1);
  std::uint32_t byte = reference(btf::kTypedef, "__u8", integer("unsigned char", 1));
  std::uint32_t word = reference(btf::kTypedef, "__u16", integer("unsigned short", 2));
  std::uint32_t kind = enumeration("__bpf_usdt_arg_type", 4, {{"BPF_USDT_ARG_CONST", 0}});

  std::uint32_t older() {
    return structure("__bpf_usdt_arg_spec", 16,
                     {{"val_off", value, 0},
                      {"arg_type", kind, 64},
                      {"reg_off", number, 96},
                      {"arg_signed", boolean, 112},
                      {"arg_bitshift", character, 120}});
  }
  std::uint32_t newer(ByteOrder order) {
    if (order == ByteOrder::little)
      return structure("__bpf_usdt_arg_spec", 24,
                       {{"val_off", value, 0},
                        {"arg_type", kind, 64, 8},
                        {"idx_reg_off", word, 80, 12},
                        {"scale_bitshift", word, 92, 4},
                        {"__reserved", byte, 96, 8},
                        {"reg_off", number, 112},
                        {"arg_signed", boolean, 128},
                        {"arg_bitshift", character, 136}});
    return structure("__bpf_usdt_arg_spec", 24,
                     {{"val_off", value, 0},
                      {"__reserved", byte, 64, 8},
                      {"idx_reg_off", word, 80, 12},
                      {"scale_bitshift", word, 92, 4},
                      {"arg_type", kind, 96, 8},
                      {"reg_off", number, 112},
                      {"arg_signed", boolean, 128},
                      {"arg_bitshift", character, 136}});
  }
  std::uint32_t spec(std::uint32_t argument, std::uint32_t size, std::uint32_t count = 12) {
    const std::uint32_t behind = (size - 16) * 8;
    return structure("__bpf_usdt_spec", size,
                     {{"args", array(argument, count), 0},
                      {"usdt_cookie", value, behind},
                      {"arg_cnt", number, behind + 64}});
  }
};

} // namespace

TEST_CASE("BTF gives the layouts that sizes give") {
  SpecTypes types;
  const std::uint32_t older = types.spec(types.older(), 208);
  CHECK(usdt::btf_spec_layout(types.btf(), older) == usdt::spec_layout(208));
  for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    const std::uint32_t newer = types.spec(types.newer(order), 304);
    CHECK(usdt::btf_spec_layout(types.btf(), newer) == usdt::spec_layout(304, order));
  }
}

TEST_CASE("a struct of another size has its parts where its members are") {
  SpecTypes types;
  const std::uint32_t argument = types.structure("arg", 32,
                                                 {{"val_off", types.value, 0},
                                                  {"arg_type", types.kind, 64},
                                                  {"reg_off", types.number, 128},
                                                  {"arg_signed", types.boolean, 160},
                                                  {"arg_bitshift", types.character, 168}});
  const std::uint32_t spec = types.spec(argument, 400);
  const std::uint32_t named = types.reference(btf::kTypedef, "spec", spec);
  const auto layout = usdt::btf_spec_layout(types.btf(), named);
  REQUIRE(layout);
  CHECK(*layout == SpecLayout{.size = 400,
                              .cookie = 384,
                              .count = 392,
                              .argument_size = 32,
                              .kind = 8,
                              .kind_size = 4,
                              .index = 0,
                              .register_offset = 16,
                              .is_signed = 20,
                              .shift = 21});
}

TEST_CASE("structs that are none of ours have no layout") {
  SpecTypes types;
  const std::uint32_t older = types.older();
  const auto layout = [&types](std::uint32_t id) { return usdt::btf_spec_layout(types.btf(), id); };
  CHECK_FALSE(layout(0));
  CHECK_FALSE(layout(1000));
  CHECK_FALSE(layout(types.value));
  CHECK_FALSE(layout(older));
  CHECK_FALSE(layout(types.spec(older, 208, 11)));
  CHECK_FALSE(layout(types.spec(types.value, 208)));
  // The cookie would be within the arguments.
  CHECK_FALSE(layout(types.spec(older, 200)));
  // No kind, two kinds, a value that is not at the beginning, and a member of an odd size.
  CHECK_FALSE(layout(types.spec(types.structure("a", 16,
                                                {{"v", types.value, 0},
                                                 {"r", types.number, 96},
                                                 {"s", types.boolean, 112},
                                                 {"b", types.character, 120}}),
                                208)));
  CHECK_FALSE(layout(types.spec(types.structure("b", 24,
                                                {{"v", types.value, 0},
                                                 {"k", types.kind, 64},
                                                 {"l", types.kind, 96},
                                                 {"r", types.number, 128},
                                                 {"s", types.boolean, 144},
                                                 {"b", types.character, 152}}),
                                304)));
  CHECK_FALSE(layout(types.spec(types.structure("c", 16,
                                                {{"k", types.kind, 0},
                                                 {"v", types.value, 32},
                                                 {"r", types.number, 96},
                                                 {"s", types.boolean, 112},
                                                 {"b", types.character, 120}}),
                                208)));
  CHECK_FALSE(layout(types.spec(
      types.structure("d", 16, {{"v", types.value, 0}, {"k", types.kind, 64}, {"p", older, 96}}),
      208)));
  // A part behind the end of its struct.
  CHECK_FALSE(layout(types.spec(types.structure("e", 16,
                                                {{"v", types.value, 0},
                                                 {"k", types.kind, 64},
                                                 {"r", types.number, 128},
                                                 {"s", types.boolean, 112},
                                                 {"b", types.character, 120}}),
                                208)));
}

} // namespace ringside::test
