/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The BPF program of the demo: what it watches, and the record that it writes. */
#ifndef RINGSIDE_DEMO_PROGRAM_H
#define RINGSIDE_DEMO_PROGRAM_H

#include <stdint.h>
#include <sys/syscall.h>

/* The system call that the target makes and the program traces. It has no arguments, so the kernel
 * ignores the running number that the target passes as the first one. */
#define DEMO_SYSCALL SYS_getppid

/* A record is the running number, repeated eight times. */
#define DEMO_RECORD_WORDS 8
#define DEMO_RECORD_SIZE (DEMO_RECORD_WORDS * sizeof(uint64_t))

/* load_program loads a raw tracepoint program for sys_enter that writes one record into `map_fd`
 * for every DEMO_SYSCALL of process `tgid`. Returns its descriptor, or a negative errno. */
int load_program(int map_fd, int tgid);

#endif
