// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufMapping: the pages of a BPF ring buffer map, with the two positions in them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/shared_word.hpp"
#include "bpf/info.hpp"
#include "os/mapping.hpp"

namespace ringside {

// The map is a page that begins with the consumer's position, a page that begins with the
// producer's, and the data, mapped twice in a row, so that no record ever wraps. Positions are
// free-running; each is written by one side alone. The kernel keeps them in its `unsigned long`. A
// 32-bit program may run on a kernel of 64 bits, which needs all of them after 4 GiB, so all
// positions have 64 bits here: a 32-bit kernel leaves the bytes behind its own unused.
class RingbufMapping {
public:
  // make maps the map behind `map_fd`, whose max_entries is `data_size`. The kernel fills a
  // BPF_MAP_TYPE_RINGBUF, which maps with the consumer's page for us to write; the program fills a
  // BPF_MAP_TYPE_USER_RINGBUF, of which it writes the rest. E2BIG if the address space cannot hold
  // data_size twice; else the kernel's error.
  enum class Filler { kernel, program };
  static Result<RingbufMapping> make(int map_fd, std::uint32_t data_size, Filler filler);

  [[nodiscard]] std::uint64_t& consumer_position() const {
    return *reinterpret_cast<std::uint64_t*>(consumer_page_.data());
  }
  // The producer's position in a ring that the program fills.
  [[nodiscard]] std::uint64_t& own_producer_position() const {
    return *reinterpret_cast<std::uint64_t*>(producer_pages_.data());
  }
  // The producer's position in a ring that the kernel fills, known to lie at or behind `position`.
  // Behind a 32-bit kernel's stands something else, so only an `unsigned long` is read.
  [[nodiscard]] std::uint64_t producer_after(std::uint64_t position) const {
    // Pairs with the kernel's release of producer_pos in __bpf_ringbuf_reserve.
    const auto producer =
        load_acquire(*reinterpret_cast<const unsigned long*>(producer_pages_.data()));
    return position + (producer - static_cast<unsigned long>(position));
  }
  [[nodiscard]] std::byte* at(std::uint64_t position) const {
    return data_ + (static_cast<std::size_t>(position) & (data_size_ - 1));
  }
  [[nodiscard]] std::size_t data_size() const { return data_size_; }
  // The map's name, for people.
  [[nodiscard]] const bpf::MapName& map_name() const { return map_name_; }
  void set_map_name(const bpf::MapName& name) { map_name_ = name; }

private:
  os::Mapping consumer_page_;
  os::Mapping producer_pages_;
  std::byte* data_ = nullptr;
  std::size_t data_size_ = 0;
  bpf::MapName map_name_;
};

} // namespace ringside
