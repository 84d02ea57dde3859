// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading the kernel's CPU masks.
#include "kernel/cpus.hpp"

#include <cerrno>
#include <string_view>

#include "base/cached.hpp"
#include "kernel/refusal.hpp"
#include "os/file.hpp"

namespace ringside::kernel {

Result<CpuMask> read_cpu_mask(const char* path) {
  constexpr Step kReading{"reading it"};
  // These files are at most a page, and a page is at most 64 KiB.
  auto text = Array<char>::of_size(65537);
  if (!text)
    return refused(path, kReading, text.error());
  const auto length = os::read_file(path, *text);
  if (!length)
    return refused(path, kReading, length.error());
  auto mask = CpuMask::parse({text->data(), *length});
  if (!mask && mask.error() != Errno(EINVAL))
    return refused(path, kReading, mask.error());
  if (!mask) {
    // The part of the text that can stand in a message of one line.
    std::size_t shown = 0;
    while (shown < *length && shown < 64 && (*text)[shown] >= ' ' && (*text)[shown] <= '~')
      ++shown;
    return fail(path, mask.error(), "\"%.*s\" is not a list of CPUs such as 0-3,8",
                static_cast<int>(shown), text->data());
  }
  return mask;
}

Result<unsigned> possible_cpu_count() {
  static Cached<cached_fact("possible CPUs")> count;
  return count.get([]() -> Result<std::uint32_t> {
    const auto mask = read_cpu_mask(kPossibleCpus);
    if (!mask)
      return mask.error();
    return mask->count();
  });
}

} // namespace ringside::kernel
