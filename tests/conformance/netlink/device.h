/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* device: a network device of the case's own, and programs for it. */
#ifndef RINGSIDE_CONFORM_DEVICE_H
#define RINGSIDE_CONFORM_DEVICE_H

#include <linux/bpf.h>

/* device_of_our_own moves the process to a new network namespace, which has a loopback device and
 * no other, and returns its index. Without the privilege the case is skipped. */
int device_of_our_own(void);

/* device_program loads a program that returns 0. The case closes it. */
int device_program(enum bpf_prog_type type);
/* device_program_id: the id of a program. */
__u32 device_program_id(int prog_fd);

#endif /* RINGSIDE_CONFORM_DEVICE_H */
