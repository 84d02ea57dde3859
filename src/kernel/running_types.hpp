// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The BTF of the running kernel and of its modules.
#pragma once

#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "os/unique_fd.hpp"

namespace ringside::kernel {

// kernel_btf is that of the running kernel. It is read once and kept until the process ends, for
// all threads. ESRCH, with a message, if the kernel has none; else what reading it fails with.
Result<const btf::Btf*> kernel_btf(const Subject& subject);

// ModuleBtf is that of a module, split on the kernel's. `fd` is how bpf(2) knows it.
struct ModuleBtf {
  os::UniqueFd fd;
  Array<char> name;
  Owned<btf::Btf> btf;
};

// read_modules is the BTF of all modules that are loaded now, in the order of their ids. The list
// is empty if this process may not ask, or if the kernel cannot say which module a BTF is of
// (before 5.11). A module whose BTF cannot be read is left out with a warning. `token` is a BPF
// token's descriptor, or -1.
Result<Vector<ModuleBtf>> read_modules(const btf::Btf& kernel, int token, const Subject& subject);

} // namespace ringside::kernel
