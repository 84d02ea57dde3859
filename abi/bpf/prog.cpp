// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs that are loaded: running them, what they print, what belongs to them, what a task has
// attached; and tokens.
#include <cerrno>

#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "abi/bpf/told.hpp"
#include "bpf/command.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/newer_requests.hpp"

using ringside::Errno;
using ringside::OneCall;
using ringside::Options;
namespace bpf = ringside::bpf;
namespace kernel = ringside::kernel;

RINGSIDE_OPTIONS(bpf_test_run_opts);
RINGSIDE_OPTIONS(bpf_prog_bind_opts);
RINGSIDE_OPTIONS(bpf_prog_assoc_struct_ops_opts);
RINGSIDE_OPTIONS(bpf_prog_stream_read_opts);
RINGSIDE_OPTIONS(bpf_token_create_opts);

extern "C" LIBBPF_API int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts* opts) {
  using Opts = bpf_test_run_opts;
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  bpf::TestRunAttr attr{
      .prog_fd = prog_fd,
      .data_size_in = options->get(&Opts::data_size_in),
      .data_size_out = options->get(&Opts::data_size_out),
      .data_in = options->get(&Opts::data_in),
      .data_out = options->get(&Opts::data_out),
      .repeat = options->get(&Opts::repeat),
      .duration = options->get(&Opts::duration),
      .ctx_size_in = options->get(&Opts::ctx_size_in),
      .ctx_size_out = options->get(&Opts::ctx_size_out),
      .ctx_in = options->get(&Opts::ctx_in),
      .ctx_out = options->get(&Opts::ctx_out),
      .flags = options->get(&Opts::flags),
      .cpu = options->get(&Opts::cpu),
      .batch_size = options->get(&Opts::batch_size),
  };
  const auto done = bpf::call(BPF_PROG_TEST_RUN, attr);
  options->put(&Opts::data_size_out, attr.data_size_out);
  options->put(&Opts::ctx_size_out, attr.ctx_size_out);
  options->put(&Opts::duration, attr.duration);
  options->put(&Opts::retval, attr.retval);
  kernel::tell_if_refused(done, "bpf_prog_test_run_opts", BPF_PROG_TEST_RUN, attr);
  return entry.leave(done);
}

extern "C" LIBBPF_API int bpf_prog_bind_map(int prog_fd, int map_fd,
                                            const struct bpf_prog_bind_opts* opts) {
  const OneCall entry;
  const auto options = Options<bpf_prog_bind_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  return entry.leave(bpf::run(BPF_PROG_BIND_MAP,
                              bpf::BindMapAttr{.prog_fd = prog_fd,
                                               .map_fd = map_fd,
                                               .flags = options->get(&bpf_prog_bind_opts::flags)}));
}

extern "C" LIBBPF_API int bpf_prog_assoc_struct_ops(int prog_fd, int map_fd,
                                                    struct bpf_prog_assoc_struct_ops_opts* opts) {
  using Opts = bpf_prog_assoc_struct_ops_opts;
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const bpf::AssocStructOpsAttr attr{
      .map_fd = map_fd, .prog_fd = prog_fd, .flags = options->get(&Opts::flags)};
  return ringside::run_told(entry, __func__, bpf::kProgAssocStructOps, attr);
}

extern "C" LIBBPF_API int bpf_prog_stream_read(int prog_fd, __u32 stream_id, void* buf,
                                               __u32 buf_len,
                                               struct bpf_prog_stream_read_opts* opts) {
  const OneCall entry;
  const auto options = Options<bpf_prog_stream_read_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  bpf::StreamReadAttr attr{
      .stream_buf = buf, .stream_buf_len = buf_len, .stream_id = stream_id, .prog_fd = prog_fd};
  const auto read = bpf::call(bpf::kProgStreamReadByFd, attr);
  kernel::tell_if_refused(read, "bpf_prog_stream_read", bpf::kProgStreamReadByFd, attr);
  return entry.leave(read);
}

// NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes to buf.
extern "C" LIBBPF_API int bpf_task_fd_query(int pid, int fd, __u32 flags, char* buf, __u32* buf_len,
                                            __u32* prog_id, __u32* fd_type, __u64* probe_offset,
                                            __u64* probe_addr) {
  const OneCall entry;
  if (buf_len == nullptr || prog_id == nullptr || fd_type == nullptr || probe_offset == nullptr ||
      probe_addr == nullptr)
    return entry.fail(Errno(EINVAL));
  bpf::TaskFdAttr attr{.pid = pid, .fd = fd, .flags = flags, .buf_len = *buf_len, .buf = buf};
  const auto told = bpf::call(BPF_TASK_FD_QUERY, attr);
  *buf_len = attr.buf_len;
  *prog_id = attr.prog_id;
  *fd_type = attr.fd_type;
  *probe_offset = attr.probe_offset;
  *probe_addr = attr.probe_addr;
  return entry.leave(told);
}

extern "C" LIBBPF_API int bpf_enable_stats(int type) {
  return ringside::open_told(OneCall(), __func__, BPF_ENABLE_STATS,
                             bpf::StatsAttr{.type = static_cast<__u32>(type)});
}

extern "C" LIBBPF_API int bpf_token_create(int bpffs_fd, struct bpf_token_create_opts* opts) {
  const OneCall entry;
  const auto options = Options<bpf_token_create_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const bpf::TokenAttr attr{.flags = options->get(&bpf_token_create_opts::flags),
                            .bpffs_fd = bpffs_fd};
  return ringside::open_told(entry, __func__, bpf::kTokenCreate, attr);
}
