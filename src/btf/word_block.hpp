// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WordBlock: an owned copy of a file's bytes, laid so that they can be used as words in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/array.hpp"
#include "base/result.hpp"
#include "btf/header.hpp"

namespace ringside::btf {

class WordBlock {
public:
  // copy copies bytes that begin with a header of `header_size`, whose end will be aligned. ENOMEM.
  static Result<WordBlock> copy(std::span<const std::byte> bytes, std::size_t header_size) {
    WordBlock block;
    block.before_ = (kWord - header_size % kWord) % kWord;
    block.header_size_ = header_size;
    block.size_ = bytes.size();
    auto words = Array<std::uint32_t>::of_size((block.before_ + bytes.size() + kWord - 1) / kWord);
    if (!words)
      return words.error();
    block.words_ = std::move(*words);
    std::copy(bytes.begin(), bytes.end(), block.bytes().begin());
    return block;
  }

  // bytes is the copy.
  [[nodiscard]] std::span<std::byte> bytes() {
    return std::as_writable_bytes(std::span(words_)).subspan(before_, size_);
  }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return std::as_bytes(std::span(words_)).subspan(before_, size_);
  }
  // words is the whole words of a section, which begins at a multiple of 4 behind the header.
  [[nodiscard]] std::span<std::uint32_t> words(const Section& section) {
    const std::size_t first = (before_ + header_size_ + section.offset) / kWord;
    return std::span(words_).subspan(first, section.size / kWord);
  }

private:
  static constexpr std::size_t kWord = sizeof(std::uint32_t);

  Array<std::uint32_t> words_;
  std::size_t before_ = 0;
  std::size_t header_size_ = 0;
  std::size_t size_ = 0;
};

} // namespace ringside::btf
