// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The header of a BTF: which are refused and how, in both byte orders.
#include "btf/header.hpp"

#include <cerrno>
#include <functional>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "raw_btf.hpp"

namespace ringside::test {
namespace {

struct Row {
  const char* what;
  std::function<void(RawBtf&, RawBtf::Header&)> change;
  int error;              // 0: taken
  int error_foreign = -1; // if that differs
};

RawBtf with_one_type(ByteOrder order) {
  RawBtf raw(order);
  raw.add_int("int");
  return raw;
}

const Row kRows[] = {
    {"nothing", [](RawBtf&, RawBtf::Header&) {}, 0},
    {"another magic", [](RawBtf& raw, RawBtf::Header&) { raw.magic = 0xeb9e; }, EINVAL},
    {"a header of 23 bytes", [](RawBtf&, RawBtf::Header& header) { header.size = 23; }, EINVAL,
     ENOTSUP},
    {"a header of 0 bytes", [](RawBtf&, RawBtf::Header& header) { header.size = 0; }, EINVAL,
     ENOTSUP},
    {"a header beyond the end", [](RawBtf&, RawBtf::Header& header) { header.size = 1000; },
     EINVAL},
    {"a header of 4 GiB", [](RawBtf&, RawBtf::Header& header) { header.size = UINT32_MAX; },
     EINVAL},
    {"strings beyond the end", [](RawBtf&, RawBtf::Header& header) { ++header.string_size; },
     EINVAL},
    {"strings whose end overflows",
     [](RawBtf&, RawBtf::Header& header) { header.string_size = UINT32_MAX; }, EINVAL},
    {"strings far away", [](RawBtf&, RawBtf::Header& header) { header.string_offset = UINT32_MAX; },
     EINVAL},
    {"types that reach into the strings",
     [](RawBtf&, RawBtf::Header& header) { ++header.type_size; }, EINVAL},
    {"types whose end overflows",
     [](RawBtf&, RawBtf::Header& header) {
       header.type_offset = 4;
       header.type_size = UINT32_MAX - 3;
     },
     EINVAL},
    {"types off a word",
     [](RawBtf&, RawBtf::Header& header) {
       header.type_offset = 2;
       header.type_size -= 4;
     },
     EINVAL},
    {"data behind the strings", [](RawBtf& raw, RawBtf::Header&) { raw.behind_strings = "more"; },
     0},
    {"gaps",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.gap = 4;
       header = raw.header();
     },
     0},
    {"a longer header with zeros",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.behind_header = std::string(8, '\0');
       header = raw.header();
     },
     0},
    {"layouts",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.layout = std::string(80, '\0');
       header = raw.header();
     },
     0},
    {"layouts with gaps",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.layout = std::string(80, '\0');
       raw.gap = 8;
       header = raw.header();
     },
     0},
    {"layouts off a word",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.layout = std::string(80, '\0');
       header = raw.header();
       header.layout_offset += 2;
       header.layout_size -= 4;
     },
     EINVAL},
    {"layouts of half a word",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.layout = std::string(80, '\0');
       header = raw.header();
       header.layout_size -= 2;
     },
     EINVAL},
    {"layouts that reach into the strings",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.layout = std::string(80, '\0');
       header = raw.header();
       header.layout_size += 4;
     },
     EINVAL},
    {"layouts that reach into the types",
     [](RawBtf& raw, RawBtf::Header& header) {
       raw.layout = std::string(80, '\0');
       header = raw.header();
       header.layout_offset -= 4;
     },
     EINVAL},
};

} // namespace

TEST_CASE("headers are refused with an error and one message, or taken without one") {
  const auto order = GENERATE(kNativeOrder, kForeignOrder);
  for (const Row& row : kRows) {
    CAPTURE(row.what, static_cast<int>(order));
    RawBtf raw = with_one_type(order);
    RawBtf::Header wanted = raw.header();
    row.change(raw, wanted);
    const auto bytes = raw.bytes(wanted);
    const Messages messages;
    const auto header = btf::Header::read(bytes, "BTF");
    const int error =
        order == kForeignOrder && row.error_foreign >= 0 ? row.error_foreign : row.error;
    REQUIRE(static_cast<bool>(header) == (error == 0));
    CHECK(messages.warnings() == (error == 0 ? 0 : 1));
    if (error != 0) {
      CHECK(header.error() == Errno(error));
      CHECK(messages.last().find("BTF: ") == 0);
      continue;
    }
    CHECK(header->order == order);
    CHECK(header->size == wanted.size);
    CHECK(header->types.offset == wanted.type_offset);
    CHECK(header->types.size == wanted.type_size);
    CHECK(header->strings.offset == wanted.string_offset);
    CHECK(header->strings.size == wanted.string_size);
    CHECK(header->layout.size == wanted.layout_size);
  }
}

TEST_CASE("a header that is cut off anywhere is refused") {
  const auto bytes = with_one_type(kNativeOrder).bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const Messages messages;
    CHECK_FALSE(btf::Header::read(std::span(bytes).first(size), "BTF"));
    CHECK(messages.warnings() == 1);
  }
}

TEST_CASE("what stands behind the end of a header counts as 0") {
  // In a header of 28 bytes there is where layouts begin, and not how many there are.
  RawBtf raw;
  raw.behind_header = "x";
  RawBtf::Header header = raw.header();
  header.size = 28;
  header.layout_offset = 0;
  header.layout_size = 77;
  header.string_offset = 5;
  const auto read = btf::Header::read(raw.bytes(header), "BTF");
  REQUIRE(read);
  CHECK(read->layout.size == 0);
}

TEST_CASE("the magic tells the byte order") {
  for (const auto order : {kNativeOrder, kForeignOrder})
    CHECK(btf::order_by_magic(with_one_type(order).bytes()) == order);
  CHECK(btf::order_by_magic({}) == std::nullopt);
  RawBtf raw;
  raw.magic = 0x7f45;
  CHECK(btf::order_by_magic(raw.bytes()) == std::nullopt);
}

} // namespace ringside::test
