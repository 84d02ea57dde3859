// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Perf events and tracepoints.
#include "attach/event.hpp"

#include "abi/attach/attach_with.hpp"
#include "attach/hook.hpp"

RINGSIDE_OPTIONS(bpf_perf_event_opts);
RINGSIDE_OPTIONS(bpf_raw_tracepoint_opts);
RINGSIDE_OPTIONS(bpf_tracepoint_opts);

using ringside::attach_with;
using ringside::Called;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::os::UniqueFd;
namespace attach = ringside::attach;

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_perf_event_opts(const struct bpf_program* prog, int pfd,
                                    const struct bpf_perf_event_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_perf_event_opts, Called(), prog, pfd, opts);
  using Opts = bpf_perf_event_opts;
  return attach_with(prog, opts, [pfd](const attach::Program& program, const auto& options) {
    attach::Event event{{}, UniqueFd(pfd)};
    auto link = attach::attach_event(program, event,
                                     {.cookie = options.get(&Opts::bpf_cookie),
                                      .by_ioctl = options.get(&Opts::force_ioctl_attach),
                                      .enable = !options.get(&Opts::dont_enable)});
    // Where it fails, the event is still the caller's.
    event.fd.release();
    return link;
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_perf_event(const struct bpf_program* prog, int pfd) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_perf_event, Called(), prog, pfd);
  return bpf_program__attach_perf_event_opts(prog, pfd, nullptr);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_tracepoint_opts(const struct bpf_program* prog, const char* tp_category,
                                    const char* tp_name, const struct bpf_tracepoint_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_tracepoint_opts, Called(), prog, tp_category, tp_name, opts);
  return attach_with(prog, opts, [=](const attach::Program& program, const auto& options) {
    return attach::attach_tracepoint(program, tp_category, tp_name,
                                     options.get(&bpf_tracepoint_opts::bpf_cookie));
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_tracepoint(const struct bpf_program* prog, const char* tp_category,
                               const char* tp_name) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_tracepoint, Called(), prog, tp_category, tp_name);
  return bpf_program__attach_tracepoint_opts(prog, tp_category, tp_name, nullptr);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_raw_tracepoint_opts(const struct bpf_program* prog, const char* tp_name,
                                        struct bpf_raw_tracepoint_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_raw_tracepoint_opts, Called(), prog, tp_name, opts);
  return attach_with(prog, opts, [=](const attach::Program& program, const auto& options) {
    return attach::attach_raw_tracepoint(program, tp_name,
                                         options.get(&bpf_raw_tracepoint_opts::cookie));
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_raw_tracepoint(const struct bpf_program* prog, const char* tp_name) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_raw_tracepoint, Called(), prog, tp_name);
  return bpf_program__attach_raw_tracepoint_opts(prog, tp_name, nullptr);
}
