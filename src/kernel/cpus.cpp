// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading the kernel's CPU masks.
#include "kernel/cpus.hpp"

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/cached.hpp"
#include "kernel/refusal.hpp"
#include "os/file.hpp"

namespace ringside::kernel {

namespace {

// Most lists are short. These files are at most a page, and a page is at most 64 KiB.
constexpr std::size_t kShortText = 512;
constexpr std::size_t kMostText = 65537;

// MaskText is the text of a file as it was read.
struct MaskText {
  Array<char> text;
  std::size_t length = 0;
};

Result<MaskText> read_text(const char* path, std::size_t most) {
  auto text = Array<char>::of_size(most);
  if (!text)
    return text.error();
  const auto length = os::read_file(path, *text);
  if (!length)
    return length.error();
  return MaskText{std::move(*text), *length};
}

Result<MaskText> read_text(const char* path) {
  auto text = read_text(path, kShortText);
  return text || text.error() != Errno(E2BIG) ? std::move(text) : read_text(path, kMostText);
}

} // namespace

Result<CpuMask> try_cpu_mask(const char* path) {
  const auto read = read_text(path);
  if (!read)
    return read.error();
  return CpuMask::parse({read->text.begin(), read->length});
}

Result<CpuMask> read_cpu_mask(const char* path) {
  constexpr Step kReading{"reading it"};
  const auto read = read_text(path);
  if (!read)
    return refused(path, kReading, read.error());
  auto mask = CpuMask::parse({read->text.begin(), read->length});
  if (!mask && mask.error() != Errno(EINVAL))
    return refused(path, kReading, mask.error());
  if (!mask) {
    // The part of the text that can stand in a message of one line.
    std::size_t shown = 0;
    while (shown < read->length && shown < 64 && read->text[shown] >= ' ' &&
           read->text[shown] <= '~')
      ++shown;
    return fail(path, mask.error(), "\"%.*s\" is not a list of CPUs such as 0-3,8",
                static_cast<int>(shown), read->text.begin());
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
