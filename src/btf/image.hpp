// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Image: a BTF as it was read, in host order and checked. It does not change, so handles and
// threads may share one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/failure.hpp"
#include "base/hash_index.hpp"
#include "base/lazy.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/header.hpp"
#include "btf/layout.hpp"
#include "btf/type.hpp"
#include "btf/word_block.hpp"

namespace ringside::btf {

class Btf;

// Place says where a BTF goes on: behind its base as the base was then, or at the beginning.
struct Place {
  const Btf* base = nullptr;
  std::uint32_t first_id = 1;
  std::uint32_t first_string = 0;
};

// Data is where the types and strings of one BTF lie, without its base's.
struct Data {
  std::span<const std::uint32_t> words;
  std::span<const std::uint32_t> starts; // for each type, the word that it begins with
  std::span<const char> strings;

  // type is the type number `index` of these, which must be there.
  [[nodiscard]] Type type(std::size_t index) const { return Type(words.data() + starts[index]); }
};

class Image {
public:
  // copy reads a BTF and keeps a copy of the bytes; keep keeps the bytes themselves. trust is for
  // what the kernel gives, which it has checked: where types and strings are is found, but what
  // types say is not looked at. It uses the bytes where they are, if they are in host order and
  // aligned; they must outlive the Image and never change. All fail with EINVAL, ENOTSUP or ENOMEM,
  // and a message about what is wrong.
  static Result<Owned<Image>> copy(std::span<const std::byte> bytes, const Place& place,
                                   const Subject& subject);
  static Result<Owned<Image>> keep(Vector<std::byte> bytes, const Place& place,
                                   const Subject& subject);
  static Result<Owned<Image>> trust(std::span<const std::byte> bytes, const Subject& subject);
  Image() = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image(); // not inline: owners of none should have little to do

  // header is as it was read; its order is that of the file.
  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] Layout layout() const { return layout_; }
  // bytes is all that was read, in host order, parts that we do not know included.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  // has_unknown_header: the header has a part that we do not know and that is not zeros.
  [[nodiscard]] bool has_unknown_header() const;

  // Indexes that those who look something up have made: of type numbers by name, and of strings.
  [[nodiscard]] const Lazy<HashIndex>& names() const { return names_; }
  [[nodiscard]] const Lazy<HashIndex>& strings() const { return strings_; }

private:
  enum class Bytes { copied, kept, trusted };
  static Result<Owned<Image>> make(std::span<const std::byte> bytes, Bytes how, const Place& place,
                                   const Subject& subject);
  Result<void> keep_copy();
  Result<void> swap_copy();
  Result<void> read(const Place& place, bool is_trusted, const Subject& subject);

  Header header_;
  std::span<const std::byte> bytes_;
  WordBlock block_;        // holds the bytes, if they are a copy
  Vector<std::byte> kept_; // holds them, if they were kept
  Vector<std::uint32_t> starts_;
  Layout layout_;
  Data data_;
  Lazy<HashIndex> names_;
  Lazy<HashIndex> strings_;
};

} // namespace ringside::btf
