// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Candidates that were found before: the second object asks for no more than the first has not.
#include "co_re/candidates.hpp"

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "co_re/found_names.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

// Kept answers from what was kept, and counts.
struct Kept {
  co_re::FoundNames names;
  int found = 0;
  int kept = 0;

  co_re::Known known() { return {.find = find, .keep = keep, .context = this}; }

  static Result<bool> find(void* context, std::string_view name, btf::Kind kind,
                           const btf::Btf& target, Vector<co_re::TypeRef>& types) {
    Kept& all = *static_cast<Kept*>(context);
    const auto ids = all.names.find(name, kind);
    if (!ids)
      return false;
    ++all.found;
    for (const std::uint32_t id : *ids)
      REQUIRE(types.append({&target, id}));
    return true;
  }
  static void keep(void* context, std::string_view name, btf::Kind kind,
                   std::span<const co_re::TypeRef> types) {
    Kept& all = *static_cast<Kept*>(context);
    ++all.kept;
    REQUIRE(all.names.keep(name, kind, types.size(), [&](std::size_t at) { return types[at].id; }));
  }
};

} // namespace

TEST_CASE("what was found for one object is known to the next") {
  Types local;
  const auto integer = local.signed_integer("int", 4);
  const auto wanted = local.structure("s___mine", 4, {{"a", integer, 0}});
  const auto missing = local.structure("gone", 4, {{"a", integer, 0}});
  const auto later = local.structure("later", 4, {{"a", integer, 0}});
  Types target;
  const auto there = target.signed_integer("int", 4);
  const auto first = target.structure("s", 4, {{"a", there, 0}});
  const auto other = target.structure("later", 4, {{"a", there, 0}});
  const auto second = target.structure("s___old", 4, {{"a", there, 0}});

  Kept kept;
  const co_re::Known known = kept.known();
  co_re::Targets targets;
  targets.main = {"vmlinux", &target.btf()};
  targets.known = &known;
  for (int turn = 0; turn < 2; ++turn) {
    CAPTURE(turn);
    co_re::Candidates candidates(local.btf(), targets);
    const std::uint32_t ids[] = {wanted, missing};
    REQUIRE(candidates.expect(ids));
    CHECK(kept.kept == 2);
    CHECK(kept.found == 2 * turn);
    const auto list = candidates.of(wanted);
    REQUIRE(list);
    REQUIRE((*list)->size() == 2);
    CHECK((**list)[0].id == first);
    CHECK((**list)[1].id == second);
    const auto none = candidates.of(missing);
    REQUIRE(none);
    CHECK((*none)->empty());
  }
  // One that is new is looked for, with others that are known.
  co_re::Candidates candidates(local.btf(), targets);
  const std::uint32_t ids[] = {wanted, later};
  REQUIRE(candidates.expect(ids));
  CHECK(kept.kept == 3);
  const auto list = candidates.of(later);
  REQUIRE(list);
  REQUIRE((*list)->size() == 1);
  CHECK((**list)[0].id == other);
  const auto again = candidates.of(wanted);
  REQUIRE(again);
  CHECK((*again)->size() == 2);
}

} // namespace ringside::test
