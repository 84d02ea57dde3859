// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// inflate_gzip: the frame of gzip, and the three kinds of blocks within it.
#include "kernel/inflate.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/byte_order.hpp"
#include "base/byte_reader.hpp"
#include "kernel/huffman.hpp"

namespace ringside::kernel {
namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit)
      sum = (sum & 1) != 0 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
    table[byte] = sum;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = crc_table();

std::uint32_t crc32(std::span<const std::byte> bytes) {
  std::uint32_t sum = UINT32_MAX;
  for (const std::byte byte : bytes)
    sum = kCrcTable[(sum ^ std::to_integer<std::uint32_t>(byte)) & 0xff] ^ sum >> 8;
  return ~sum;
}

// Output is what was decompressed so far, of all members.
class Output {
public:
  explicit Output(std::size_t most) : most_(most) {}

  Result<void> add(std::byte byte) {
    if (length_ == bytes_.size())
      if (const auto room = make_room(1); !room)
        return room;
    bytes_[length_++] = byte;
    return {};
  }

  // repeat adds `length` bytes that stand `distance` before the end: those that it adds are among
  // them if the distance is less than the length. EINVAL if the member does not reach back so far.
  Result<void> repeat(std::size_t distance, std::size_t length) {
    if (distance > member().size())
      return Errno(EINVAL);
    if (bytes_.size() - length_ < length)
      if (const auto room = make_room(length); !room)
        return room;
    std::byte* const to = bytes_.data() + length_;
    const std::byte* const from = to - distance;
    if (distance >= length)
      std::memcpy(to, from, length);
    else
      for (std::size_t index = 0; index < length; ++index)
        to[index] = from[index];
    length_ += length;
    return {};
  }

  // begin_member says that what was added so far cannot be repeated; member is what came since.
  void begin_member() { member_begin_ = length_; }
  [[nodiscard]] std::span<const std::byte> member() const {
    return {bytes_.begin() + member_begin_, length_ - member_begin_};
  }

  Vector<std::byte> take() {
    bytes_.truncate(length_);
    return std::move(bytes_);
  }

private:
  Result<void> make_room(std::size_t count) {
    constexpr std::size_t kStep = std::size_t{64} << 10;
    if (most_ - length_ < count)
      return Errno(E2BIG);
    return bytes_.append_default(std::min(std::max(count, kStep), most_ - bytes_.size()));
  }

  Vector<std::byte> bytes_; // the first length_ of them are in use
  std::size_t length_ = 0;
  std::size_t member_begin_ = 0;
  std::size_t most_;
};

// A symbol that stands for a range of numbers: the lowest, and how many bits are added to it.
struct CodeRange {
  std::uint16_t base;
  std::uint8_t extra_bits;
};
constexpr unsigned kEndOfBlock = 256;
constexpr unsigned kFirstLength = 257;
constexpr CodeRange kLengths[] = {
    {3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1},  {13, 1},
    {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3},  {59, 3},
    {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0},
};
constexpr CodeRange kDistances[] = {
    {1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},
    {9, 2},     {13, 2},    {17, 3},    {25, 3},     {33, 4},     {49, 4},
    {65, 5},    {97, 5},    {129, 6},   {193, 6},    {257, 7},    {385, 7},
    {513, 8},   {769, 8},   {1025, 9},  {1537, 9},   {2049, 10},  {3073, 10},
    {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13},
};

struct Codes {
  HuffmanCode literals; // and lengths
  HuffmanCode distances;
};

Result<void> inflate_stored(BitReader& bits, Output& output) {
  bits.finish_byte();
  const std::uint32_t length = bits.take(16);
  const std::uint32_t inverse = bits.take(16);
  if (length != (inverse ^ 0xffff))
    return Errno(EINVAL);
  for (std::uint32_t index = 0; index < length && !bits.failed(); ++index)
    if (const auto added = output.add(static_cast<std::byte>(bits.take(8))); !added)
      return added;
  return {};
}

Result<void> inflate_coded(BitReader& bits, const Codes& codes, Output& output) {
  while (!bits.failed()) {
    const int symbol = codes.literals.next(bits);
    if (symbol >= 0 && symbol < static_cast<int>(kEndOfBlock)) {
      if (const auto added = output.add(static_cast<std::byte>(symbol)); !added)
        return added;
      continue;
    }
    if (symbol == static_cast<int>(kEndOfBlock))
      return {};
    const auto length_index = static_cast<std::size_t>(symbol) - kFirstLength;
    if (symbol < 0 || length_index >= std::size(kLengths))
      return Errno(EINVAL);
    const CodeRange length = kLengths[length_index];
    const std::uint32_t length_bits = bits.take(length.extra_bits);
    const int distance_symbol = codes.distances.next(bits);
    if (distance_symbol < 0 || distance_symbol >= static_cast<int>(std::size(kDistances)))
      return Errno(EINVAL);
    const CodeRange distance = kDistances[distance_symbol];
    const std::uint32_t distance_bits = bits.take(distance.extra_bits);
    if (bits.failed())
      break;
    if (const auto added = output.repeat(distance.base + distance_bits, length.base + length_bits);
        !added)
      return added;
  }
  return Errno(EINVAL);
}

void make_fixed_codes(Codes& codes) {
  std::uint8_t lengths[HuffmanCode::kMostSymbols];
  for (std::size_t symbol = 0; symbol < std::size(lengths); ++symbol)
    lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
  codes.literals.make(lengths);
  std::fill(lengths, lengths + 32, std::uint8_t{5});
  codes.distances.make({lengths, 32});
}

// The lengths of both codes stand in one row, which is coded itself. EINVAL if they make no codes.
Result<void> read_codes(BitReader& bits, Codes& codes) {
  constexpr std::uint8_t kOrder[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                     11, 4,  12, 3, 13, 2, 14, 1, 15};
  constexpr std::size_t kMostLiterals = 286;
  constexpr std::size_t kMostDistances = 30;
  const std::size_t literal_count = bits.take(5) + 257;
  const std::size_t distance_count = bits.take(5) + 1;
  const std::size_t length_count = bits.take(4) + 4;
  if (literal_count > kMostLiterals || distance_count > kMostDistances)
    return Errno(EINVAL);
  std::uint8_t lengths[kMostLiterals + kMostDistances] = {};
  for (std::size_t index = 0; index < length_count; ++index)
    lengths[kOrder[index]] = static_cast<std::uint8_t>(bits.take(3));
  HuffmanCode of_lengths;
  if (!of_lengths.make({lengths, std::size(kOrder)}))
    return Errno(EINVAL);

  const std::size_t count = literal_count + distance_count;
  std::fill(std::begin(lengths), std::end(lengths), std::uint8_t{0});
  for (std::size_t index = 0; index < count;) {
    const int symbol = of_lengths.next(bits);
    if (symbol < 0 || bits.failed() || (symbol == 16 && index == 0))
      return Errno(EINVAL);
    const std::uint8_t length = symbol < 16    ? static_cast<std::uint8_t>(symbol)
                                : symbol == 16 ? lengths[index - 1]
                                               : std::uint8_t{0};
    const std::size_t repeated = symbol < 16    ? 1
                                 : symbol == 16 ? 3 + bits.take(2)
                                 : symbol == 17 ? 3 + bits.take(3)
                                                : 11 + bits.take(7);
    if (repeated > count - index)
      return Errno(EINVAL);
    std::fill_n(lengths + index, repeated, length);
    index += repeated;
  }
  // A block has to end.
  if (lengths[kEndOfBlock] == 0 || !codes.literals.make({lengths, literal_count}) ||
      !codes.distances.make({lengths + literal_count, distance_count}))
    return Errno(EINVAL);
  return {};
}

Result<void> inflate_block(BitReader& bits, Codes& codes, Output& output) {
  switch (bits.take(2)) {
  case 0:
    return inflate_stored(bits, output);
  case 1:
    make_fixed_codes(codes);
    return inflate_coded(bits, codes, output);
  case 2:
    if (const auto made = read_codes(bits, codes); !made)
      return made;
    return inflate_coded(bits, codes, output);
  default:
    return Errno(EINVAL);
  }
}

// read_header reads what stands before the deflated data. Source: RFC 1952, section 2.3.
Result<void> read_header(ByteReader& reader, std::span<const std::byte> member) {
  constexpr unsigned kHeaderSum = 1U << 1;
  constexpr unsigned kExtra = 1U << 2;
  constexpr unsigned kName = 1U << 3;
  constexpr unsigned kComment = 1U << 4;
  constexpr unsigned kReserved = 0xe0;
  constexpr unsigned kDeflate = 8;
  const bool is_gzip = reader.u8() == 0x1f && reader.u8() == 0x8b && reader.u8() == kDeflate;
  const unsigned flags = reader.u8();
  reader.skip(6); // time, extra flags, operating system
  if (!is_gzip || (flags & kReserved) != 0)
    return Errno(EINVAL);
  if ((flags & kExtra) != 0)
    reader.skip(reader.u16());
  if ((flags & kName) != 0)
    reader.text();
  if ((flags & kComment) != 0)
    reader.text();
  if ((flags & kHeaderSum) != 0) {
    const auto header = member.first(reader.position());
    if (reader.u16() != (crc32(header) & 0xffff))
      return Errno(EINVAL);
  }
  return reader.failed() ? Errno(EINVAL) : Result<void>();
}

// inflate_member decompresses the member that `member` begins with, and returns its length.
Result<std::size_t> inflate_member(std::span<const std::byte> member, Output& output) {
  ByteReader reader(member, ByteOrder::little);
  if (const auto read = read_header(reader, member); !read)
    return read.error();
  const std::size_t header_size = reader.position();
  BitReader bits(member.subspan(header_size));
  output.begin_member();
  Codes codes;
  for (bool last = false; !last;) {
    last = bits.take(1) == 1;
    if (const auto inflated = inflate_block(bits, codes, output); !inflated)
      return inflated.error();
    if (bits.failed())
      return Errno(EINVAL);
  }
  bits.finish_byte();
  const std::uint32_t sum = bits.take(32);
  const std::uint32_t size = bits.take(32);
  const auto inflated = output.member();
  if (bits.failed() || sum != crc32(inflated) ||
      size != static_cast<std::uint32_t>(inflated.size()))
    return Errno(EINVAL);
  return header_size + bits.position();
}

} // namespace

Result<Vector<std::byte>> inflate_gzip(std::span<const std::byte> file, std::size_t most) {
  Output output(most);
  do {
    const auto length = inflate_member(file, output);
    if (!length)
      return length.error();
    file = file.subspan(*length);
  } while (!file.empty());
  return output.take();
}

} // namespace ringside::kernel
