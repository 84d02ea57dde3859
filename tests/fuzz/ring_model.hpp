// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingModel: what the kernel's documentation says about the bytes of a perf ring, one byte at a
// time and with nothing of the code under test. Source: perf_event_open(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace ringside::test {

class RingModel {
public:
  struct Record {
    std::uint32_t type = 0;
    std::vector<std::uint8_t> bytes;
    std::size_t offset = 0;
    bool wraps = false;

    template <class Number>
    [[nodiscard]] Number number(std::size_t at) const {
      Number value;
      std::memcpy(&value, bytes.data() + at, sizeof(value));
      return value;
    }
  };
  enum class Next { record, head, corrupt };

  // `ring` is looked at as it is whenever next is asked.
  RingModel(std::span<const std::uint8_t> ring, std::uint64_t tail, std::uint64_t head)
      : position(tail), ring_(ring), head_(head) {}

  // next looks at what is at the position, and stays there.
  Next next(Record& record) const {
    const std::uint64_t left = head_ - position;
    if (left == 0)
      return Next::head;
    if (left > ring_.size() || position % 8 != 0 || left < 8)
      return Next::corrupt;
    record.offset = position % ring_.size();
    record.bytes = bytes(8);
    record.type = record.number<std::uint32_t>(0);
    const std::size_t size = record.number<std::uint16_t>(6);
    if (size < 8 || size % 8 != 0 || size > left)
      return Next::corrupt;
    record.bytes = bytes(size);
    record.wraps = record.offset + size > ring_.size();
    return Next::record;
  }

  std::uint64_t position;

private:
  [[nodiscard]] std::vector<std::uint8_t> bytes(std::size_t count) const {
    std::vector<std::uint8_t> copy(count);
    for (std::size_t i = 0; i < count; ++i)
      copy[i] = ring_[(position + i) % ring_.size()];
    return copy;
  }

  std::span<const std::uint8_t> ring_;
  std::uint64_t head_;
};

} // namespace ringside::test
