// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What stands behind struct bpf_link, and how functions that attach give one.
#pragma once

#include <utility>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle.hpp"
#include "attach/link.hpp"

template <>
struct ringside::Core<bpf_link> {
  using Type = ringside::attach::Link;
};

namespace ringside {

inline bpf_link* give_link(const Entry& entry, Result<Owned<attach::Link>> link) {
  return handle<bpf_link>(entry.leave(std::move(link)));
}

} // namespace ringside
