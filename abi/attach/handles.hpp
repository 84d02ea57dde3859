// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// give_link: how functions that attach give a link.
#pragma once

#include <utility>

#include "abi/object/handles.hpp"

namespace ringside {

inline bpf_link* give_link(const Entry& entry, Result<Owned<attach::Link>> link) {
  return handle<bpf_link>(entry.leave(std::move(link)));
}

} // namespace ringside
