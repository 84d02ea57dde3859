// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kprobes, uprobes and USDT.
#include "attach/probe.hpp"

#include "abi/attach/handles.hpp"
#include "abi/boundary/options.hpp"
#include "abi/object/handles.hpp"
#include "attach/kprobe.hpp"
#include "attach/uprobe.hpp"
#include "object/attaching.hpp"
#include "object/usdt_maps.hpp"

RINGSIDE_OPTIONS(bpf_kprobe_multi_opts);
RINGSIDE_OPTIONS(bpf_kprobe_opts);
RINGSIDE_OPTIONS(bpf_ksyscall_opts);
RINGSIDE_OPTIONS(bpf_uprobe_multi_opts);
RINGSIDE_OPTIONS(bpf_uprobe_opts);
RINGSIDE_OPTIONS(bpf_usdt_opts);

using ringside::core;
using ringside::Entry;
using ringside::give_link;
using ringside::Options;
using ringside::attach::ProbeMode;
using ringside::object::Attachable;
namespace attach = ringside::attach;

namespace {

// Cookies are of one size, whatever the type is called.
const std::uint64_t* cookies_of(const __u64* cookies) {
  static_assert(sizeof(__u64) == sizeof(std::uint64_t));
  return reinterpret_cast<const std::uint64_t*>(cookies);
}

} // namespace

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_kprobe_opts(const struct bpf_program* prog, const char* func_name,
                                const struct bpf_kprobe_opts* opts) {
  using Opts = bpf_kprobe_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  return give_link(entry, attach::attach_kprobe(
                              program.program(),
                              {.function = func_name,
                               .offset = options->get(&Opts::offset),
                               .at_return = options->get(&Opts::retprobe),
                               .mode = static_cast<ProbeMode>(options->get(&Opts::attach_mode)),
                               .cookie = options->get(&Opts::bpf_cookie)}));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_kprobe(const struct bpf_program* prog, bool retprobe, const char* func_name) {
  const Entry entry;
  const Attachable program(core(prog));
  return give_link(entry, attach::attach_kprobe(program.program(),
                                                {.function = func_name, .at_return = retprobe}));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_kprobe_multi_opts(const struct bpf_program* prog, const char* pattern,
                                      const struct bpf_kprobe_multi_opts* opts) {
  using Opts = bpf_kprobe_multi_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  return give_link(entry,
                   attach::attach_kprobe_multi(program.program(),
                                               {.pattern = pattern,
                                                .functions = options->get(&Opts::syms),
                                                .addresses = options->get(&Opts::addrs),
                                                .cookies = cookies_of(options->get(&Opts::cookies)),
                                                .count = options->get(&Opts::cnt),
                                                .at_return = options->get(&Opts::retprobe),
                                                .session = options->get(&Opts::session),
                                                .must_be_one = options->get(&Opts::unique_match)}));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_ksyscall(const struct bpf_program* prog, const char* syscall_name,
                             const struct bpf_ksyscall_opts* opts) {
  using Opts = bpf_ksyscall_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  return give_link(entry, attach::attach_system_call(program.program(), syscall_name,
                                                     options->get(&Opts::retprobe),
                                                     options->get(&Opts::bpf_cookie)));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_uprobe_opts(const struct bpf_program* prog, pid_t pid, const char* binary_path,
                                size_t func_offset, const struct bpf_uprobe_opts* opts) {
  using Opts = bpf_uprobe_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  return give_link(entry, attach::attach_uprobe(
                              program.program(),
                              {.pid = pid,
                               .path = binary_path,
                               .function = options->get(&Opts::func_name),
                               .offset = func_offset,
                               .counter = options->get(&Opts::ref_ctr_offset),
                               .at_return = options->get(&Opts::retprobe),
                               .mode = static_cast<ProbeMode>(options->get(&Opts::attach_mode)),
                               .cookie = options->get(&Opts::bpf_cookie)}));
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_uprobe(const struct bpf_program* prog,
                                                                  bool retprobe, pid_t pid,
                                                                  const char* binary_path,
                                                                  size_t func_offset) {
  const Entry entry;
  const Attachable program(core(prog));
  return give_link(
      entry, attach::attach_uprobe(
                 program.program(),
                 {.pid = pid, .path = binary_path, .offset = func_offset, .at_return = retprobe}));
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_uprobe_multi(const struct bpf_program* prog, pid_t pid, const char* binary_path,
                                 const char* func_pattern,
                                 const struct bpf_uprobe_multi_opts* opts) {
  using Opts = bpf_uprobe_multi_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const Attachable program(core(prog));
  return give_link(entry,
                   attach::attach_uprobe_multi(program.program(),
                                               {.pid = pid,
                                                .path = binary_path,
                                                .pattern = func_pattern,
                                                .functions = options->get(&Opts::syms),
                                                .offsets = options->get(&Opts::offsets),
                                                .counters = options->get(&Opts::ref_ctr_offsets),
                                                .cookies = cookies_of(options->get(&Opts::cookies)),
                                                .count = options->get(&Opts::cnt),
                                                .at_return = options->get(&Opts::retprobe),
                                                .session = options->get(&Opts::session)}));
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_usdt(const struct bpf_program* prog,
                                                                pid_t pid, const char* binary_path,
                                                                const char* usdt_provider,
                                                                const char* usdt_name,
                                                                const struct bpf_usdt_opts* opts) {
  using Opts = bpf_usdt_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  return give_link(entry,
                   ringside::object::attach_usdt(core(const_cast<struct bpf_program*>(prog)),
                                                 {.pid = pid,
                                                  .path = binary_path,
                                                  .provider = usdt_provider,
                                                  .name = usdt_name,
                                                  .cookie = options->get(&Opts::usdt_cookie)}));
}
