// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SHA-256, by which the kernel knows a program. Source: FIPS 180-4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringside {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::span<const std::byte> bytes);

} // namespace ringside
