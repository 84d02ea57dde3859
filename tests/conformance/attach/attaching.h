/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* attaching: an object of programs that count how often they run, and places to attach them to. */
#ifndef RINGSIDE_CONFORM_ATTACHING_H
#define RINGSIDE_CONFORM_ATTACHING_H

#include <stdbool.h>

struct bpf_link;
struct bpf_program;

/* program_loaded is a program of tests/objects/attach.bpf.c, in an object of its own that is loaded
 * with it alone; program_unloaded is one that is not loaded, and load_program loads it. end_program
 * closes the object. One at a time. If the kernel does not know the type of program, the case is
 * skipped. */
struct bpf_program* program_loaded(const char* name);
struct bpf_program* program_unloaded(const char* name);
int load_program(struct bpf_program* program);
void end_program(void);

/* runs_in is how often the program runs during `act`. */
unsigned long long runs_in(void (*act)(void));

/* own_namespaces gives the process mounts and a network of its own, with tracefs. */
void own_namespaces(void);

/* own_file is the path of this program. probed is a function of it, act_probed calls it, and
 * act_getppid calls getppid(2) through the C library. */
const char* own_file(void);
int probed(int number);
void act_probed(void);
void act_getppid(void);

/* own_network gives the process a network of its own, in which the loopback device is up, and
 * act_packet sends one packet over it, which arrives. */
void own_network(void);
void act_packet(void);

/* CHECK_LINK checks that there is a link of a type of the kernel's (or 0, if the kernel has none),
 * that the program runs `wanted` times in `act`, and that it no longer does when the link has
 * ended. */
#define CHECK_LINK(link, type, act, wanted) check_link(link, type, act, wanted, __FILE__, __LINE__)
void check_link(struct bpf_link* link, unsigned type, void (*act)(void), unsigned long long wanted,
                const char* file, int line);
/* CHECK_ATTACHES checks that there is a link, without a look at what it does. */
#define CHECK_ATTACHES(link, type) check_link(link, type, 0, 0, __FILE__, __LINE__)

#endif /* RINGSIDE_CONFORM_ATTACHING_H */
