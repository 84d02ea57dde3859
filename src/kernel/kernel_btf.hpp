// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF of the running kernel: reading its own, of modules and of programs, and loading one.
#pragma once

#include <cstdint>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::kernel {

// vmlinux_btf is the types of the kernel itself: of /sys/kernel/btf/vmlinux if that exists, else of
// the first file with the kernel that can be read as BTF. ESRCH if there is none; what reading the
// file in /sys fails with.
Result<Owned<btf::Btf>> vmlinux_btf();

// module_btf is the types of a module, split on those of the kernel. The errors are those of
// read_btf.
Result<Owned<btf::Btf>> module_btf(const char* name, const btf::Btf* vmlinux);

// btf_by_id is the BTF that the kernel has under an id, split on a base or without one. ENOENT,
// EPERM and other errors of the kernel; E2BIG: the BTF grows while it is read; those of Btf::read.
Result<Owned<btf::Btf>> btf_by_id(std::uint32_t id, const btf::Btf* base);

// load_btf loads a BTF into the kernel; it then has a descriptor. EEXIST if it has one already;
// else what the kernel refuses with, and then the kernel's log is written as a warning.
Result<void> load_btf(btf::Btf& btf);

} // namespace ringside::kernel
