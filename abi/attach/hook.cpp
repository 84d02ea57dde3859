// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What one call attaches: tracing, iterators, cgroups, devices, network namespaces.
#include "attach/hook.hpp"

#include <cerrno>

#include "abi/attach/attach_with.hpp"
#include "abi/bpf/relative.hpp"
#include "attach/tracing_multi.hpp"
#include "bpf/new_uapi.hpp"

RINGSIDE_OPTIONS(bpf_cgroup_opts);
RINGSIDE_OPTIONS(bpf_iter_attach_opts);
RINGSIDE_OPTIONS(bpf_netfilter_opts);
RINGSIDE_OPTIONS(bpf_netkit_opts);
RINGSIDE_OPTIONS(bpf_tcx_opts);
RINGSIDE_OPTIONS(bpf_trace_opts);
RINGSIDE_OPTIONS(bpf_tracing_multi_opts);

using ringside::attach_alone;
using ringside::attach_with;
using ringside::Called;
using ringside::Errno;
using ringside::fail;
using ringside::is_foreign;
using ringside::Options;
using ringside::pass_on;
using Linked = ringside::Result<ringside::Owned<ringside::attach::Link>>;
namespace attach = ringside::attach;
namespace bpf = ringside::bpf;

namespace {

bpf_link* attach_at(const bpf_program* prog, int target) {
  return attach_alone(prog, [target](const attach::Program& program) {
    return attach::attach_hook(program,
                               {.target = target, .attach_type = program.attach_type, .words = {}});
  });
}

// attach_next_to attaches in the order that the options say. These have the same members for
// cgroups, tcx and netkit.
template <class Opts>
bpf_link* attach_next_to(const bpf_program* prog, int target, const char* problem,
                         const Opts* opts) {
  const auto attach_in_order = [=](const attach::Program& program,
                                   const Options<Opts>& options) -> Linked {
    if (const auto loaded = attach::must_be_loaded(program); !loaded)
      return loaded.error();
    if (problem != nullptr)
      return fail(program.subject, Errno(EINVAL), "%s", problem);
    const auto relative =
        bpf::relative_of(options.get(&Opts::relative_fd), options.get(&Opts::relative_id));
    if (!relative)
      return fail(program.subject, relative.error(),
                  "relative_fd and relative_id cannot both be given");
    bpf::LinkCreateAttr attr{.target = target,
                             .attach_type = program.attach_type,
                             .flags = options.get(&Opts::flags) | relative->flags,
                             .words = {}};
    attr.relative = {.relative = relative->number,
                     .reserved = 0,
                     .expected_revision = options.get(&Opts::expected_revision)};
    return attach::attach_hook(program, attr);
  };
  return attach_with(prog, opts, attach_in_order);
}

const char* no_device(int ifindex) {
  return ifindex == 0 ? "there is no device with the number 0" : nullptr;
}

} // namespace

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_trace_opts(const struct bpf_program* prog, const struct bpf_trace_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_trace_opts, Called(), prog, opts);
  return attach_with(prog, opts, [](const attach::Program& program, const auto& options) {
    return attach::attach_tracing(program, options.get(&bpf_trace_opts::cookie));
  });
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_trace(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_trace, Called(), prog);
  return bpf_program__attach_trace_opts(prog, nullptr);
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_lsm(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_lsm, Called(), prog);
  return bpf_program__attach_trace_opts(prog, nullptr);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_tracing_multi(const struct bpf_program* prog, const char* pattern,
                                  const struct bpf_tracing_multi_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_tracing_multi, Called(), prog, pattern, opts);
  using Opts = bpf_tracing_multi_opts;
  return attach_with(prog, opts, [pattern](const attach::Program& program, const auto& options) {
    return attach::attach_tracing_multi(program, {.pattern = pattern,
                                                  .ids = options.get(&Opts::ids),
                                                  .cookies = options.get(&Opts::cookies),
                                                  .count = options.get(&Opts::cnt)});
  });
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_freplace(const struct bpf_program* prog,
                                                                    int target_fd,
                                                                    const char* attach_func_name) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_freplace, Called(), prog, target_fd, attach_func_name);
  return attach_alone(prog, [=](const attach::Program& program) {
    return attach::attach_replacement(program, target_fd, attach_func_name);
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_iter(const struct bpf_program* prog, const struct bpf_iter_attach_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_iter, Called(), prog, opts);
  using Opts = bpf_iter_attach_opts;
  return attach_with(prog, opts, [](const attach::Program& program, const auto& options) {
    return attach::attach_iterator(program, options.get(&Opts::link_info),
                                   options.get(&Opts::link_info_len));
  });
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_cgroup(const struct bpf_program* prog,
                                                                  int cgroup_fd) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_cgroup, Called(), prog, cgroup_fd);
  return attach_at(prog, cgroup_fd);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_cgroup_opts(const struct bpf_program* prog, int cgroup_fd,
                                const struct bpf_cgroup_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_cgroup_opts, Called(), prog, cgroup_fd, opts);
  return attach_next_to(prog, cgroup_fd, nullptr, opts);
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_netns(const struct bpf_program* prog,
                                                                 int netns_fd) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_netns, Called(), prog, netns_fd);
  return attach_at(prog, netns_fd);
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_sockmap(const struct bpf_program* prog,
                                                                   int map_fd) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_sockmap, Called(), prog, map_fd);
  return attach_at(prog, map_fd);
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_xdp(const struct bpf_program* prog,
                                                               int ifindex) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_xdp, Called(), prog, ifindex);
  return attach_at(prog, ifindex);
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_tcx(const struct bpf_program* prog,
                                                               int ifindex,
                                                               const struct bpf_tcx_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_tcx, Called(), prog, ifindex, opts);
  return attach_next_to(prog, ifindex, no_device(ifindex), opts);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_netkit(const struct bpf_program* prog, int ifindex,
                           const struct bpf_netkit_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_netkit, Called(), prog, ifindex, opts);
  return attach_next_to(prog, ifindex, no_device(ifindex), opts);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_netfilter(const struct bpf_program* prog,
                              const struct bpf_netfilter_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_netfilter, Called(), prog, opts);
  using Opts = bpf_netfilter_opts;
  return attach_with(prog, opts, [](const attach::Program& program, const Options<Opts>& options) {
    bpf::LinkCreateAttr attr{.attach_type = bpf::kNetfilter, .words = {}};
    attr.netfilter = {.pf = options.get(&Opts::pf),
                      .hooknum = options.get(&Opts::hooknum),
                      .priority = options.get(&Opts::priority),
                      .flags = options.get(&Opts::flags)};
    return attach::attach_hook(program, attr);
  });
}
