// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadAhead: the pieces of a file as a source, with few reads.
#include "base/read_ahead.hpp"

#include <cerrno>
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "base/byte_reader.hpp"
#include "numbered.hpp"
#include "read_file.hpp"

namespace ringside::test {
namespace {

constexpr std::size_t kAhead = 16;

// text_of is a piece of a source as text.
std::string text_of(const ByteSource& source, std::uint64_t offset, std::size_t size) {
  const auto piece = source.piece(offset, size);
  REQUIRE(piece);
  return std::string(as_text(piece->view()));
}

} // namespace

TEST_CASE("each piece is that of the file") {
  ReadFile file{numbered(100)};
  ReadAhead<kAhead> ahead(file.source());
  const ByteSource source = ahead.source();
  CHECK(source.size() == 100);
  for (std::size_t size = 0; size <= 2 * kAhead; ++size)
    for (std::uint64_t offset = 0; offset + size <= 100; offset += 7)
      CHECK(text_of(source, offset, size) == file.bytes.substr(offset, size));
  CHECK(source.piece(90, 11).error() == Errno(ERANGE));
  CHECK(source.piece(101, 0).error() == Errno(ERANGE));
}

TEST_CASE("small pieces that stand together are read at once, a larger one by itself") {
  ReadFile file{numbered(100)};
  ReadAhead<kAhead> ahead(file.source());
  const ByteSource source = ahead.source();
  for (std::uint64_t offset = 0; offset < 64; offset += 4)
    CHECK(text_of(source, offset, 4) == file.bytes.substr(offset, 4));
  CHECK(file.reads == 4);
  CHECK(text_of(source, 0, 17) == file.bytes.substr(0, 17));
  CHECK(file.reads == 5);
  // What was read before is still there.
  CHECK(text_of(source, 50, 14) == file.bytes.substr(50, 14));
  CHECK(file.reads == 5);
}

TEST_CASE("what is behind the bytes that are asked for need not be there") {
  ReadFile file{numbered(100)};
  file.end = 42;
  ReadAhead<kAhead> ahead(file.source());
  const ByteSource source = ahead.source();
  CHECK(text_of(source, 38, 4) == file.bytes.substr(38, 4));
  CHECK(source.piece(39, 4).error() == Errno(ERANGE));
  CHECK(text_of(source, 38, 4) == file.bytes.substr(38, 4));
}

TEST_CASE("what could not be read is read again") {
  ReadFile file{numbered(100)};
  ReadAhead<kAhead> ahead(file.source());
  const ByteSource source = ahead.source();
  CHECK(text_of(source, 0, 4) == file.bytes.substr(0, 4));
  file.error = EIO;
  CHECK(source.piece(40, 4).error() == Errno(EIO));
  CHECK(source.piece(0, 4).error() == Errno(EIO));
  file.error = 0;
  CHECK(text_of(source, 40, 4) == file.bytes.substr(40, 4));
  CHECK(text_of(source, 0, 4) == file.bytes.substr(0, 4));
}

} // namespace ringside::test
