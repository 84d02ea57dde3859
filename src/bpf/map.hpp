// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The elements of BPF maps.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace ringside::bpf {

// update_element stores a value under a key. `flags` is BPF_ANY, BPF_NOEXIST or BPF_EXIST. In a map
// of descriptors the value is an int. Source: BPF_MAP_UPDATE_ELEM in bpf(2).
Result<void> update_element(int map_fd, const void* key, const void* value, std::uint64_t flags);

// delete_element removes a key; in a map of descriptors it empties the slot. Source:
// BPF_MAP_DELETE_ELEM in bpf(2).
Result<void> delete_element(int map_fd, const void* key);

} // namespace ringside::bpf
