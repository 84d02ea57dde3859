// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SHA-256: blocks of 64 bytes, one after the other, change a state of eight words.
#include "base/sha256.hpp"

#include <bit>
#include <cstring>

namespace ringside {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kRounds = 64;

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the
// square roots of the first 8.
constexpr std::uint32_t kRoundNumbers[kRounds] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

class State {
public:
  void add(const std::uint8_t* block);
  [[nodiscard]] Sha256 bytes() const;

private:
  std::uint32_t words_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

void State::add(const std::uint8_t* block) {
  std::uint32_t schedule[kRounds];
  for (std::size_t at = 0; at < 16; ++at)
    schedule[at] = std::uint32_t{block[4 * at]} << 24 | std::uint32_t{block[4 * at + 1]} << 16 |
                   std::uint32_t{block[4 * at + 2]} << 8 | block[4 * at + 3];
  for (std::size_t at = 16; at < kRounds; ++at) {
    const std::uint32_t early = schedule[at - 15];
    const std::uint32_t late = schedule[at - 2];
    schedule[at] = schedule[at - 16] + schedule[at - 7] +
                   (std::rotr(early, 7) ^ std::rotr(early, 18) ^ early >> 3) +
                   (std::rotr(late, 17) ^ std::rotr(late, 19) ^ late >> 10);
  }
  auto [a, b, c, d, e, f, g, h] = words_;
  for (std::size_t at = 0; at < kRounds; ++at) {
    const std::uint32_t chosen = (e & f) ^ (~e & g);
    const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    const std::uint32_t one = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + chosen +
                              kRoundNumbers[at] + schedule[at];
    const std::uint32_t other = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + majority;
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + other;
  }
  const std::uint32_t added[8] = {a, b, c, d, e, f, g, h};
  for (std::size_t at = 0; at < 8; ++at)
    words_[at] += added[at];
}

Sha256 State::bytes() const {
  Sha256 bytes;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    bytes[at] = static_cast<std::uint8_t>(words_[at / 4] >> (24 - at % 4 * 8));
  return bytes;
}

} // namespace

Sha256 sha256(std::span<const std::byte> bytes) {
  State state;
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t done = 0;
  for (; bytes.size() - done >= kBlock; done += kBlock)
    state.add(begin + done);
  // Behind the end come a bit, zeros, and the number of bits in the last 8 bytes of a block.
  std::uint8_t tail[2 * kBlock] = {};
  const std::size_t left = bytes.size() - done;
  if (left != 0)
    std::memcpy(tail, begin + done, left);
  tail[left] = 0x80;
  const std::size_t end = left < kBlock - sizeof(std::uint64_t) ? kBlock : 2 * kBlock;
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (std::size_t at = 0; at < sizeof(bits); ++at)
    tail[end - 1 - at] = static_cast<std::uint8_t>(bits >> 8 * at);
  for (std::size_t at = 0; at < end; at += kBlock)
    state.add(tail + at);
  return state.bytes();
}

} // namespace ringside
