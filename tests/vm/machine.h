/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* machine: what a program may do to the virtual machine that it runs in, and to no other. Results
 * are 0 or an errno. */
#ifndef RINGSIDE_TESTS_VM_MACHINE_H
#define RINGSIDE_TESTS_VM_MACHINE_H

#include <stdbool.h>

/* machine_is_ours: the kernel's command line says that this machine is there to be used up. */
bool machine_is_ours(void);

int machine_set_online(unsigned cpu, bool online);

/* machine_sleep suspends the machine to memory, which takes all CPUs but the first offline, until
 * its clock wakes it. */
int machine_sleep(unsigned seconds);

#endif /* RINGSIDE_TESTS_VM_MACHINE_H */
