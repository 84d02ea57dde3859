// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kprobes, uprobes and USDT.
#include "attach/probe.hpp"

#include <string_view>

#include "abi/attach/attach_with.hpp"
#include "attach/kprobe.hpp"
#include "attach/uprobe.hpp"
#include "object/usdt_maps.hpp"

RINGSIDE_OPTIONS(bpf_kprobe_multi_opts);
RINGSIDE_OPTIONS(bpf_kprobe_opts);
RINGSIDE_OPTIONS(bpf_ksyscall_opts);
RINGSIDE_OPTIONS(bpf_uprobe_multi_opts);
RINGSIDE_OPTIONS(bpf_uprobe_opts);
RINGSIDE_OPTIONS(bpf_usdt_opts);

using ringside::attach_alone;
using ringside::attach_with;
using ringside::Called;
using ringside::core;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::attach::ProbeMode;
namespace attach = ringside::attach;

namespace {

// text_of is a caller's text; a view without data where that is NULL.
std::string_view text_of(const char* text) {
  return text != nullptr ? std::string_view(text) : std::string_view();
}

} // namespace

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_kprobe_opts(const struct bpf_program* prog, const char* func_name,
                                const struct bpf_kprobe_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_kprobe_opts, Called(), prog, func_name, opts);
  using Opts = bpf_kprobe_opts;
  return attach_with(prog, opts, [func_name](const attach::Program& program, const auto& options) {
    return attach::attach_kprobe(program,
                                 {.function = func_name,
                                  .offset = options.get(&Opts::offset),
                                  .at_return = options.get(&Opts::retprobe),
                                  .mode = static_cast<ProbeMode>(options.get(&Opts::attach_mode)),
                                  .cookie = options.get(&Opts::bpf_cookie)});
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_kprobe(const struct bpf_program* prog, bool retprobe, const char* func_name) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_kprobe, Called(), prog, retprobe, func_name);
  return attach_alone(prog, [=](const attach::Program& program) {
    return attach::attach_kprobe(program, {.function = func_name, .at_return = retprobe});
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_kprobe_multi_opts(const struct bpf_program* prog, const char* pattern,
                                      const struct bpf_kprobe_multi_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_kprobe_multi_opts, Called(), prog, pattern, opts);
  using Opts = bpf_kprobe_multi_opts;
  return attach_with(prog, opts, [pattern](const attach::Program& program, const auto& options) {
    return attach::attach_kprobe_multi(program, {.pattern = pattern,
                                                 .functions = options.get(&Opts::syms),
                                                 .addresses = options.get(&Opts::addrs),
                                                 .cookies = options.get(&Opts::cookies),
                                                 .count = options.get(&Opts::cnt),
                                                 .at_return = options.get(&Opts::retprobe),
                                                 .session = options.get(&Opts::session),
                                                 .must_be_one = options.get(&Opts::unique_match)});
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_ksyscall(const struct bpf_program* prog, const char* syscall_name,
                             const struct bpf_ksyscall_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_ksyscall, Called(), prog, syscall_name, opts);
  using Opts = bpf_ksyscall_opts;
  return attach_with(
      prog, opts, [syscall_name](const attach::Program& program, const auto& options) {
        return attach::attach_system_call(program, syscall_name, options.get(&Opts::retprobe),
                                          options.get(&Opts::bpf_cookie));
      });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_uprobe_opts(const struct bpf_program* prog, pid_t pid, const char* binary_path,
                                size_t func_offset, const struct bpf_uprobe_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_uprobe_opts, Called(), prog, pid, binary_path, func_offset,
                   opts);
  using Opts = bpf_uprobe_opts;
  return attach_with(prog, opts, [=](const attach::Program& program, const auto& options) {
    return attach::attach_uprobe(program,
                                 {.pid = pid,
                                  .path = binary_path,
                                  .function = options.get(&Opts::func_name),
                                  .offset = func_offset,
                                  .counter = options.get(&Opts::ref_ctr_offset),
                                  .at_return = options.get(&Opts::retprobe),
                                  .mode = static_cast<ProbeMode>(options.get(&Opts::attach_mode)),
                                  .cookie = options.get(&Opts::bpf_cookie)});
  });
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_uprobe(const struct bpf_program* prog,
                                                                  bool retprobe, pid_t pid,
                                                                  const char* binary_path,
                                                                  size_t func_offset) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_uprobe, Called(), prog, retprobe, pid, binary_path,
                   func_offset);
  return attach_alone(prog, [=](const attach::Program& program) {
    return attach::attach_uprobe(
        program, {.pid = pid, .path = binary_path, .offset = func_offset, .at_return = retprobe});
  });
}

extern "C" LIBBPF_API struct bpf_link*
bpf_program__attach_uprobe_multi(const struct bpf_program* prog, pid_t pid, const char* binary_path,
                                 const char* func_pattern,
                                 const struct bpf_uprobe_multi_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_uprobe_multi, Called(), prog, pid, binary_path, func_pattern,
                   opts);
  using Opts = bpf_uprobe_multi_opts;
  return attach_with(prog, opts, [=](const attach::Program& program, const auto& options) {
    return attach::attach_uprobe_multi(program, {.pid = pid,
                                                 .path = binary_path,
                                                 .pattern = func_pattern,
                                                 .functions = options.get(&Opts::syms),
                                                 .offsets = options.get(&Opts::offsets),
                                                 .counters = options.get(&Opts::ref_ctr_offsets),
                                                 .cookies = options.get(&Opts::cookies),
                                                 .count = options.get(&Opts::cnt),
                                                 .at_return = options.get(&Opts::retprobe),
                                                 .session = options.get(&Opts::session)});
  });
}

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach_usdt(const struct bpf_program* prog,
                                                                pid_t pid, const char* binary_path,
                                                                const char* usdt_provider,
                                                                const char* usdt_name,
                                                                const struct bpf_usdt_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach_usdt, Called(), prog, pid, binary_path, usdt_provider,
                   usdt_name, opts);
  // The object of the program has the maps of its probes.
  return attach_with(prog, opts, [=](const attach::Program&, const auto& options) {
    return ringside::object::attach_usdt(core(prog),
                                         {.pid = pid,
                                          .path = binary_path,
                                          .probe = {text_of(usdt_provider), text_of(usdt_name)},
                                          .cookie = options.get(&bpf_usdt_opts::usdt_cookie)});
  });
}
