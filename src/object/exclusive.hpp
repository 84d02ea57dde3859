// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// How the kernel recognises the one program that may use a map.
#pragma once

#include "base/result.hpp"
#include "base/sha256.hpp"

namespace ringside::object {

class Program;
struct Loading;

// hash_for_map is the SHA-256 of the instructions of a program as it will be loaded. In
// instructions that load maps the numbers count as 0, so the hash can be computed before the maps
// are made.
Result<Sha256> hash_for_map(const Loading& loading, const Program& program);

} // namespace ringside::object
