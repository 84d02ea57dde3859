// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteReader: any sequence of reads over any bytes, against a naive model. The bytes end at a page
// that cannot be read.
#include "base/byte_reader.hpp"

#include <cstring>
#include <string_view>

#include "check.hpp"
#include "guarded_memory.hpp"
#include "input.hpp"

namespace ringside::test {
namespace {

// Model reads byte by byte, with numbers that cannot overflow.
class Model {
public:
  Model(std::span<const std::byte> bytes, ByteOrder order) : bytes_(bytes), order_(order) {}

  std::uint64_t number(unsigned width) {
    const std::size_t begin = position;
    if (!take(width))
      return 0;
    std::uint64_t value = 0;
    for (unsigned index = 0; index < width; ++index) {
      const unsigned at = order_ == ByteOrder::little ? width - 1 - index : index;
      value = value << 8 | std::to_integer<std::uint64_t>(bytes_[begin + at]);
    }
    return value;
  }
  bool take(std::uint64_t size) {
    failed = failed || size > bytes_.size() - position;
    if (!failed)
      position += static_cast<std::size_t>(size);
    return !failed;
  }

  std::size_t position = 0;
  bool failed = false;

private:
  std::span<const std::byte> bytes_;
  ByteOrder order_;
};

void check_numbers(std::span<const std::byte> bytes, Input& input, ByteOrder order) {
  ByteReader reader(bytes, order);
  Model model(bytes, order);
  while (!input.empty()) {
    switch (input.take<std::uint8_t>() % 8) {
    case 0: {
      const std::uint8_t number = reader.u8();
      require(number == model.number(1), "a byte is read");
      break;
    }
    case 1: {
      const std::uint16_t number = reader.u16();
      require(number == model.number(2), "two bytes are read");
      break;
    }
    case 2: {
      const std::uint32_t number = reader.u32();
      require(number == model.number(4), "four bytes are read");
      break;
    }
    case 3: {
      const std::uint64_t number = reader.u64();
      require(number == model.number(8), "eight bytes are read");
      break;
    }
    case 4: {
      const auto size = input.take<std::uint64_t>() >> (input.take<std::uint8_t>() % 64);
      const auto taken = reader.bytes(size);
      require(model.take(size) ? taken.size() == size : taken.empty(), "bytes are read or none");
      break;
    }
    case 5: {
      const std::string_view text = reader.text();
      require(text.find('\0') == std::string_view::npos, "a text has no NUL");
      if (reader.failed())
        model.failed = true;
      else
        model.take(text.size() + 1);
      break;
    }
    case 6: {
      const auto offset = input.take<std::uint16_t>();
      const auto size = input.take<std::uint64_t>() >> (input.take<std::uint8_t>() % 64);
      const bool fits = !model.failed && offset <= bytes.size() && size <= bytes.size() - offset;
      ByteReader part = reader.part(offset, size);
      require(part.failed() != fits && part.left() == (fits ? size : 0), "a part is whole or none");
      model.failed = !fits;
      break;
    }
    default:
      reader.align(8);
      model.take((8 - model.position % 8) % 8);
      break;
    }
    require(reader.failed() == model.failed && reader.position() == model.position,
            "a reader fails and stands where its model does");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Input input(bytes, size);
  const ByteOrder order = input.take<std::uint8_t>() % 2 == 0 ? ByteOrder::little : ByteOrder::big;
  const auto file = input.take_bytes(input.take<std::uint8_t>());
  static const GuardedMemory kMemory(1);
  std::byte* const memory = kMemory.last(file.size());
  if (!file.empty())
    std::memcpy(memory, file.data(), file.size());
  check_numbers({memory, file.size()}, input, order);
  return 0;
}

} // namespace ringside::test
