/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kernel_live: functions of kernel.c for the other parts of the two back ends. Not for cases. */
#ifndef RINGSIDE_CONFORM_KERNEL_LIVE_H
#define RINGSIDE_CONFORM_KERNEL_LIVE_H

#include <stddef.h>
#include <stdint.h>

/* kernel_die ends the program: without what failed, no library can be tested. */
void kernel_die(const char* what, int error);

/* kernel_keep: the end of the case closes the map, and the program that uses it (or -1). */
void kernel_keep(int map_fd, int program_fd);
int kernel_program_of(int map_fd);

/* kernel_data_fd: an array map of one value, the payload of kernel_payload_max bytes. */
int kernel_data_fd(void);

/* kernel_run runs a program on `cpu` and returns what it returned. */
int kernel_run(int program_fd, unsigned cpu, const uint64_t* args, size_t count);

/* kernel_run_writer runs a map's program, of two arguments: the payload's size, and flags. */
int kernel_run_writer(int map_fd, unsigned cpu, uint64_t flags, const void* data, uint32_t size);

#endif /* RINGSIDE_CONFORM_KERNEL_LIVE_H */
