// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs that are attached to a cgroup, a network namespace, a map or a device without a link.
#include <cerrno>

#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "abi/bpf/relative.hpp"
#include "abi/bpf/told.hpp"
#include "bpf/command.hpp"
#include "kernel/newer_requests.hpp"

using ringside::Errno;
using ringside::OneCall;
using ringside::Options;
namespace bpf = ringside::bpf;
namespace kernel = ringside::kernel;

RINGSIDE_OPTIONS(bpf_prog_attach_opts);
RINGSIDE_OPTIONS(bpf_prog_detach_opts);
RINGSIDE_OPTIONS(bpf_prog_query_opts);

namespace {

// read_attr is what attaching and detaching have in common: what is attached to what, and next to
// which other program.
template <class Opts>
ringside::Result<bpf::AttachAttr> read_attr(int prog_fd, int target, enum bpf_attach_type type,
                                            const Options<Opts>& options) {
  const auto relative =
      bpf::relative_of(options.get(&Opts::relative_fd), options.get(&Opts::relative_id));
  if (!relative)
    return relative.error();
  return bpf::AttachAttr{.target = target,
                         .attach_bpf_fd = prog_fd,
                         .attach_type = type,
                         .attach_flags = options.get(&Opts::flags) | relative->flags,
                         .relative = relative->number,
                         .expected_revision = options.get(&Opts::expected_revision)};
}

} // namespace

extern "C" LIBBPF_API int bpf_prog_attach_opts(int prog_fd, int target, enum bpf_attach_type type,
                                               const struct bpf_prog_attach_opts* opts) {
  using Opts = struct bpf_prog_attach_opts;
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  auto attr = read_attr(prog_fd, target, type, *options);
  if (!attr)
    return entry.fail(attr.error());
  attr->replace_bpf_fd = options->get(&Opts::replace_fd);
  return ringside::run_told(entry, __func__, BPF_PROG_ATTACH, *attr);
}

extern "C" LIBBPF_API int bpf_prog_attach(int prog_fd, int attachable_fd, enum bpf_attach_type type,
                                          unsigned int flags) {
  return OneCall().leave(bpf::run(BPF_PROG_ATTACH, bpf::AttachAttr{.target = attachable_fd,
                                                                   .attach_bpf_fd = prog_fd,
                                                                   .attach_type = type,
                                                                   .attach_flags = flags}));
}

extern "C" LIBBPF_API int bpf_prog_detach_opts(int prog_fd, int target, enum bpf_attach_type type,
                                               const struct bpf_prog_detach_opts* opts) {
  const OneCall entry;
  const auto options = Options<struct bpf_prog_detach_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const auto attr = read_attr(prog_fd, target, type, *options);
  if (!attr)
    return entry.fail(attr.error());
  return ringside::run_told(entry, __func__, BPF_PROG_DETACH, *attr);
}

extern "C" LIBBPF_API int bpf_prog_detach(int attachable_fd, enum bpf_attach_type type) {
  return bpf_prog_detach_opts(0, attachable_fd, type, nullptr);
}

extern "C" LIBBPF_API int bpf_prog_detach2(int prog_fd, int attachable_fd,
                                           enum bpf_attach_type type) {
  return bpf_prog_detach_opts(prog_fd, attachable_fd, type, nullptr);
}

extern "C" LIBBPF_API int bpf_prog_query_opts(int target, enum bpf_attach_type type,
                                              struct bpf_prog_query_opts* opts) {
  using Opts = struct bpf_prog_query_opts;
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  bpf::QueryAttr attr{
      .target = target,
      .attach_type = type,
      .query_flags = options->get(&Opts::query_flags),
      .prog_ids = options->get(&Opts::prog_ids),
      .count = options->get(&Opts::count),
      .prog_attach_flags = options->get(&Opts::prog_attach_flags),
      .link_ids = options->get(&Opts::link_ids),
      .link_attach_flags = options->get(&Opts::link_attach_flags),
  };
  const auto told = bpf::call(BPF_PROG_QUERY, attr);
  options->put(&Opts::attach_flags, attr.attach_flags);
  options->put(&Opts::revision, attr.revision);
  options->put(&Opts::count, attr.count);
  kernel::tell_if_refused(told, "bpf_prog_query_opts", BPF_PROG_QUERY, attr);
  return entry.leave(told);
}

extern "C" LIBBPF_API int bpf_prog_query(int target_fd, enum bpf_attach_type type,
                                         __u32 query_flags, __u32* attach_flags,
                                         // NOLINTNEXTLINE(readability-non-const-parameter): written
                                         __u32* prog_ids, __u32* prog_cnt) {
  const OneCall entry;
  if (prog_cnt == nullptr)
    return entry.fail(Errno(EINVAL));
  bpf::QueryAttr attr{.target = target_fd,
                      .attach_type = type,
                      .query_flags = query_flags,
                      .prog_ids = prog_ids,
                      .count = *prog_cnt};
  const auto told = bpf::call(BPF_PROG_QUERY, attr);
  if (attach_flags != nullptr)
    *attach_flags = attr.attach_flags;
  *prog_cnt = attr.count;
  return entry.leave(told);
}
