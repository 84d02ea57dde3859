// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF of the running kernel: its own, those of modules and programs, and what it is given.
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

// module_btf is the types of a module, over those of the kernel. The errors are those of read_btf.
Result<Owned<btf::Btf>> module_btf(const char* name, const btf::Btf* vmlinux);

// btf_by_id is what the kernel holds under an id, over a base or over none. ENOENT, EPERM and what
// else the kernel says; E2BIG: it grows while it is read; those of Btf::read.
Result<Owned<btf::Btf>> btf_by_id(std::uint32_t id, const btf::Btf* base);

// load_btf gives the kernel a BTF, which then has a descriptor. EEXIST if it has one already, or
// what the kernel refuses with. The kernel's log is then written as a warning.
Result<void> load_btf(btf::Btf& btf);

} // namespace ringside::kernel
