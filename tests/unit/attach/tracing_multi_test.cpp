// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// can_be_traced: what a function may take and return.
#include "attach/tracing_multi.hpp"

#include <cerrno>
#include <vector>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "loaded_program.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

// Functions is a BTF with functions; `returns` and what they take are ids in it.
class Functions : public Types {
public:
  bool can_be_traced(std::uint32_t returns, const std::vector<std::uint32_t>& takes) {
    auto& btf = const_cast<btf::Btf&>(this->btf());
    const auto prototype = btf::add_prototype(btf, static_cast<int>(returns));
    REQUIRE(prototype);
    for (const std::uint32_t type : takes)
      REQUIRE(btf::add_parameter(btf, type != 0 ? "p" : "", static_cast<int>(type)));
    const auto function = btf::add_func(btf, "f", BTF_FUNC_STATIC, static_cast<int>(*prototype));
    REQUIRE(function);
    return attach::can_be_traced(btf, *function);
  }
};

} // namespace

TEST_CASE("a function can be traced that passes little") {
  Functions types;
  const std::uint32_t number = types.integer("int", 4);
  const std::uint32_t alias = types.reference(btf::kTypedef, "number", number);
  const std::uint32_t fixed = types.reference(btf::kConst, nullptr, alias);
  const std::uint32_t pointer = types.pointer(0);
  const std::uint32_t small = types.structure("small", 16, {});
  const std::uint32_t large = types.structure("large", 24, {});
  const std::uint32_t empty = types.structure("empty", 0, {});
  const std::uint32_t floating = types.floating("double", 8);
  const std::uint32_t values = types.enumeration("values", 4, {{"one", 1}});
  const std::uint32_t array = types.array(number, 2);
  CHECK(types.can_be_traced(0, {}));
  CHECK(types.can_be_traced(number, {number, fixed, pointer, small, values}));
  CHECK(types.can_be_traced(fixed, std::vector<std::uint32_t>(12, pointer)));
  CHECK_FALSE(types.can_be_traced(0, std::vector<std::uint32_t>(13, number)));
  CHECK_FALSE(types.can_be_traced(0, {large}));
  CHECK_FALSE(types.can_be_traced(0, {empty}));
  CHECK_FALSE(types.can_be_traced(0, {floating}));
  CHECK_FALSE(types.can_be_traced(0, {array}));
  CHECK_FALSE(types.can_be_traced(0, {number, 0})); // More may follow: ...
  CHECK_FALSE(types.can_be_traced(small, {}));
  CHECK_FALSE(types.can_be_traced(types.reference(btf::kTypedef, "alias", small), {}));
}

TEST_CASE("a pattern or ids and their number, not both") {
  sim_reset(1);
  const LoadedProgram program(BPF_PROG_TYPE_TRACING);
  const std::uint32_t ids[] = {1, 2};
  const std::uint64_t cookies[] = {1, 2};
  const Messages messages;
  const auto error_of = [&program](const attach::TracingMulti& multi) {
    return attach::attach_tracing_multi(program.program(), multi).error();
  };
  CHECK(error_of({}) == Errno(EINVAL));
  CHECK(error_of({.count = 2}) == Errno(EINVAL));
  CHECK(error_of({.ids = ids}) == Errno(EINVAL));
  CHECK(error_of({.pattern = "f*", .ids = ids, .count = 2}) == Errno(EINVAL));
  CHECK(error_of({.pattern = "f*", .cookies = cookies}) == Errno(EINVAL));
  CHECK(error_of({.pattern = ":f*"}) == Errno(EINVAL));
  CHECK_THAT(messages.last(), Catch::Contains("there is no module before the ':'"));
  CHECK(messages.warnings() == 6);
  CHECK(attach::attach_tracing_multi(program.program(),
                                     {.ids = ids, .cookies = cookies, .count = 2}));
}

} // namespace ringside::test
