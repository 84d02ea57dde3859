// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Pinning: names in a bpf file system, which keep an object of bpf(2) when no process holds it.
#pragma once

#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::kernel {

// pin gives the object behind a descriptor a name. It makes the folder that the name is in, if that
// is missing; the folder above that one must be there. No folder is made outside of a bpf file
// system. EINVAL: the path is not in a bpf file system; EEXIST: there is such a name; else what the
// kernel refuses with. Each with a message.
Result<void> pin(int fd, const char* path, const Subject& subject);

// unpin removes a name.
Result<void> unpin(const char* path, const Subject& subject);

} // namespace ringside::kernel
