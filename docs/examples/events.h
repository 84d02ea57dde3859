/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* events: where the examples' events come from. A BPF program sends one for each call of a system
 * call that no kernel has, so no program makes it but the example itself. */
#ifndef RINGSIDE_EXAMPLES_EVENTS_H
#define RINGSIDE_EXAMPLES_EVENTS_H

/* events_map: a map for perf_buffer__new(). events_start has the BPF program send to it, until
 * close() of what it returns. Both return a descriptor, or a negative errno. */
int events_map(void);
int events_start(int map);

/* events_make makes that many events, on the CPU that we run on. */
void events_make(int count);

/* refused says what could not be done, and gives the exit status: 77 for what the kernel does not
 * let us do here. */
int refused(const char* what, int err);

#endif /* RINGSIDE_EXAMPLES_EVENTS_H */
