// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What this kernel can do, if that must be known before the call that needs it. If the call itself
// shows it by its error, there is no function here.
#pragma once

namespace ringside::kernel {

// has_bpf_cookie: a program can read the number that was given when it was attached. Linux 5.15.
bool has_bpf_cookie();

// has_system_call_wrapper: the kernel's functions for system calls have the name of the machine in
// front, and take their arguments from saved registers. Linux 4.17 on x86, arm64 and s390.
bool has_system_call_wrapper();

// has_attach_types: the attach type can be given when a program is loaded. Linux 4.17.
bool has_attach_types();

// has_uprobe_multi: a link can have many uprobes, in all processes or in one, and the kernel checks
// that process's number. Linux 6.10.
bool has_uprobe_multi();

// has_uprobe_call: probes on a nop of 5 bytes need no trap. Linux 6.18 on x86-64.
bool has_uprobe_call();

// has_uprobe_counter: the kernel counts the attached probes in the semaphore of the file.
// Linux 4.20.
bool has_uprobe_counter();

// has_perf_link: programs are attached to perf events by links. Linux 5.15.
bool has_perf_link();

// lacks_variables: programs cannot have variables, which are the values of maps that instructions
// name. Linux before 5.2. False where the kernel cannot be asked.
bool lacks_variables();

// has_full_value_offsets: an instruction can load any address in the value of a map, not only those
// in its first 512 MiB.
bool has_full_value_offsets();

} // namespace ringside::kernel
