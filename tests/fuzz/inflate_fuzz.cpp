// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// inflate_gzip against zlib: any bytes as a file, and what zlib makes of any bytes.
#include "kernel/inflate.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include <zlib.h>

#include "check.hpp"
#include "fuzzed_file.hpp"

namespace ringside::test {
namespace {

using Data = std::vector<std::uint8_t>;
constexpr std::size_t kMost = 1U << 20;
constexpr int kGzip = 16 + MAX_WBITS;

// What zlib makes of all members of a file; nothing if it refuses one, or if they hold more than
// kMost bytes, which `too_large` then says.
std::optional<Data> inflated_by_zlib(Data file, bool& too_large) {
  Data output(kMost + 1);
  std::size_t length = 0;
  std::size_t used = 0;
  do {
    z_stream stream{};
    require(inflateInit2(&stream, kGzip) == Z_OK, "zlib has memory");
    stream.next_in = file.data() + used;
    stream.avail_in = static_cast<uInt>(file.size() - used);
    stream.next_out = output.data() + length;
    stream.avail_out = static_cast<uInt>(output.size() - length);
    const int result = inflate(&stream, Z_FINISH);
    used += stream.total_in;
    length += stream.total_out;
    inflateEnd(&stream);
    too_large = length > kMost;
    if (result != Z_STREAM_END || too_large)
      return std::nullopt;
  } while (used != file.size());
  output.resize(length);
  return output;
}

Data deflated_by_zlib(std::span<const std::uint8_t> bytes, int level, int strategy) {
  z_stream stream{};
  require(deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, strategy) == Z_OK, "zlib has memory");
  Data input(bytes.begin(), bytes.end());
  Data file(deflateBound(&stream, static_cast<uLong>(input.size())));
  stream.next_in = input.data();
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = file.data();
  stream.avail_out = static_cast<uInt>(file.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib deflates");
  file.resize(stream.total_out);
  deflateEnd(&stream);
  return file;
}

void compare(const Data& file) {
  const FuzzedFile guarded(file.data(), file.size());
  bool too_large = false;
  const auto expected = inflated_by_zlib(file, too_large);
  const auto inflated = kernel::inflate_gzip(guarded.bytes(), kMost);
  require(static_cast<bool>(inflated) == expected.has_value(), "both take a file or none does");
  if (!inflated) {
    require(inflated.error() == Errno(EINVAL) || inflated.error() == Errno(E2BIG),
            "a file is damaged or too large");
    // zlib may find damage where the limit was reached already.
    require(inflated.error() == Errno(EINVAL) || too_large, "a file that fits is not too large");
    return;
  }
  require(inflated->size() == expected->size() &&
              (expected->empty() ||
               std::memcmp(inflated->data(), expected->data(), expected->size()) == 0),
          "both inflate to the same bytes");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  compare(Data(bytes, bytes + size));
  if (size == 0)
    return 0;
  const int level = bytes[0] % 10;
  const int strategy = bytes[0] / 10 % 5;
  compare(deflated_by_zlib({bytes, size}, level, strategy));
  return 0;
}

} // namespace ringside::test
