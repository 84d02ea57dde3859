// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Options: the checks on the struct as a whole.
#include "base/options.hpp"

#include <cerrno>

#include "base/log.hpp"

namespace ringside {

Result<Options> Options::read(const char* type, const void* options, std::size_t known_end) {
  Options checked;
  if (options == nullptr)
    return checked;

  checked.bytes_ = static_cast<const char*>(options);
  std::memcpy(&checked.size_, options, sizeof(checked.size_));
  if (checked.size_ < sizeof(checked.size_)) {
    log(LogLevel::warn, "%s: sz is %zu, which does not even hold sz: set it to the struct's size\n",
        type, checked.size_);
    return Errno(EINVAL);
  }
  for (std::size_t at = known_end; at < checked.size_; ++at) {
    if (checked.bytes_[at] == 0)
      continue;
    log(LogLevel::warn,
        "%s: byte %zu of %zu is not zero, but this library knows %zu: clear the struct before "
        "filling it, or use a newer library\n",
        type, at, checked.size_, known_end);
    return Errno(EINVAL);
  }
  return checked;
}

} // namespace ringside
