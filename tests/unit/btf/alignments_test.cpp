// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Alignments, of types as C has them and of those that no C has.
#include "btf/alignments.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "btf/edit.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

struct Made {
  Made() : btf(std::move(*btf::Btf::empty(nullptr))) {
    number = static_cast<int>(*btf::add_int(*btf, "int", 4, 0));
  }
  int structure(std::uint32_t size) const {
    return static_cast<int>(*btf::add_composite(*btf, btf::kStruct, nullptr, size));
  }
  void member(int type, std::uint32_t bit_offset, std::uint32_t bit_size = 0) const {
    REQUIRE(btf::add_member(*btf, nullptr, type, bit_offset, bit_size));
  }
  int reference(btf::Kind kind, int target) const {
    return static_cast<int>(*btf::add_reference(*btf, kind, "name", target));
  }
  [[nodiscard]] std::uint32_t next_id() const { return btf->end_id(); }
  [[nodiscard]] std::uint32_t alignment(int id) const {
    return *btf::Alignments(*btf).of(static_cast<std::uint32_t>(id));
  }

  Owned<btf::Btf> btf;
  int number;
};

} // namespace

TEST_CASE("a number is aligned to its size, but to no more than a pointer") {
  const Made made;
  auto& btf = *made.btf;
  const int huge = static_cast<int>(*btf::add_int(btf, "__int128", 16, 0));
  const int byte = static_cast<int>(*btf::add_int(btf, "char", 1, 0));
  const int pointer = made.reference(btf::kPtr, huge);
  for (const std::uint32_t size : {4U, 8U}) {
    btf.set_pointer_size(size);
    CHECK(made.alignment(huge) == size);
    CHECK(made.alignment(pointer) == size);
    CHECK(made.alignment(byte) == 1);
    CHECK(made.alignment(made.number) == 4);
  }
  CHECK(made.alignment(static_cast<int>(*btf::add_array(btf, 0, byte, 100))) == 1);
  for (const auto kind :
       {btf::kConst, btf::kVolatile, btf::kRestrict, btf::kTypedef, btf::kTypeTag})
    CHECK(made.alignment(made.reference(kind, made.number)) == 4);
}

TEST_CASE("other types have no alignment") {
  const Made made;
  auto& btf = *made.btf;
  const int proto = static_cast<int>(*btf::add_prototype(btf, 0));
  for (const int id : {0, proto, static_cast<int>(*btf::add_func(btf, "f", 0, proto)),
                       static_cast<int>(*btf::add_forward(btf, "s", btf::kStruct)),
                       static_cast<int>(*btf::add_var(btf, "v", 0, made.number)),
                       static_cast<int>(*btf::add_datasec(btf, "d", 4)),
                       static_cast<int>(*btf::add_decl_tag(btf, "t", made.number, -1)), 1000, -1})
    CHECK(made.alignment(id) == 0);
}

TEST_CASE("a struct is aligned as its largest member, unless it is packed") {
  const Made made;
  const int byte = static_cast<int>(*btf::add_int(*made.btf, "char", 1, 0));
  const int empty = made.structure(5);
  CHECK(made.alignment(empty) == 1);
  const int plain = made.structure(8);
  made.member(byte, 0);
  made.member(made.number, 32);
  CHECK(made.alignment(plain) == 4);
  const int misplaced = made.structure(8);
  made.member(byte, 0);
  made.member(made.number, 8);
  CHECK(made.alignment(misplaced) == 1);
  const int short_by_one = made.structure(7);
  made.member(byte, 0);
  made.member(made.number, 32);
  CHECK(made.alignment(short_by_one) == 1);
  const int bit_fields = made.structure(8);
  made.member(made.number, 3, 5);
  CHECK(made.alignment(bit_fields) == 4);
  const int nested = made.structure(12);
  made.member(misplaced, 0);
  made.member(plain, 64);
  CHECK(made.alignment(nested) == 4);
}

TEST_CASE("a struct with a member that has no alignment has none, unless it is packed before") {
  const Made made;
  const int without = made.structure(8);
  made.member(0, 0);
  made.member(made.number, 8);
  CHECK(made.alignment(without) == 0);
  const int packed = made.structure(8);
  made.member(made.number, 8);
  made.member(0, 0);
  CHECK(made.alignment(packed) == 1);
}

TEST_CASE("types that contain themselves have no alignment") {
  const Made made;
  const auto itself = static_cast<int>(made.next_id());
  made.reference(btf::kTypedef, itself);
  CHECK(made.alignment(itself) == 0);
  const auto first = static_cast<int>(made.next_id());
  made.structure(4);
  made.member(first + 1, 0);
  made.reference(btf::kConst, first);
  CHECK(made.alignment(first) == 0);
  CHECK(made.alignment(first + 1) == 0);
}

TEST_CASE("to ask for all types takes time linear in their number") {
  const Made made;
  auto& btf = *made.btf;
  // Each struct holds the one before it twice, and behind a chain of modifiers.
  int last = made.number;
  for (int level = 0; level < 1000; ++level) {
    for (int links = 0; links < 100; ++links)
      last = made.reference(btf::kConst, last);
    const int inner = last;
    last = made.structure(8);
    made.member(inner, 0);
    made.member(inner, 32);
  }
  CHECK(made.alignment(last) == 4);
  btf::Alignments alignments(btf);
  for (std::uint32_t id = btf.end_id(); --id > 0;)
    REQUIRE(*alignments.of(id) == 4);
}

TEST_CASE("types that are added later are asked for like others") {
  const Made made;
  int last = made.number;
  for (int links = 0; links < 1000; ++links)
    last = made.reference(btf::kConst, last);
  btf::Alignments alignments(*made.btf);
  CHECK(*alignments.of(static_cast<std::uint32_t>(last)) == 4);
  last = made.reference(btf::kConst, last);
  CHECK(*alignments.of(static_cast<std::uint32_t>(last)) == 4);
}

TEST_CASE("without memory an alignment is not known, and is with it") {
  const Made made;
  int last = made.number;
  for (int level = 0; level < 1000; ++level) {
    const int inner = last;
    last = made.structure(4);
    made.member(inner, 0);
  }
  btf::Alignments alignments(*made.btf);
  for (unsigned nth = 1;; ++nth) {
    sim_fail("malloc", nth, ENOMEM);
    const auto alignment = alignments.of(static_cast<std::uint32_t>(last));
    sim_fail("malloc", 0, 0);
    if (alignment) {
      CHECK(*alignment == 4);
      break;
    }
    CHECK(alignment.error() == Errno(ENOMEM));
  }
}

} // namespace ringside::test
