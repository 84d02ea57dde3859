// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// open_bytes: how an object in memory is opened, by a program or by its skeleton.
#pragma once

#include <cstddef>
#include <span>

#include <bpf/libbpf.h>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "object/object.hpp"

namespace ringside {

// open_bytes checks the options and opens the object. Its name is that of the options, else
// `fallback_name`, else it says where the bytes are.
Result<Owned<object::Object>> open_bytes(std::span<const std::byte> bytes,
                                         const char* fallback_name,
                                         const bpf_object_open_opts* opts);

} // namespace ringside
