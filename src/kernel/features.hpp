// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What this kernel can do, where that has to be known before the call that needs it. A fact that
// the real call tells is not asked for here.
#pragma once

namespace ringside::kernel {

// has_bpf_cookie: a program can ask for the number that it was attached with. Linux 5.15.
bool has_bpf_cookie();

// has_system_call_wrapper: the kernel's functions for system calls have the name of the machine in
// front, and take their arguments from saved registers. Linux 4.17 on x86, arm64 and s390.
bool has_system_call_wrapper();

} // namespace ringside::kernel
