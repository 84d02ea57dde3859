// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The version of the running kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside::bpf {

// version is three numbers in one, as the kernel's LINUX_VERSION_CODE has them. The third has eight
// bits.
constexpr std::uint32_t version(std::uint32_t major, std::uint32_t minor, std::uint32_t patch) {
  return major << 16 | minor << 8 | (patch < 255 ? patch : 255);
}

// kernel_version is that of the kernel as its programs must name it, which distributions keep in
// different places; 0 if there is none.
std::uint32_t kernel_version();

// The places, in their order. `signature` is the text of /proc/version_signature, which Ubuntu's
// kernels have: "Ubuntu 5.4.0-12.15-generic 5.4.8". `build` and `release` are of uname(2): Debian's
// kernels say "#1 SMP Debian 4.19.304-1 (2024-01-09)" in the first, and less in the second.
std::optional<std::uint32_t> version_of_signature(std::string_view signature);
std::optional<std::uint32_t> version_of_build(std::string_view build);
std::optional<std::uint32_t> version_of_release(std::string_view release);

} // namespace ringside::bpf
