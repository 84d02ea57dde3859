// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// How the kernel knows the one program that may use a map.
#pragma once

#include "base/result.hpp"
#include "base/sha256.hpp"

namespace ringside::object {

class Program;
struct Loading;

// hash_for_map is the SHA-256 of a program's instructions as it will be loaded, but for the numbers
// in loads of maps: those are 0, so that it is known before there are maps.
Result<Sha256> hash_for_map(const Loading& loading, const Program& program);

} // namespace ringside::object
