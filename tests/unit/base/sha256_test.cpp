// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// sha256: the examples of FIPS 180, and lengths around those where the end takes another block.
#include "base/sha256.hpp"

#include <cstdio>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

std::string hex_of(std::string_view text) {
  std::string hex;
  for (const std::uint8_t byte : sha256(std::as_bytes(std::span(text)))) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    hex += digits;
  }
  return hex;
}

} // namespace

TEST_CASE("hashes are those that sha256sum gives") {
  CHECK(hex_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_of(std::string(55, 'a')) ==
        "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  CHECK(hex_of(std::string(56, 'a')) ==
        "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  CHECK(hex_of(std::string(64, 'a')) ==
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  CHECK(hex_of(std::string(1000, 'a')) ==
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

} // namespace ringside::test
