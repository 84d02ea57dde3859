// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RawBtf: the bytes of a BTF put together by hand, so that they can be wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_order.hpp"
#include "btf/kinds.hpp"

namespace ringside::test {

// How a BTF and a .BTF.ext of this machine begin, as a word: the magic, version 1, no flags.
inline constexpr std::uint32_t kFirstWord =
    kNativeOrder == ByteOrder::little ? 0x0001eb9f : 0xeb9f0100;

class RawBtf {
public:
  explicit RawBtf(ByteOrder order = kNativeOrder) : order_(order) {}

  // string adds a string and returns its offset.
  std::uint32_t string(std::string_view text) {
    const auto offset = static_cast<std::uint32_t>(strings.size());
    strings.append(text);
    strings.push_back('\0');
    return offset;
  }
  // type adds a type of these words behind its name. Returns how many types there are.
  std::uint32_t type(std::uint32_t name, std::uint32_t info, std::uint32_t target,
                     std::initializer_list<std::uint32_t> rest = {}) {
    words.insert(words.end(), {name, info, target});
    words.insert(words.end(), rest);
    return ++count_;
  }
  std::uint32_t add_int(std::string_view name, std::uint32_t size = 4) {
    return type(string(name), btf::info_of(btf::kInt), size, {size * 8});
  }
  std::uint32_t reference(btf::Kind kind, std::uint32_t target, std::string_view name = {}) {
    return type(name.empty() ? 0 : string(name), btf::info_of(kind), target);
  }

  // The parts, to be changed at will. Offsets count from the header's end.
  std::vector<std::uint32_t> words;
  std::string strings{'\0'};
  std::string layout;
  std::string behind_header;  // more header
  std::string behind_strings; // more data
  std::uint16_t magic = 0xeb9f;
  std::uint32_t gap = 0; // bytes between sections

  struct Header {
    std::uint32_t size, type_offset, type_size, string_offset, string_size, layout_offset,
        layout_size;
  };
  // header is what the parts ask for.
  [[nodiscard]] Header header() const {
    const auto type_size = static_cast<std::uint32_t>(words.size() * 4);
    const auto layout_size = static_cast<std::uint32_t>(layout.size());
    Header made{24, gap, type_size, 0, static_cast<std::uint32_t>(strings.size()), 0, layout_size};
    made.string_offset = gap + type_size + gap;
    if (has_long_header())
      made.size = 32 + static_cast<std::uint32_t>(behind_header.size());
    if (layout.empty())
      return made;
    made.layout_offset = made.string_offset;
    made.string_offset += layout_size + gap;
    return made;
  }

  [[nodiscard]] std::vector<std::byte> bytes() const { return bytes(header()); }
  [[nodiscard]] std::vector<std::byte> bytes(const Header& header) const {
    std::vector<std::byte> made;
    put(made, magic);
    put_text(made, {"\1\0", 2}); // the version and flags
    for (const auto word : {header.size, header.type_offset, header.type_size, header.string_offset,
                            header.string_size})
      put(made, word);
    if (has_long_header())
      for (const auto word : {header.layout_offset, header.layout_size})
        put(made, word);
    put_text(made, behind_header);
    put_text(made, std::string(gap, '\0'));
    for (const auto word : words)
      put(made, word);
    put_text(made, std::string(gap, '\0'));
    put_text(made, layout);
    put_text(made, std::string(layout.empty() ? 0 : gap, '\0'));
    put_text(made, strings);
    put_text(made, behind_strings);
    return made;
  }

private:
  [[nodiscard]] bool has_long_header() const { return !layout.empty() || !behind_header.empty(); }

  template <class Number>
  void put(std::vector<std::byte>& bytes, Number number) const {
    put(bytes, number, order_);
  }
  template <class Number>
  static void put(std::vector<std::byte>& bytes, Number number, ByteOrder order) {
    if (order != kNativeOrder)
      number = swapped_bytes(number);
    const auto view = std::as_bytes(std::span(&number, 1));
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  static void put_text(std::vector<std::byte>& bytes, std::string_view text) {
    const auto view = std::as_bytes(std::span(text));
    bytes.insert(bytes.end(), view.begin(), view.end());
  }

  ByteOrder order_;
  std::uint32_t count_ = 0;
};

} // namespace ringside::test
