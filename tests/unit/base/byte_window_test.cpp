// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteWindow: numbers and texts here and there, with few reads.
#include "base/byte_window.hpp"

#include <cerrno>
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "numbered.hpp"
#include "read_file.hpp"

namespace ringside::test {

TEST_CASE("numbers that stand together are read at once") {
  ReadFile file{numbered(1000)};
  ByteWindow window(file.source(), ByteOrder::big);
  CHECK(*window.u32_at(4) == 0x04050607);
  CHECK(*window.word_at(8, true) == 0x08090a0b0c0d0e0f);
  CHECK(*window.word_at(256, false) == 0x00010203);
  CHECK(file.reads == 1);
  CHECK(*window.u32_at(257) == 0x01020304);
  CHECK(*window.u32_at(0) == 0x00010203);
  CHECK(file.reads == 3);
}

TEST_CASE("what a window is asked for ends at the end of the file") {
  ReadFile file{numbered(10)};
  ByteWindow window(file.source());
  CHECK(window.at(2, 8));
  CHECK(window.at(3, 8).error() == Errno(ERANGE));
  CHECK(window.u32_at(7).error() == Errno(ERANGE));
  CHECK(window.u32_at(UINT64_MAX).error() == Errno(ERANGE));
  CHECK(window.at(10, 0));
  CHECK(ByteWindow().u32_at(0).error() == Errno(ERANGE));
}

TEST_CASE("a read that failed leaves nothing in the window") {
  ReadFile file{numbered(10)};
  ByteWindow window(file.source());
  file.error = EIO;
  CHECK(window.u32_at(0).error() == Errno(EIO));
  CHECK(window.u32_at(0).error() == Errno(EIO));
  file.error = 0;
  CHECK(window.u32_at(0));
}

TEST_CASE("a text is found where it stands with its end") {
  const std::size_t length = GENERATE(0U, 1U, 5U, 255U, 256U, 257U, 512U, 700U);
  const std::string text(length, 't');
  ReadFile file{"xx" + text + '\0' + text};
  ByteWindow window(file.source());
  CHECK(*window.is_text_at(2, text));
  CHECK_FALSE(*window.is_text_at(3 + length, text));
  CHECK_FALSE(*window.is_text_at(2, text + 't'));
  if (length != 0) {
    CHECK(*window.is_text_at(3, text.substr(1)));
    CHECK_FALSE(*window.is_text_at(2, text.substr(1)));
    CHECK_FALSE(*window.is_text_at(1, text));
  }
  CHECK_FALSE(*window.is_text_at(1'000'000, text));
}

} // namespace ringside::test
