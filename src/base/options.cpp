// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// options_size: the checks on an option struct as a whole.
#include "base/options.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/log.hpp"

namespace ringside {

bool all_zero(const char* bytes, std::size_t size) {
  std::uint64_t word = 0;
  std::uint64_t any = 0;
  for (; size >= sizeof(word); bytes += sizeof(word), size -= sizeof(word)) {
    std::memcpy(&word, bytes, sizeof(word));
    any |= word;
  }
  for (; size != 0; ++bytes, --size)
    any |= static_cast<unsigned char>(*bytes);
  return any == 0;
}

Result<std::size_t> options_size(const char* type, const void* options, std::size_t known_end) {
  std::size_t size = 0;
  if (options == nullptr)
    return size;

  const auto* const bytes = static_cast<const char*>(options);
  std::memcpy(&size, bytes, sizeof(size));
  if (size < sizeof(size)) {
    log(LogLevel::warn, "%s: sz is %zu, which does not even hold sz: set it to the struct's size\n",
        type, size);
    return Errno(EINVAL);
  }
  if (size <= known_end || all_zero(bytes + known_end, size - known_end))
    return size;
  for (std::size_t at = known_end; at < size; ++at) {
    if (bytes[at] == 0)
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
