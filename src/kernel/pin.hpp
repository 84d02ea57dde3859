// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Pinning: names in a bpf file system, which keep an object of bpf(2) when no process holds it.
#pragma once

#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::kernel {

// pin gives what is behind a descriptor a name. If the folder of the path is missing, it is made;
// its own folder must be there. EINVAL: the path is not in a bpf file system; EEXIST; with a
// message. No folder is made outside of a bpf file system.
Result<void> pin(int fd, const char* path, const Subject& subject);

// unpin removes a name.
Result<void> unpin(const char* path, const Subject& subject);

} // namespace ringside::kernel
