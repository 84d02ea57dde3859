// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attributes: each field stands where the kernel's header has it, as far as the header knows it.
#include "bpf/attr.hpp"

#include <cstddef>
#include <type_traits>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

namespace ringside::bpf::test {
namespace {

// A field of ours and one of bpf_attr are the same bytes. In a template, so that a field that the
// header lacks is no error, and no difference.
#define RINGSIDE_SAME(Ours, our_field, their_field)                                                \
  static_assert(                                                                                   \
      []<class Attr>(const Attr*) {                                                                \
        if constexpr (requires(Attr attr) { attr.their_field; })                                   \
          return offsetof(Ours, our_field) == offsetof(Attr, their_field) &&                       \
                 sizeof(Ours::our_field) == sizeof(std::declval<Attr>().their_field);              \
        return true;                                                                               \
      }(static_cast<const bpf_attr*>(nullptr)),                                                    \
      #their_field)

RINGSIDE_SAME(MapCreateAttr, map_type, map_type);
RINGSIDE_SAME(MapCreateAttr, key_size, key_size);
RINGSIDE_SAME(MapCreateAttr, value_size, value_size);
RINGSIDE_SAME(MapCreateAttr, max_entries, max_entries);
RINGSIDE_SAME(MapCreateAttr, map_flags, map_flags);
RINGSIDE_SAME(MapCreateAttr, inner_map_fd, inner_map_fd);
RINGSIDE_SAME(MapCreateAttr, numa_node, numa_node);
RINGSIDE_SAME(MapCreateAttr, map_name, map_name);
RINGSIDE_SAME(MapCreateAttr, map_ifindex, map_ifindex);
RINGSIDE_SAME(MapCreateAttr, btf_fd, btf_fd);
RINGSIDE_SAME(MapCreateAttr, btf_key_type_id, btf_key_type_id);
RINGSIDE_SAME(MapCreateAttr, btf_value_type_id, btf_value_type_id);
RINGSIDE_SAME(MapCreateAttr, btf_vmlinux_value_type_id, btf_vmlinux_value_type_id);
RINGSIDE_SAME(MapCreateAttr, map_extra, map_extra);
RINGSIDE_SAME(MapCreateAttr, value_type_btf_obj_fd, value_type_btf_obj_fd);
RINGSIDE_SAME(MapCreateAttr, map_token_fd, map_token_fd);
RINGSIDE_SAME(MapCreateAttr, excl_prog_hash, excl_prog_hash);
RINGSIDE_SAME(MapCreateAttr, excl_prog_hash_size, excl_prog_hash_size);

RINGSIDE_SAME(ElementAttr, map_fd, map_fd);
RINGSIDE_SAME(ElementAttr, key, key);
RINGSIDE_SAME(ElementAttr, value, value);
RINGSIDE_SAME(ElementAttr, flags, flags);
RINGSIDE_SAME(NextKeyAttr, map_fd, map_fd);
RINGSIDE_SAME(NextKeyAttr, key, key);
RINGSIDE_SAME(NextKeyAttr, next_key, next_key);
RINGSIDE_SAME(FreezeAttr, map_fd, map_fd);

RINGSIDE_SAME(BatchAttr, in_batch, batch.in_batch);
RINGSIDE_SAME(BatchAttr, out_batch, batch.out_batch);
RINGSIDE_SAME(BatchAttr, keys, batch.keys);
RINGSIDE_SAME(BatchAttr, values, batch.values);
RINGSIDE_SAME(BatchAttr, count, batch.count);
RINGSIDE_SAME(BatchAttr, map_fd, batch.map_fd);
RINGSIDE_SAME(BatchAttr, elem_flags, batch.elem_flags);
RINGSIDE_SAME(BatchAttr, flags, batch.flags);

RINGSIDE_SAME(ProgLoadAttr, prog_type, prog_type);
RINGSIDE_SAME(ProgLoadAttr, insn_cnt, insn_cnt);
RINGSIDE_SAME(ProgLoadAttr, insns, insns);
RINGSIDE_SAME(ProgLoadAttr, license, license);
RINGSIDE_SAME(ProgLoadAttr, log_level, log_level);
RINGSIDE_SAME(ProgLoadAttr, log_size, log_size);
RINGSIDE_SAME(ProgLoadAttr, log_buf, log_buf);
RINGSIDE_SAME(ProgLoadAttr, kern_version, kern_version);
RINGSIDE_SAME(ProgLoadAttr, prog_flags, prog_flags);
RINGSIDE_SAME(ProgLoadAttr, prog_name, prog_name);
RINGSIDE_SAME(ProgLoadAttr, prog_ifindex, prog_ifindex);
RINGSIDE_SAME(ProgLoadAttr, expected_attach_type, expected_attach_type);
RINGSIDE_SAME(ProgLoadAttr, prog_btf_fd, prog_btf_fd);
RINGSIDE_SAME(ProgLoadAttr, func_info_rec_size, func_info_rec_size);
RINGSIDE_SAME(ProgLoadAttr, func_info, func_info);
RINGSIDE_SAME(ProgLoadAttr, func_info_cnt, func_info_cnt);
RINGSIDE_SAME(ProgLoadAttr, line_info_rec_size, line_info_rec_size);
RINGSIDE_SAME(ProgLoadAttr, line_info, line_info);
RINGSIDE_SAME(ProgLoadAttr, line_info_cnt, line_info_cnt);
RINGSIDE_SAME(ProgLoadAttr, attach_btf_id, attach_btf_id);
RINGSIDE_SAME(ProgLoadAttr, attach_target_fd, attach_prog_fd);
RINGSIDE_SAME(ProgLoadAttr, attach_target_fd, attach_btf_obj_fd);
RINGSIDE_SAME(ProgLoadAttr, core_relo_cnt, core_relo_cnt);
RINGSIDE_SAME(ProgLoadAttr, fd_array, fd_array);
RINGSIDE_SAME(ProgLoadAttr, core_relos, core_relos);
RINGSIDE_SAME(ProgLoadAttr, core_relo_rec_size, core_relo_rec_size);
RINGSIDE_SAME(ProgLoadAttr, log_true_size, log_true_size);
RINGSIDE_SAME(ProgLoadAttr, prog_token_fd, prog_token_fd);
RINGSIDE_SAME(ProgLoadAttr, fd_array_cnt, fd_array_cnt);
RINGSIDE_SAME(ProgLoadAttr, signature, signature);
RINGSIDE_SAME(ProgLoadAttr, signature_size, signature_size);
RINGSIDE_SAME(ProgLoadAttr, keyring_id, keyring_id);

RINGSIDE_SAME(BtfLoadAttr, btf, btf);
RINGSIDE_SAME(BtfLoadAttr, btf_log_buf, btf_log_buf);
RINGSIDE_SAME(BtfLoadAttr, btf_size, btf_size);
RINGSIDE_SAME(BtfLoadAttr, btf_log_size, btf_log_size);
RINGSIDE_SAME(BtfLoadAttr, btf_log_level, btf_log_level);
RINGSIDE_SAME(BtfLoadAttr, btf_log_true_size, btf_log_true_size);
RINGSIDE_SAME(BtfLoadAttr, btf_flags, btf_flags);
RINGSIDE_SAME(BtfLoadAttr, btf_token_fd, btf_token_fd);

RINGSIDE_SAME(PathAttr, pathname, pathname);
RINGSIDE_SAME(PathAttr, bpf_fd, bpf_fd);
RINGSIDE_SAME(PathAttr, file_flags, file_flags);
RINGSIDE_SAME(PathAttr, path_fd, path_fd);

RINGSIDE_SAME(AttachAttr, target, target_fd);
RINGSIDE_SAME(AttachAttr, target, target_ifindex);
RINGSIDE_SAME(AttachAttr, attach_bpf_fd, attach_bpf_fd);
RINGSIDE_SAME(AttachAttr, attach_type, attach_type);
RINGSIDE_SAME(AttachAttr, attach_flags, attach_flags);
RINGSIDE_SAME(AttachAttr, replace_bpf_fd, replace_bpf_fd);
RINGSIDE_SAME(AttachAttr, relative, relative_fd);
RINGSIDE_SAME(AttachAttr, relative, relative_id);
RINGSIDE_SAME(AttachAttr, expected_revision, expected_revision);

RINGSIDE_SAME(QueryAttr, target, query.target_fd);
RINGSIDE_SAME(QueryAttr, attach_type, query.attach_type);
RINGSIDE_SAME(QueryAttr, query_flags, query.query_flags);
RINGSIDE_SAME(QueryAttr, attach_flags, query.attach_flags);
RINGSIDE_SAME(QueryAttr, prog_ids, query.prog_ids);
RINGSIDE_SAME(QueryAttr, count, query.prog_cnt);
RINGSIDE_SAME(QueryAttr, prog_attach_flags, query.prog_attach_flags);
RINGSIDE_SAME(QueryAttr, link_ids, query.link_ids);
RINGSIDE_SAME(QueryAttr, link_attach_flags, query.link_attach_flags);
RINGSIDE_SAME(QueryAttr, revision, query.revision);

RINGSIDE_SAME(TestRunAttr, prog_fd, test.prog_fd);
RINGSIDE_SAME(TestRunAttr, retval, test.retval);
RINGSIDE_SAME(TestRunAttr, data_size_in, test.data_size_in);
RINGSIDE_SAME(TestRunAttr, data_size_out, test.data_size_out);
RINGSIDE_SAME(TestRunAttr, data_in, test.data_in);
RINGSIDE_SAME(TestRunAttr, data_out, test.data_out);
RINGSIDE_SAME(TestRunAttr, repeat, test.repeat);
RINGSIDE_SAME(TestRunAttr, duration, test.duration);
RINGSIDE_SAME(TestRunAttr, ctx_size_in, test.ctx_size_in);
RINGSIDE_SAME(TestRunAttr, ctx_size_out, test.ctx_size_out);
RINGSIDE_SAME(TestRunAttr, ctx_in, test.ctx_in);
RINGSIDE_SAME(TestRunAttr, ctx_out, test.ctx_out);
RINGSIDE_SAME(TestRunAttr, flags, test.flags);
RINGSIDE_SAME(TestRunAttr, cpu, test.cpu);
RINGSIDE_SAME(TestRunAttr, batch_size, test.batch_size);

RINGSIDE_SAME(IdAttr, id, start_id);
RINGSIDE_SAME(IdAttr, id, prog_id);
RINGSIDE_SAME(IdAttr, next_id, next_id);
RINGSIDE_SAME(IdAttr, open_flags, open_flags);
RINGSIDE_SAME(BtfIdAttr, id, btf_id);
RINGSIDE_SAME(BtfIdAttr, open_flags, open_flags);
RINGSIDE_SAME(BtfIdAttr, token_fd, fd_by_id_token_fd);

RINGSIDE_SAME(InfoAttr, bpf_fd, info.bpf_fd);
RINGSIDE_SAME(InfoAttr, info_len, info.info_len);
RINGSIDE_SAME(InfoAttr, info, info.info);

RINGSIDE_SAME(RawTracepointAttr, name, raw_tracepoint.name);
RINGSIDE_SAME(RawTracepointAttr, prog_fd, raw_tracepoint.prog_fd);
RINGSIDE_SAME(RawTracepointAttr, cookie, raw_tracepoint.cookie);

RINGSIDE_SAME(TaskFdAttr, pid, task_fd_query.pid);
RINGSIDE_SAME(TaskFdAttr, fd, task_fd_query.fd);
RINGSIDE_SAME(TaskFdAttr, flags, task_fd_query.flags);
RINGSIDE_SAME(TaskFdAttr, buf_len, task_fd_query.buf_len);
RINGSIDE_SAME(TaskFdAttr, buf, task_fd_query.buf);
RINGSIDE_SAME(TaskFdAttr, prog_id, task_fd_query.prog_id);
RINGSIDE_SAME(TaskFdAttr, fd_type, task_fd_query.fd_type);
RINGSIDE_SAME(TaskFdAttr, probe_offset, task_fd_query.probe_offset);
RINGSIDE_SAME(TaskFdAttr, probe_addr, task_fd_query.probe_addr);

RINGSIDE_SAME(LinkCreateAttr, prog_fd, link_create.prog_fd);
RINGSIDE_SAME(LinkCreateAttr, prog_fd, link_create.map_fd);
RINGSIDE_SAME(LinkCreateAttr, target, link_create.target_fd);
RINGSIDE_SAME(LinkCreateAttr, target, link_create.target_ifindex);
RINGSIDE_SAME(LinkCreateAttr, attach_type, link_create.attach_type);
RINGSIDE_SAME(LinkCreateAttr, flags, link_create.flags);
RINGSIDE_SAME(LinkCreateAttr, target_btf_id, link_create.target_btf_id);
RINGSIDE_SAME(LinkCreateAttr, iter.iter_info, link_create.iter_info);
RINGSIDE_SAME(LinkCreateAttr, iter.iter_info_len, link_create.iter_info_len);
RINGSIDE_SAME(LinkCreateAttr, perf_event_cookie, link_create.perf_event.bpf_cookie);
RINGSIDE_SAME(LinkCreateAttr, kprobe_multi.flags, link_create.kprobe_multi.flags);
RINGSIDE_SAME(LinkCreateAttr, kprobe_multi.cnt, link_create.kprobe_multi.cnt);
RINGSIDE_SAME(LinkCreateAttr, kprobe_multi.syms, link_create.kprobe_multi.syms);
RINGSIDE_SAME(LinkCreateAttr, kprobe_multi.addrs, link_create.kprobe_multi.addrs);
RINGSIDE_SAME(LinkCreateAttr, kprobe_multi.cookies, link_create.kprobe_multi.cookies);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.path, link_create.uprobe_multi.path);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.offsets, link_create.uprobe_multi.offsets);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.ref_ctr_offsets,
              link_create.uprobe_multi.ref_ctr_offsets);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.cookies, link_create.uprobe_multi.cookies);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.cnt, link_create.uprobe_multi.cnt);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.flags, link_create.uprobe_multi.flags);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.pid, link_create.uprobe_multi.pid);
RINGSIDE_SAME(LinkCreateAttr, uprobe_multi.path_fd, link_create.uprobe_multi.path_fd);
RINGSIDE_SAME(LinkCreateAttr, tracing.target_btf_id, link_create.tracing.target_btf_id);
// The header does not align this one. Ours stands where kernels of 64 bits have it, for programs of
// 32 bits as well.
#if __SIZEOF_POINTER__ == 8
RINGSIDE_SAME(LinkCreateAttr, tracing.cookie, link_create.tracing.cookie);
#endif
RINGSIDE_SAME(LinkCreateAttr, netfilter.pf, link_create.netfilter.pf);
RINGSIDE_SAME(LinkCreateAttr, netfilter.hooknum, link_create.netfilter.hooknum);
RINGSIDE_SAME(LinkCreateAttr, netfilter.priority, link_create.netfilter.priority);
RINGSIDE_SAME(LinkCreateAttr, netfilter.flags, link_create.netfilter.flags);
RINGSIDE_SAME(LinkCreateAttr, relative.relative, link_create.tcx.relative_fd);
RINGSIDE_SAME(LinkCreateAttr, relative.expected_revision, link_create.tcx.expected_revision);
RINGSIDE_SAME(LinkCreateAttr, relative.relative, link_create.netkit.relative_fd);
RINGSIDE_SAME(LinkCreateAttr, relative.expected_revision, link_create.netkit.expected_revision);
RINGSIDE_SAME(LinkCreateAttr, relative.relative, link_create.cgroup.relative_fd);
RINGSIDE_SAME(LinkCreateAttr, relative.expected_revision, link_create.cgroup.expected_revision);
RINGSIDE_SAME(LinkCreateAttr, tracing_multi.ids, link_create.tracing_multi.ids);
RINGSIDE_SAME(LinkCreateAttr, tracing_multi.cookies, link_create.tracing_multi.cookies);
RINGSIDE_SAME(LinkCreateAttr, tracing_multi.cnt, link_create.tracing_multi.cnt);

RINGSIDE_SAME(LinkUpdateAttr, link_fd, link_update.link_fd);
RINGSIDE_SAME(LinkUpdateAttr, new_fd, link_update.new_prog_fd);
RINGSIDE_SAME(LinkUpdateAttr, new_fd, link_update.new_map_fd);
RINGSIDE_SAME(LinkUpdateAttr, flags, link_update.flags);
RINGSIDE_SAME(LinkUpdateAttr, old_fd, link_update.old_prog_fd);
RINGSIDE_SAME(LinkUpdateAttr, old_fd, link_update.old_map_fd);
RINGSIDE_SAME(LinkDetachAttr, link_fd, link_detach.link_fd);
RINGSIDE_SAME(StatsAttr, type, enable_stats.type);
RINGSIDE_SAME(IterCreateAttr, link_fd, iter_create.link_fd);
RINGSIDE_SAME(IterCreateAttr, flags, iter_create.flags);
RINGSIDE_SAME(BindMapAttr, prog_fd, prog_bind_map.prog_fd);
RINGSIDE_SAME(BindMapAttr, map_fd, prog_bind_map.map_fd);
RINGSIDE_SAME(BindMapAttr, flags, prog_bind_map.flags);
RINGSIDE_SAME(TokenAttr, flags, token_create.flags);
RINGSIDE_SAME(TokenAttr, bpffs_fd, token_create.bpffs_fd);
RINGSIDE_SAME(StreamReadAttr, stream_buf, prog_stream_read.stream_buf);
RINGSIDE_SAME(StreamReadAttr, stream_buf_len, prog_stream_read.stream_buf_len);
RINGSIDE_SAME(StreamReadAttr, stream_id, prog_stream_read.stream_id);
RINGSIDE_SAME(StreamReadAttr, prog_fd, prog_stream_read.prog_fd);
RINGSIDE_SAME(AssocStructOpsAttr, map_fd, prog_assoc_struct_ops.map_fd);
RINGSIDE_SAME(AssocStructOpsAttr, prog_fd, prog_assoc_struct_ops.prog_fd);
RINGSIDE_SAME(AssocStructOpsAttr, flags, prog_assoc_struct_ops.flags);

#undef RINGSIDE_SAME

// The members of the union cover no byte that `words` does not.
static_assert(sizeof(LinkCreateAttr) ==
              offsetof(LinkCreateAttr, words) + sizeof(LinkCreateAttr::words));

} // namespace

TEST_CASE("an address is 64 bits wide, with zeros above a 32-bit pointer") {
  int number = 0;
  CHECK(Address(&number).pointer() == &number);
  CHECK(Address(&number).bits() == reinterpret_cast<std::uintptr_t>(&number));
  CHECK(Address().is_null());
  CHECK(sizeof(Address) == 8);
}

} // namespace ringside::bpf::test
