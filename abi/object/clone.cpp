// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading a program of an object once more, and tying one to a struct_ops map.
#include <cerrno>

#include <bpf/bpf.h>

#include "abi/boundary/options.hpp"
#include "abi/object/handles.hpp"
#include "bpf/prog.hpp"

RINGSIDE_OPTIONS(bpf_prog_load_opts);

using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::Options;
using ringside::Result;
namespace bpf = ringside::bpf;

namespace {

using Opts = bpf_prog_load_opts;

// attr_of is what options set. EINVAL: more than one target, or a log without its size or buffer.
Result<bpf::ProgLoadAttr> attr_of(const Options<Opts>& options) {
  constexpr ringside::Subject kSubject("bpf_prog_load_opts");
  const __u32 program_fd = options.get(&Opts::attach_prog_fd);
  const __u32 btf_fd = options.get(&Opts::attach_btf_obj_fd);
  if (program_fd != 0 && btf_fd != 0)
    return fail(kSubject, Errno(EINVAL), "there are both attach_prog_fd and attach_btf_obj_fd");
  char* const log_buf = options.get(&Opts::log_buf);
  const __u32 log_size = options.get(&Opts::log_size);
  if ((log_buf == nullptr) != (log_size == 0))
    return fail(kSubject, Errno(EINVAL), "a log needs both log_buf and log_size");
  return bpf::ProgLoadAttr{
      .log_level = options.get(&Opts::log_level),
      .log_size = log_size,
      .log_buf = log_buf,
      .kern_version = options.get(&Opts::kern_version),
      .prog_flags = options.get(&Opts::prog_flags),
      .prog_ifindex = options.get(&Opts::prog_ifindex),
      .expected_attach_type = options.get(&Opts::expected_attach_type),
      .prog_btf_fd = options.get(&Opts::prog_btf_fd),
      .func_info_rec_size = options.get(&Opts::func_info_rec_size),
      .func_info = options.get(&Opts::func_info),
      .func_info_cnt = options.get(&Opts::func_info_cnt),
      .line_info_rec_size = options.get(&Opts::line_info_rec_size),
      .line_info = options.get(&Opts::line_info),
      .line_info_cnt = options.get(&Opts::line_info_cnt),
      .attach_btf_id = options.get(&Opts::attach_btf_id),
      .attach_target_fd = program_fd != 0 ? program_fd : btf_fd,
      .fd_array = options.get(&Opts::fd_array),
      .prog_token_fd = options.get(&Opts::token_fd),
      .fd_array_cnt = options.get(&Opts::fd_array_cnt),
  };
}

} // namespace

extern "C" LIBBPF_API int bpf_program__clone(struct bpf_program* prog,
                                             const struct bpf_prog_load_opts* opts) {
  const Entry entry;
  if (prog == nullptr)
    return entry.fail(fail("program", Errno(EINVAL), "it is NULL"));
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const int attempts = options->get(&Opts::attempts);
  if (attempts < 0)
    return entry.fail(
        fail("bpf_prog_load_opts", Errno(EINVAL), "%d attempts are below 0", attempts));
  const auto attr = attr_of(*options);
  if (!attr)
    return entry.fail(attr.error());
  return entry.leave(core(prog).clone(*attr, attempts != 0 ? attempts : bpf::kDefaultAttempts));
}

extern "C" LIBBPF_API int
bpf_program__assoc_struct_ops(struct bpf_program* prog, struct bpf_map* map,
                              struct bpf_prog_assoc_struct_ops_opts* opts) {
  const Entry entry;
  if (prog == nullptr || core(prog).fd() < 0 || core(prog).plan().type == BPF_PROG_TYPE_STRUCT_OPS)
    return entry.fail(
        fail("program", Errno(EINVAL), "it is not loaded, or is a struct_ops program itself"));
  if (map == nullptr || core(map).fd() < 0 || !core(map).is_struct_ops())
    return entry.fail(
        fail("map", Errno(EINVAL), "the kernel does not have it, or it is no struct_ops map"));
  return bpf_prog_assoc_struct_ops(core(prog).fd(), core(map).fd(), opts);
}
