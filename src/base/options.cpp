// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What is unusual about the size of an option struct, and whether bytes are all 0.
#include "base/options.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/log.hpp"

namespace ringside {

bool all_zero(const char* bytes, std::size_t size) {
  using Words = std::array<std::uint64_t, 2>;
  Words words{};
  std::uint64_t any = 0;
  if (size < sizeof(words)) {
    std::memcpy(&words, bytes, size);
    return (words[0] | words[1]) == 0;
  }
  // The last words may be read a second time.
  const char* const last = bytes + size - sizeof(words);
  for (; bytes < last; bytes += sizeof(words)) {
    std::memcpy(&words, bytes, sizeof(words));
    any |= words[0] | words[1];
  }
  std::memcpy(&words, last, sizeof(words));
  return (any | words[0] | words[1]) == 0;
}

Result<std::size_t> unusual_options_size(const char* type, const char* options,
                                         std::size_t known_end) {
  std::size_t size = 0;
  std::memcpy(&size, options, sizeof(size));
  if (size < sizeof(size)) {
    log(LogLevel::warn, "%s: sz is %zu, which does not even hold sz: set it to the struct's size\n",
        type, size);
    return Errno(EINVAL);
  }
  if (all_zero(options + known_end, size - known_end))
    return size;
  for (std::size_t at = known_end; at < size; ++at) {
    if (options[at] == 0)
      continue;
    log(LogLevel::warn,
        "%s: byte %zu of %zu is not zero, but this library knows %zu: clear the struct before "
        "filling it, or use a newer library\n",
        type, at, size, known_end);
    return Errno(EINVAL);
  }
  return size;
}

} // namespace ringside
