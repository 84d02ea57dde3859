// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteSource: pieces of a file in memory, and of one that is read.
#include "base/byte_source.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr std::string_view kText = "0123456789";

Result<void> read_text(void* reads, std::uint64_t offset, std::span<std::byte> into) {
  ++*static_cast<int*>(reads);
  kText.copy(reinterpret_cast<char*>(into.data()), into.size(), offset);
  return {};
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

TEST_CASE("pieces of a file are those of its bytes, in memory or read") {
  int reads = 0;
  const bool in_memory = GENERATE(true, false);
  const ByteSource source = in_memory ? ByteSource(std::as_bytes(std::span(kText)))
                                      : ByteSource(kText.size(), read_text, &reads);
  CHECK(source.size() == 10);
  const auto piece = source.piece(3, 4);
  REQUIRE(piece);
  CHECK(text_of(piece->view()) == "3456");
  CHECK(source.piece(10, 0)->size() == 0);

  std::byte two[2];
  REQUIRE(source.read(8, two));
  CHECK(text_of(two) == "89");

  const auto part = source.part(2, 5);
  REQUIRE(part);
  CHECK(part->size() == 5);
  CHECK(text_of(part->part(1, 4)->piece(1, 3)->view()) == "456");
  CHECK(part->piece(3, 3).error() == Errno(ERANGE));
  CHECK(reads == (in_memory ? 0 : 3));
}

TEST_CASE("a piece of memory is a view, a piece that was read is a copy that can be moved") {
  const auto view = ByteSource(std::as_bytes(std::span(kText))).piece(4, 2);
  CHECK(view->view().data() == std::as_bytes(std::span(kText)).data() + 4);
  int reads = 0;
  Bytes first = std::move(*ByteSource(kText.size(), read_text, &reads).piece(4, 2));
  const Bytes second = std::move(first);
  CHECK(text_of(second.view()) == "45");
}

TEST_CASE("offsets and sizes of any value are compared without overflow") {
  int reads = 0;
  const ByteSource source(kText.size(), read_text, &reads);
  const std::uint64_t most = UINT64_MAX;
  CHECK(source.piece(11, 0).error() == Errno(ERANGE));
  CHECK(source.piece(most, 1).error() == Errno(ERANGE));
  CHECK(source.piece(1, most).error() == Errno(ERANGE));
  CHECK(source.part(5, most - 2).error() == Errno(ERANGE));
  std::byte two[2];
  CHECK(source.read(9, two).error() == Errno(ERANGE));
  CHECK(source.held(4, most) == 6);
  CHECK(source.held(4, 3) == 3);
  CHECK(source.held(most, 3) == 0);
  CHECK(reads == 0);
}

TEST_CASE("a piece fails where there is no memory for it, or where reading fails") {
  int reads = 0;
  sim_reset(1);
  sim_fail("malloc", 1, ENOMEM);
  CHECK(ByteSource(kText.size(), read_text, &reads).piece(0, 4).error() == Errno(ENOMEM));
  const ByteSource broken(
      8, [](void*, std::uint64_t, std::span<std::byte>) -> Result<void> { return Errno(EIO); },
      nullptr);
  CHECK(broken.piece(0, 4).error() == Errno(EIO));
  CHECK(broken.piece(0, 0)->size() == 0);
  CHECK(sim_live().bytes == 0);
}

} // namespace ringside::test
