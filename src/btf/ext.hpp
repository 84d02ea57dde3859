// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Ext: what .BTF.ext says about instructions: records of functions, lines and CO-RE relocations,
// each kind in sections that are named after those of the program.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "base/byte_order.hpp"
#include "base/failure.hpp"
#include "base/handle_mark.hpp"
#include "base/lazy.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/word_block.hpp"

namespace ringside::btf {

enum ExtKind { kFuncInfo, kLineInfo, kCoreRelo };

// ExtLine says which words of a record are the id of a type and the offsets of strings. A file may
// have longer records; what is behind these words is not known.
struct ExtLine {
  const char* name;
  std::uint8_t words;
  std::uint8_t ids;     // bit n: word n is an id
  std::uint8_t strings; // bit n: word n is a string
};
// By ExtKind: {instruction, type}, {instruction, file, text, line and column}, {instruction, type,
// accesses, kind of relocation}.
inline constexpr ExtLine kExtLines[] = {
    {"func_info", 2, 1 << 1, 0},
    {"line_info", 4, 0, 1 << 1 | 1 << 2},
    {"core_relo", 4, 1 << 1, 1 << 2},
};
inline constexpr std::size_t kExtKinds = std::size(kExtLines);

class Ext : public HandleMark {
public:
  // read makes one of a copy of bytes, in either byte order. EINVAL; ENOTSUP for another version;
  // ENOMEM. With a message.
  static Result<Owned<Ext>> read(std::span<const std::byte> bytes, const Subject& subject);

  // record_words is how many words each record of a kind has, 0 if there are none of the kind.
  [[nodiscard]] std::uint32_t record_words(ExtKind kind) const { return parts_[kind].record_words; }

  // each_section calls visit(name, records) for the sections of a kind, in their order: the offset
  // of the section's name, and the words of its records, one behind the other.
  template <class Visit>
  void each_section(ExtKind kind, Visit visit) const {
    walk(parts_[kind],
         [&](std::uint32_t name, std::span<const std::uint32_t> records) { visit(name, records); });
  }

  // each_id and each_string call visit(word) for each id of a type and each offset of a string,
  // which may be changed; drop_foreign must follow then. The order is that of the file: kind by
  // kind, and the name of a section before its records.
  template <class Visit>
  void each_id(Visit visit) {
    for (std::size_t kind = 0; kind < kExtKinds; ++kind)
      walk(parts_[kind], [&](std::uint32_t&, std::span<std::uint32_t> records) {
        each_word(records, parts_[kind].record_words, kExtLines[kind].ids, visit);
      });
  }
  template <class Visit>
  void each_string(Visit visit) {
    for (std::size_t kind = 0; kind < kExtKinds; ++kind)
      walk(parts_[kind], [&](std::uint32_t& name, std::span<std::uint32_t> records) {
        visit(name);
        each_word(records, parts_[kind].record_words, kExtLines[kind].strings, visit);
      });
  }
  void drop_foreign() { foreign_.drop(); }

  // order is the byte order that the C interface gives the bytes in.
  [[nodiscard]] ByteOrder order() const { return order_; }
  void set_order(ByteOrder order) { order_ = order; }

  // bytes is all of it, in either order. ENOMEM.
  [[nodiscard]] Result<std::span<const std::byte>> bytes(ByteOrder order) const;

private:
  static constexpr std::size_t kSectionWords = 2; // the name, how many records

  // Part is the sections of one kind, without the record size before them.
  struct Part {
    std::uint32_t record_words = 0;
    std::span<std::uint32_t> sections;
  };

  template <class Visit>
  static void walk(const Part& part, Visit visit) {
    for (std::span<std::uint32_t> left = part.sections; !left.empty();) {
      const std::size_t size = std::size_t{left[1]} * part.record_words;
      visit(left[0], left.subspan(kSectionWords, size));
      left = left.subspan(kSectionWords + size);
    }
  }
  template <class Visit>
  static void each_word(std::span<std::uint32_t> records, std::size_t record_words, unsigned which,
                        Visit visit) {
    for (; !records.empty(); records = records.subspan(record_words))
      for (unsigned left = which; left != 0; left &= left - 1)
        visit(records[static_cast<std::size_t>(std::countr_zero(left))]);
  }

  void swap_header(std::span<std::byte> bytes) const;

  WordBlock block_;                // in host order
  std::uint32_t known_header_ = 0; // how many bytes of it are known
  Part parts_[kExtKinds];
  ByteOrder order_ = kNativeOrder;
  Lazy<Vector<std::byte>> foreign_;
};

} // namespace ringside::btf
