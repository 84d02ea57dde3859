// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bytes read as a .BTF.ext: what is taken can be walked over, changed, written in both byte orders
// and read again. Memory is bounded by the input.
#include <algorithm>
#include <vector>

#include "btf/ext.hpp"
#include "check.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Ext;
using Words = std::vector<std::uint32_t>;

Words ids_of(Ext& ext) {
  Words ids;
  ext.each_id([&](std::uint32_t id) { ids.push_back(id); });
  return ids;
}

Words strings_of(Ext& ext) {
  Words strings;
  ext.each_string([&](std::uint32_t string) { strings.push_back(string); });
  return strings;
}

constexpr btf::ExtKind kKinds[] = {btf::kFuncInfo, btf::kLineInfo, btf::kCoreRelo};

// Records that are longer than known can be written in the other order, but not be read in it.
bool has_longer_records(const Ext& ext) {
  return std::any_of(std::begin(kKinds), std::end(kKinds), [&](btf::ExtKind kind) {
    return ext.record_words(kind) > btf::kExtLines[kind].words;
  });
}

// The records are whole, and lie within the bytes that were read.
void look(const Ext& ext, std::size_t size) {
  std::size_t words = 0;
  for (const auto kind : kKinds)
    ext.each_section(kind, [&](std::uint32_t, std::span<const std::uint32_t> records) {
      const std::size_t record = ext.record_words(kind);
      require(record >= btf::kExtLines[kind].words, "what is known of a record is there");
      require(!records.empty() && records.size() % record == 0, "a section has whole records");
      words += records.size();
    });
  require(words * sizeof(std::uint32_t) <= size, "no record is there twice");
}

// Writing it in an order and reading that again changes nothing.
void write(Ext& ext, ByteOrder order) {
  const auto bytes = ext.bytes(order);
  require(static_cast<bool>(bytes), "there is memory");
  const auto again = Ext::read(*bytes, "again");
  if (order == kForeignOrder && has_longer_records(ext)) {
    require(!again, "records of which not all is known have one byte order");
    return;
  }
  require(static_cast<bool>(again), "what was written can be read");
  require((*again)->order() == order, "it has the order in which it was written");
  require(ids_of(**again) == ids_of(ext), "ids are written as they are");
  require(strings_of(**again) == strings_of(ext), "strings are written as they are");
  const auto twice = (*again)->bytes(order);
  require(twice && std::equal(twice->begin(), twice->end(), bytes->begin(), bytes->end()),
          "to write it twice changes nothing");
}

// Each id and each string is one word, and to change it changes nothing else.
void change(Ext& ext) {
  Words ids = ids_of(ext);
  Words strings = strings_of(ext);
  const auto turn = [](std::uint32_t& word) { word = ~word; };
  ext.each_id(turn);
  ext.each_string(turn);
  ext.drop_foreign();
  std::for_each(ids.begin(), ids.end(), turn);
  std::for_each(strings.begin(), strings.end(), turn);
  require(ids_of(ext) == ids, "ids are changed, each once");
  require(strings_of(ext) == strings, "strings are changed, each once");
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  const Messages messages;
  sim_reset(1);
  const auto ext = ringside::btf::Ext::read(std::as_bytes(std::span(bytes, size)), "input");
  require(sim_live().bytes <= 1024 + size, "memory is bounded by the input");
  if (!ext)
    return 0;
  look(**ext, size);
  for (int times = 0; times < 2; ++times) {
    write(**ext, ringside::kNativeOrder);
    write(**ext, ringside::kForeignOrder);
    change(**ext);
  }
  return 0;
}
