// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Perf events and tracepoints.
#include "attach/event.hpp"

#include "abi/attach/handles.hpp"
#include "abi/boundary/options.hpp"
#include "abi/object/handles.hpp"
#include "attach/hook.hpp"
#include "object/attaching.hpp"

RINGSIDE_OPTIONS(bpf_perf_event_opts);
RINGSIDE_OPTIONS(bpf_raw_tracepoint_opts);
RINGSIDE_OPTIONS(bpf_tracepoint_opts);

using ringside::core;
using ringside::Entry;
using ringside::give_link;
using ringside::Options;
using ringside::object::Attachable;
namespace attach = ringside::attach;

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_perf_event_opts(const struct bpf_program* prog, int pfd,
                                    const struct bpf_perf_event_opts* opts) {
  using Opts = bpf_perf_event_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  attach::Event event{{}, ringside::os::UniqueFd(pfd)};
  auto link = attach::attach_event(program.program(), event,
                                   {.cookie = options->get(&Opts::bpf_cookie),
                                    .by_ioctl = options->get(&Opts::force_ioctl_attach),
                                    .enable = !options->get(&Opts::dont_enable)});
  // Where it fails, the event is still the caller's.
  event.fd.release();
  return give_link(entry, std::move(link));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_perf_event(const struct bpf_program* prog, int pfd) {
  return bpf_program__attach_perf_event_opts(prog, pfd, nullptr);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_tracepoint_opts(const struct bpf_program* prog, const char* tp_category,
                                    const char* tp_name, const struct bpf_tracepoint_opts* opts) {
  using Opts = bpf_tracepoint_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  return give_link(entry, attach::attach_tracepoint(program.program(), tp_category, tp_name,
                                                    options->get(&Opts::bpf_cookie)));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_tracepoint(const struct bpf_program* prog, const char* tp_category,
                               const char* tp_name) {
  return bpf_program__attach_tracepoint_opts(prog, tp_category, tp_name, nullptr);
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_raw_tracepoint_opts(const struct bpf_program* prog, const char* tp_name,
                                        struct bpf_raw_tracepoint_opts* opts) {
  using Opts = bpf_raw_tracepoint_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  return give_link(entry, attach::attach_raw_tracepoint(program.program(), tp_name,
                                                        options->get(&Opts::cookie)));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_raw_tracepoint(const struct bpf_program* prog, const char* tp_name) {
  return bpf_program__attach_raw_tracepoint_opts(prog, tp_name, nullptr);
}
