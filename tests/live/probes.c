/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* probes LIBRARY: what a libbpf says of each type of programs and maps that it can name, and of a
 * dozen helpers for each type of programs. A line is "program NAME ANSWER", "map NAME ANSWER" or
 * "helper NAME HELPER ANSWER"; an answer is 1, 0 or a negative errno. */
#include <stdio.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define FUNCTIONS(X)                                                                               \
  X(libbpf_probe_bpf_prog_type)                                                                    \
  X(libbpf_probe_bpf_map_type)                                                                     \
  X(libbpf_probe_bpf_helper)                                                                       \
  X(libbpf_bpf_prog_type_str)                                                                      \
  X(libbpf_bpf_map_type_str)
#include "../support/functions.h"

/* Some that every program may call, some for tracing or for the network alone, and some that are
 * newer than Linux 5.10. */
static const struct {
  enum bpf_func_id id;
  const char* name;
} helpers[] = {
#define HELPER(name)                                                                               \
  { BPF_FUNC_##name, "bpf_" #name }
    HELPER(map_lookup_elem),
    HELPER(map_push_elem),
    HELPER(ktime_get_ns),
    HELPER(trace_printk),
    HELPER(get_smp_processor_id),
    HELPER(tail_call),
    HELPER(get_current_pid_tgid),
    HELPER(perf_event_output),
    HELPER(get_stackid),
    HELPER(skb_store_bytes),
    HELPER(redirect_map),
    HELPER(xdp_adjust_head),
    HELPER(sk_lookup_tcp),
    HELPER(get_socket_cookie),
    HELPER(probe_read_kernel),
    HELPER(ringbuf_output),
    HELPER(copy_from_user),
    HELPER(loop),
    HELPER(sys_bpf),
    HELPER(user_ringbuf_drain),
#undef HELPER
};

int main(int count, char** arguments) {
  const char* const problem = count == 2 ? load_functions(arguments[1]) : "probes LIBRARY";

  if (problem != NULL) {
    fprintf(stderr, "%s\n", problem);
    return 2;
  }
  for (int type = 0; p_libbpf_bpf_prog_type_str((enum bpf_prog_type)type) != NULL; type++) {
    const char* const name = p_libbpf_bpf_prog_type_str((enum bpf_prog_type)type);

    printf("program %s %d\n", name, p_libbpf_probe_bpf_prog_type((enum bpf_prog_type)type, NULL));
    for (size_t at = 0; at < sizeof(helpers) / sizeof(helpers[0]); at++)
      printf("helper %s %s %d\n", name, helpers[at].name,
             p_libbpf_probe_bpf_helper((enum bpf_prog_type)type, helpers[at].id, NULL));
  }
  for (int type = 0; p_libbpf_bpf_map_type_str((enum bpf_map_type)type) != NULL; type++)
    printf("map %s %d\n", p_libbpf_bpf_map_type_str((enum bpf_map_type)type),
           p_libbpf_probe_bpf_map_type((enum bpf_map_type)type, NULL));
  return 0;
}
