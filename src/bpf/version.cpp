// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The version of the running kernel, out of the texts that say it.
#include "bpf/version.hpp"

#include "base/cached.hpp"
#include "base/scan.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

namespace ringside::bpf {
namespace {

Result<std::uint32_t> ask() {
  char signature[256];
  if (const auto length = os::read_file("/proc/version_signature", signature))
    if (const auto found = version_of_signature({signature, *length}))
      return *found;
  const os::KernelNames names = os::kernel_names();
  if (const auto found = version_of_build(names.version))
    return *found;
  return version_of_release(names.release).value_or(0);
}

} // namespace

std::optional<std::uint32_t> version_of_release(std::string_view release) {
  constexpr std::uint64_t kMost = 65535;
  const auto major = take_number(release, 10, kMost);
  if (!major || !take_text(release, "."))
    return {};
  const auto minor = take_number(release, 10, kMost);
  if (!minor)
    return {};
  // "6.18-rc1" has two numbers.
  std::optional<std::uint64_t> patch;
  if (take_text(release, "."))
    patch = take_number(release, 10, kMost);
  return version(static_cast<std::uint32_t>(*major), static_cast<std::uint32_t>(*minor),
                 static_cast<std::uint32_t>(patch.value_or(0)));
}

std::optional<std::uint32_t> version_of_signature(std::string_view signature) {
  take_word(signature);
  take_word(signature);
  return version_of_release(take_word(signature));
}

std::optional<std::uint32_t> version_of_build(std::string_view build) {
  constexpr std::string_view kBefore = "Debian ";
  const std::size_t at = build.find(kBefore);
  if (at == std::string_view::npos)
    return {};
  build.remove_prefix(at + kBefore.size());
  return version_of_release(build);
}

std::uint32_t kernel_version() {
  static Cached<cached_fact("kernel version")> kept;
  const auto answer = kept.get(ask);
  return answer ? *answer : 0;
}

} // namespace ringside::bpf
