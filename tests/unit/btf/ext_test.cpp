// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// .BTF.ext: what is refused, what is found, and both byte orders.
#include "btf/ext.hpp"

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/byte_writer.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Ext;
using Bytes = std::vector<std::byte>;
using Numbers = std::vector<std::uint32_t>;

// RawExt is a .BTF.ext put together by hand.
struct RawExt {
  struct Part {
    std::uint32_t record_size;
    Numbers sections; // {name, count, records...}...
    bool is_there = true;
  };

  std::uint16_t magic = 0xeb9f;
  std::uint8_t version = 1, flags = 0;
  std::uint32_t header_size = 32;
  Part parts[btf::kExtKinds] = {
      {8, {1, 2, 0, 11, 8, 12, 2, 1, 0, 13}},
      {16, {1, 1, 0, 21, 22, 23}},
      {16, {1, 1, 0, 14, 24, 0}},
  };
  std::string behind_header, gap, behind;
  std::function<void(Numbers& where)> change_where = [](Numbers&) {};

  [[nodiscard]] Bytes bytes(ByteOrder order) const {
    ByteWriter body(order);
    Numbers where;
    for (const Part& part : parts) {
      const auto offset = static_cast<std::uint32_t>(body.size());
      if (part.is_there) {
        body.u32(part.record_size);
        body.words(part.sections);
      }
      where.push_back(offset);
      where.push_back(static_cast<std::uint32_t>(body.size()) - offset);
      body.bytes(std::as_bytes(std::span(gap)));
    }
    change_where(where);
    ByteWriter all(order);
    all.u16(magic);
    all.u8(version);
    all.u8(flags);
    all.u32(header_size + static_cast<std::uint32_t>(behind_header.size()));
    where.resize((header_size - 8) / 4);
    all.words(where);
    all.bytes(std::as_bytes(std::span(behind_header)));
    all.bytes(body.view());
    all.bytes(std::as_bytes(std::span(behind)));
    return {all.view().begin(), all.view().end()};
  }
};

Result<Owned<Ext>> read(const RawExt& raw, ByteOrder order = kNativeOrder) {
  return Ext::read(raw.bytes(order), "ext");
}

struct Row {
  const char* what;
  std::function<void(RawExt&)> change;
  int error, error_foreign;
};

const Row kRows[] = {
    {"nothing", [](RawExt&) {}, 0, 0},
    {"another magic", [](RawExt& raw) { raw.magic = 0xeb9e; }, EINVAL, EINVAL},
    {"another version", [](RawExt& raw) { raw.version = 2; }, ENOTSUP, ENOTSUP},
    {"flags", [](RawExt& raw) { raw.flags = 1; }, ENOTSUP, ENOTSUP},
    {"no CO-RE part in the header", [](RawExt& raw) { raw.header_size = 24; }, 0, 0},
    {"a longer header", [](RawExt& raw) { raw.behind_header = "more"; }, 0, 0},
    {"a header off a word", [](RawExt& raw) { raw.behind_header = "x"; }, 0, 0},
    {"gaps", [](RawExt& raw) { raw.gap = "abcd"; }, 0, 0},
    {"data behind", [](RawExt& raw) { raw.behind = "abc"; }, 0, 0},
    {"no parts",
     [](RawExt& raw) {
       for (auto& part : raw.parts)
         part.is_there = false;
       raw.behind = "x";
     },
     0, 0},
    {"a part off a word",
     [](RawExt& raw) { raw.change_where = [](Numbers& where) { where[2] += 2; }; }, EINVAL, EINVAL},
    {"a part beyond the end",
     [](RawExt& raw) { raw.change_where = [](Numbers& where) { where[4] += 4; }; }, EINVAL, EINVAL},
    {"a part whose end overflows",
     [](RawExt& raw) { raw.change_where = [](Numbers& where) { where[5] = UINT32_MAX - 3; }; },
     EINVAL, EINVAL},
    {"a part of 3 bytes",
     [](RawExt& raw) { raw.change_where = [](Numbers& where) { where[1] = 3; }; }, EINVAL, EINVAL},
    {"a part without sections", [](RawExt& raw) { raw.parts[1].sections.clear(); }, EINVAL, EINVAL},
    {"a part with half a section", [](RawExt& raw) { raw.parts[1].sections.resize(1); }, EINVAL,
     EINVAL},
    {"a section without records",
     [](RawExt& raw) {
       raw.parts[1].sections = {1, 0};
     },
     EINVAL, EINVAL},
    {"a section with more records than there are",
     [](RawExt& raw) { raw.parts[1].sections[1] = 2; }, EINVAL, EINVAL},
    {"a section with very many records", [](RawExt& raw) { raw.parts[1].sections[1] = UINT32_MAX; },
     EINVAL, EINVAL},
    {"bytes behind the last section", [](RawExt& raw) { raw.parts[1].sections.push_back(0); },
     EINVAL, EINVAL},
    {"short records", [](RawExt& raw) { raw.parts[1].record_size = 12; }, EINVAL, EINVAL},
    {"records of no words", [](RawExt& raw) { raw.parts[1].record_size = 18; }, EINVAL, EINVAL},
    {"records of very many bytes", [](RawExt& raw) { raw.parts[1].record_size = UINT32_MAX - 3; },
     EINVAL, EINVAL},
    {"longer records",
     [](RawExt& raw) {
       raw.parts[0] = {12, {1, 2, 0, 11, 77, 8, 12, 77, 2, 1, 0, 13, 77}};
     },
     0, EINVAL},
    {"parts that overlap",
     [](RawExt& raw) {
       raw.change_where = [](Numbers& where) {
         where[4] = where[2];
         where[5] = where[3];
       };
     },
     EINVAL, EINVAL},
};

Numbers ids_of(Ext& ext) {
  Numbers ids;
  ext.each_id([&](std::uint32_t id) { ids.push_back(id); });
  return ids;
}

} // namespace

TEST_CASE("a .BTF.ext is refused with an error and one message, or taken without one") {
  for (const Row& row : kRows)
    for (const auto order : {kNativeOrder, kForeignOrder}) {
      CAPTURE(row.what, static_cast<int>(order));
      RawExt raw;
      row.change(raw);
      const Messages messages;
      const auto ext = read(raw, order);
      const int error = order == kNativeOrder ? row.error : row.error_foreign;
      CHECK(static_cast<bool>(ext) == (error == 0));
      CHECK(messages.warnings() == (error != 0));
      if (!ext)
        CHECK(ext.error() == Errno(error));
      else if (raw.parts[0].is_there)
        CHECK(ids_of(**ext)[0] == 11);
    }
}

TEST_CASE("a .BTF.ext that is cut off anywhere is refused") {
  const Bytes bytes = RawExt().bytes(kNativeOrder);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Messages messages;
    CHECK(Ext::read(std::span(bytes).first(size), "ext").error() == Errno(EINVAL));
    CHECK(messages.warnings() == 1);
  }
}

TEST_CASE("ids and strings come in the order of the file") {
  for (const auto order : {kNativeOrder, kForeignOrder}) {
    const auto ext = read(RawExt(), order);
    REQUIRE(ext);
    CHECK(ids_of(**ext) == Numbers{11, 12, 13, 14});
    Numbers strings;
    (*ext)->each_string([&](std::uint32_t string) { strings.push_back(string); });
    CHECK(strings == Numbers{1, 2, 1, 21, 22, 1, 24});
  }
}

TEST_CASE("sections have a name and the words of their records") {
  RawExt raw;
  raw.parts[0] = {12, {1, 2, 0, 11, 77, 8, 12, 78, 2, 1, 0, 13, 79}};
  raw.parts[1].is_there = false;
  const auto made = read(raw);
  REQUIRE(made);
  const Ext& ext = **made;
  CHECK(ext.record_words(btf::kFuncInfo) == 3);
  CHECK(ext.record_words(btf::kLineInfo) == 0);
  std::vector<Numbers> sections;
  ext.each_section(btf::kFuncInfo, [&](std::uint32_t name, std::span<const std::uint32_t> records) {
    Numbers section{name};
    section.insert(section.end(), records.begin(), records.end());
    sections.push_back(section);
  });
  CHECK(sections == std::vector<Numbers>{{1, 0, 11, 77, 8, 12, 78}, {2, 0, 13, 79}});
  ext.each_section(btf::kLineInfo, [&](std::uint32_t, std::span<const std::uint32_t>) {
    FAIL("there are no line infos");
  });
}

TEST_CASE("both byte orders are given, and what is not known keeps its bytes") {
  RawExt raw;
  raw.behind_header = "head";
  raw.gap = "gaps";
  raw.behind = "more";
  const Bytes native = raw.bytes(kNativeOrder);
  const Bytes foreign = raw.bytes(kForeignOrder);
  for (const auto order : {kNativeOrder, kForeignOrder}) {
    const auto ext = read(raw, order);
    REQUIRE(ext);
    CHECK((*ext)->order() == order);
    for (int times = 0; times < 2; ++times) {
      const auto bytes = (*ext)->bytes(kNativeOrder);
      const auto other = (*ext)->bytes(kForeignOrder);
      CHECK(Bytes(bytes->begin(), bytes->end()) == native);
      CHECK(Bytes(other->begin(), other->end()) == foreign);
    }
  }
  RawExt longer;
  longer.parts[0] = {12, {1, 1, 1, 2, 3}};
  const auto ext = read(longer);
  REQUIRE(ext);
  const auto other = (*ext)->bytes(kForeignOrder);
  constexpr std::size_t kUnknown = 32 + 4 + 8 + 8; // the third word of the record
  CHECK((*other)[kUnknown] == longer.bytes(kNativeOrder)[kUnknown]);
  CHECK((*other)[kUnknown + 3] == longer.bytes(kNativeOrder)[kUnknown + 3]);
}

TEST_CASE("what is written to words shows in the bytes") {
  const auto ext = read(RawExt());
  REQUIRE(ext);
  REQUIRE((*ext)->bytes(kForeignOrder));
  (*ext)->each_id([](std::uint32_t& id) { id += 100; });
  (*ext)->drop_foreign();
  for (const auto order : {kNativeOrder, kForeignOrder}) {
    const auto again = Ext::read(*(*ext)->bytes(order), "ext");
    REQUIRE(again);
    CHECK(ids_of(**again) == Numbers{111, 112, 113, 114});
  }
}

TEST_CASE("a .BTF.ext without memory leaves none behind") {
  const Bytes bytes = RawExt().bytes(kNativeOrder);
  for (unsigned nth = 1;; ++nth) {
    sim_reset(1);
    sim_fail("malloc", nth, ENOMEM);
    const Messages messages;
    const auto ext = Ext::read(bytes, "ext");
    if (ext)
      break;
    CHECK(ext.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
    CHECK(sim_live().bytes == 0);
  }
  sim_reset(1);
}

} // namespace ringside::test
