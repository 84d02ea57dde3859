/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tap_commands: from <linux/bpf.h> of Linux 7.2. By number, since older headers lack some. */
#include "bpf/tap_commands.h"

#include <stddef.h>

#define FIELDS(...)                                                                                \
  (const struct tap_field[]) {                                                                     \
    __VA_ARGS__, {                                                                                 \
      .name = NULL                                                                                 \
    }                                                                                              \
  }
#define NUMBER(name, at)                                                                           \
  { #name, at, TAP_NUMBER }
#define SIGNED(name, at)                                                                           \
  { #name, at, TAP_SIGNED }
#define WIDE(name, at)                                                                             \
  { #name, at, TAP_WIDE }
#define POINTER(name, at)                                                                          \
  { #name, at, TAP_POINTER }
#define TEXT16(name, at)                                                                           \
  { #name, at, TAP_TEXT16 }

#define ELEMENT FIELDS(NUMBER(map_fd, 0), POINTER(key, 8), POINTER(value, 16), WIDE(flags, 24))
#define BATCH                                                                                      \
  FIELDS(POINTER(in_batch, 0), POINTER(out_batch, 8), POINTER(keys, 16), POINTER(values, 24),      \
         NUMBER(count, 32), NUMBER(map_fd, 36), WIDE(elem_flags, 40), WIDE(flags, 48))
#define PIN                                                                                        \
  FIELDS(POINTER(pathname, 0), NUMBER(bpf_fd, 8), NUMBER(file_flags, 12), SIGNED(path_fd, 16))
#define ATTACH                                                                                     \
  FIELDS(NUMBER(target_fd, 0), NUMBER(attach_bpf_fd, 4), NUMBER(attach_type, 8),                   \
         NUMBER(attach_flags, 12), NUMBER(replace_bpf_fd, 16), NUMBER(relative_fd, 20),            \
         WIDE(expected_revision, 24))
#define NEXT_ID FIELDS(NUMBER(start_id, 0))
#define FD_BY_ID FIELDS(NUMBER(id, 0), NUMBER(open_flags, 8), NUMBER(token_fd, 12))

static const struct tap_command commands[] = {
    [0] = {"MAP_CREATE", true,
           FIELDS(NUMBER(map_type, 0), NUMBER(key_size, 4), NUMBER(value_size, 8),
                  NUMBER(max_entries, 12), NUMBER(map_flags, 16), NUMBER(inner_map_fd, 20),
                  NUMBER(numa_node, 24), TEXT16(map_name, 28), NUMBER(map_ifindex, 44),
                  NUMBER(btf_fd, 48), NUMBER(btf_key_type_id, 52), NUMBER(btf_value_type_id, 56),
                  NUMBER(btf_vmlinux_value_type_id, 60), WIDE(map_extra, 64),
                  SIGNED(value_type_btf_obj_fd, 72), NUMBER(map_token_fd, 76),
                  POINTER(excl_prog_hash, 80), NUMBER(excl_prog_hash_size, 88))},
    [1] = {"MAP_LOOKUP_ELEM", false, ELEMENT},
    [2] = {"MAP_UPDATE_ELEM", false, ELEMENT},
    [3] = {"MAP_DELETE_ELEM", false, ELEMENT},
    [4] = {"MAP_GET_NEXT_KEY", false,
           FIELDS(NUMBER(map_fd, 0), POINTER(key, 8), POINTER(next_key, 16))},
    [5] = {"PROG_LOAD", true,
           FIELDS(NUMBER(prog_type, 0), NUMBER(insn_cnt, 4), POINTER(insns, 8),
                  POINTER(license, 16), NUMBER(log_level, 24), NUMBER(log_size, 28),
                  POINTER(log_buf, 32), NUMBER(kern_version, 40), NUMBER(prog_flags, 44),
                  TEXT16(prog_name, 48), NUMBER(prog_ifindex, 64), NUMBER(expected_attach_type, 68),
                  NUMBER(prog_btf_fd, 72), NUMBER(func_info_rec_size, 76), POINTER(func_info, 80),
                  NUMBER(func_info_cnt, 88), NUMBER(line_info_rec_size, 92), POINTER(line_info, 96),
                  NUMBER(line_info_cnt, 104), NUMBER(attach_btf_id, 108), NUMBER(attach_fd, 112),
                  NUMBER(core_relo_cnt, 116), POINTER(fd_array, 120), POINTER(core_relos, 128),
                  NUMBER(core_relo_rec_size, 136), NUMBER(log_true_size, 140),
                  NUMBER(prog_token_fd, 144), NUMBER(fd_array_cnt, 148), POINTER(signature, 152),
                  NUMBER(signature_size, 160), NUMBER(keyring_id, 164))},
    [6] = {"OBJ_PIN", false, PIN},
    [7] = {"OBJ_GET", true, PIN},
    [8] = {"PROG_ATTACH", false, ATTACH},
    [9] = {"PROG_DETACH", false, ATTACH},
    [10] = {"PROG_TEST_RUN", false,
            FIELDS(NUMBER(prog_fd, 0), NUMBER(retval, 4), NUMBER(data_size_in, 8),
                   NUMBER(data_size_out, 12), POINTER(data_in, 16), POINTER(data_out, 24),
                   NUMBER(repeat, 32), NUMBER(duration, 36), NUMBER(ctx_size_in, 40),
                   NUMBER(ctx_size_out, 44), POINTER(ctx_in, 48), POINTER(ctx_out, 56),
                   NUMBER(flags, 64), NUMBER(cpu, 68), NUMBER(batch_size, 72))},
    [11] = {"PROG_GET_NEXT_ID", false, NEXT_ID},
    [12] = {"MAP_GET_NEXT_ID", false, NEXT_ID},
    [13] = {"PROG_GET_FD_BY_ID", true, FD_BY_ID},
    [14] = {"MAP_GET_FD_BY_ID", true, FD_BY_ID},
    [15] = {"OBJ_GET_INFO_BY_FD", false,
            FIELDS(NUMBER(bpf_fd, 0), NUMBER(info_len, 4), POINTER(info, 8))},
    [16] = {"PROG_QUERY", false,
            FIELDS(NUMBER(target_fd, 0), NUMBER(attach_type, 4), NUMBER(query_flags, 8),
                   NUMBER(attach_flags, 12), POINTER(prog_ids, 16), NUMBER(count, 24),
                   POINTER(prog_attach_flags, 32), POINTER(link_ids, 40),
                   POINTER(link_attach_flags, 48), WIDE(revision, 56))},
    [17] = {"RAW_TRACEPOINT_OPEN", true,
            FIELDS(POINTER(name, 0), NUMBER(prog_fd, 8), WIDE(cookie, 16))},
    [18] = {"BTF_LOAD", true,
            FIELDS(POINTER(btf, 0), POINTER(btf_log_buf, 8), NUMBER(btf_size, 16),
                   NUMBER(btf_log_size, 20), NUMBER(btf_log_level, 24),
                   NUMBER(btf_log_true_size, 28), NUMBER(btf_flags, 32), NUMBER(btf_token_fd, 36))},
    [19] = {"BTF_GET_FD_BY_ID", true, FD_BY_ID},
    [20] = {"TASK_FD_QUERY", false,
            FIELDS(NUMBER(pid, 0), NUMBER(fd, 4), NUMBER(flags, 8), NUMBER(buf_len, 12),
                   POINTER(buf, 16), NUMBER(prog_id, 24), NUMBER(fd_type, 28),
                   WIDE(probe_offset, 32), WIDE(probe_addr, 40))},
    [21] = {"MAP_LOOKUP_AND_DELETE_ELEM", false, ELEMENT},
    [22] = {"MAP_FREEZE", false, FIELDS(NUMBER(map_fd, 0))},
    [23] = {"BTF_GET_NEXT_ID", false, NEXT_ID},
    [24] = {"MAP_LOOKUP_BATCH", false, BATCH},
    [25] = {"MAP_LOOKUP_AND_DELETE_BATCH", false, BATCH},
    [26] = {"MAP_UPDATE_BATCH", false, BATCH},
    [27] = {"MAP_DELETE_BATCH", false, BATCH},
    /* What the attach type decides stands behind these. */
    [28] = {"LINK_CREATE", true,
            FIELDS(NUMBER(prog_fd, 0), NUMBER(target_fd, 4), NUMBER(attach_type, 8),
                   NUMBER(flags, 12))},
    [29] = {"LINK_UPDATE", false,
            FIELDS(NUMBER(link_fd, 0), NUMBER(new_fd, 4), NUMBER(flags, 8), NUMBER(old_fd, 12))},
    [30] = {"LINK_GET_FD_BY_ID", true, FD_BY_ID},
    [31] = {"LINK_GET_NEXT_ID", false, NEXT_ID},
    [32] = {"ENABLE_STATS", true, FIELDS(NUMBER(type, 0))},
    [33] = {"ITER_CREATE", true, FIELDS(NUMBER(link_fd, 0), NUMBER(flags, 4))},
    [34] = {"LINK_DETACH", false, FIELDS(NUMBER(link_fd, 0))},
    [35] = {"PROG_BIND_MAP", false,
            FIELDS(NUMBER(prog_fd, 0), NUMBER(map_fd, 4), NUMBER(flags, 8))},
    [36] = {"TOKEN_CREATE", true, FIELDS(NUMBER(flags, 0), NUMBER(bpffs_fd, 4))},
    [37] = {"PROG_STREAM_READ", false,
            FIELDS(POINTER(stream_buf, 0), NUMBER(stream_buf_len, 8), NUMBER(stream_id, 12),
                   NUMBER(prog_fd, 16))},
    [38] = {"PROG_ASSOC_STRUCT_OPS", false,
            FIELDS(NUMBER(map_fd, 0), NUMBER(prog_fd, 4), NUMBER(flags, 8))},
};

const struct tap_command* tap_command(unsigned number) {
  return number < sizeof(commands) / sizeof(commands[0]) ? &commands[number] : NULL;
}

unsigned tap_width(const struct tap_field* field) {
  static const unsigned widths[] = {
      [TAP_NUMBER] = 4, [TAP_SIGNED] = 4, [TAP_WIDE] = 8, [TAP_POINTER] = 8, [TAP_TEXT16] = 16};

  return widths[field->kind];
}
