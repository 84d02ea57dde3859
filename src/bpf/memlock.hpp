// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RLIMIT_MEMLOCK, which kernels before 5.11 charge maps, programs and BTF to.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "bpf/version.hpp"

namespace ringside::bpf {

// The first version that does not. Kernels of distributions that are older by their number may be
// like it.
inline constexpr std::uint32_t kFirstWithCgroups = version(5, 11, 0);

// charged_to_cgroup is whether a kernel of this version charges them to the memory cgroup. An older
// one than 5.11 is asked by a small program; EPERM and EAGAIN if its answer is none.
Result<bool> charged_to_cgroup(std::uint32_t running);

// make_room_in_memlock is called before the first map, program or BTF object of a process: where
// the kernel charges them to the limit, it raises the limit. Once, and a failure is ignored: the
// call that it is for may need no more than there is, and says so otherwise.
void make_room_in_memlock();

// set_memlock_wanted sets what it is raised to, in bytes; 0 leaves it alone. Infinity without a
// call. EBUSY once it has been raised.
Result<void> set_memlock_wanted(std::uint64_t bytes);

} // namespace ringside::bpf
