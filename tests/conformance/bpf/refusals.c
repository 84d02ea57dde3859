/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* refusals: what is said when the kernel refuses a command. The stock library says nothing. */
#include <stdio.h>
#include <sys/utsname.h>

#include "bpf/tap.h"
#include "harness/conform.h"

enum { FSESSION_MULTI = 61 };

static unsigned warnings(void) {
  return messages_of(LIBBPF_WARN);
}

/* older_than: whether this kernel is older. What it is asked for in these cases is newer still. */
static bool older_than(unsigned major, unsigned minor) {
  struct utsname names;
  unsigned running_major = 0, running_minor = 0;

  uname(&names);
  sscanf(names.release, "%u.%u", &running_major, &running_minor);
  return running_major < major || (running_major == major && running_minor < minor);
}

static void what_came_later(void) {
  if (!older_than(6, 19))
    skip("this kernel may know the attach type");
  tap_open();
  messages_clear();
  tap_answer(-EINVAL);
  CHECK_FAILS(bpf_link_create(3, 4, (enum bpf_attach_type)FSESSION_MULTI, NULL), EINVAL);
  CHECK_EQ(warnings(), differs() ? 1 : 0);
  if (differs())
    CHECK_WARNED("trace_fsession_multi is known from a newer kernel on");
}

/* The kernel has another reason. */
static void what_it_knows(void) {
  OPTS(bpf_map_create_opts, opts, .map_flags = 1);

  tap_open();
  messages_clear();
  tap_answer(-EINVAL), tap_answer(-EBUSY), tap_answer(-EINVAL);
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, &opts), EINVAL);
  CHECK_FAILS(bpf_link_create(3, 4, BPF_XDP, NULL), EBUSY);
  CHECK_FAILS(bpf_link_create(3, 4, BPF_XDP, NULL), EINVAL);
  CHECK_EQ(warnings(), 0);
}

static void privileges_once(void) {
  __u32 id;

  tap_open();
  messages_clear();
  for (int i = 0; i < 3; i++)
    tap_answer(-EPERM);
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, NULL), EPERM);
  CHECK_EQ(warnings(), differs() ? 1 : 0);
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, NULL), EPERM);
  CHECK_FAILS(bpf_map_get_next_id(0, &id), EPERM);
  CHECK_EQ(warnings(), differs() ? 1 : 0);
}

/* A map may be frozen, or its descriptor opened for reading alone: that is no want of privileges.
 */
static void elements(void) {
  const int key = 0;

  tap_open();
  messages_clear();
  tap_answer(-EPERM);
  CHECK_FAILS(bpf_map_update_elem(7, &key, &key, 0), EPERM);
  CHECK_EQ(warnings(), 0);
}

CASES(refusals) = {
#define CASE(name_, ...)                                                                           \
  { .name = "refusals." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(what_came_later, "bpf_link_create", .difference = "newer-kernel-named"),
    CASE(what_it_knows, "bpf_link_create"),
    CASE(privileges_once, "bpf_map_create", .difference = "privileges-explained"),
    CASE(elements, "bpf_map_update_elem"),
    {.name = NULL},
#undef CASE
};
