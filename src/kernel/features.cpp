// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Asking the kernel by small programs.
#include "kernel/features.hpp"

#include <span>

#include <linux/bpf.h>

#include "base/cached.hpp"
#include "bpf/insn.hpp"
#include "bpf/prog.hpp"
#include "kernel/kallsyms.hpp"

namespace ringside::kernel {
namespace {

// loads is whether a program loads as a tracepoint's.
bool loads(std::span<const bpf_insn> insns) {
  bpf::ProgLoadAttr attr{.prog_type = BPF_PROG_TYPE_TRACEPOINT,
                         .insn_cnt = static_cast<std::uint32_t>(insns.size()),
                         .insns = insns.data(),
                         .license = "GPL"};
  return static_cast<bool>(bpf::load_program(attr));
}

constexpr const char* kWrapperPrefix =
#if defined(__x86_64__) || defined(__i386__)
    "__x64_sys_bpf";
#elif defined(__aarch64__)
    "__arm64_sys_bpf";
#elif defined(__s390x__)
    "__s390x_sys_bpf";
#elif defined(__riscv)
    "__riscv_sys_bpf";
#elif defined(__powerpc64__)
    "__powerpc64_sys_bpf";
#else
    nullptr;
#endif

} // namespace

bool has_bpf_cookie() {
  static Cached<cached_fact("cookies of BPF programs")> kept;
  return kept.holds([]() -> Result<bool> {
    constexpr bpf_insn kInsns[] = {bpf::insn::call(BPF_FUNC_get_attach_cookie), bpf::insn::exit()};
    return loads(kInsns);
  });
}

bool has_system_call_wrapper() {
  if (kWrapperPrefix == nullptr)
    return false;
  static Cached<cached_fact("wrappers of system calls")> kept;
  return kept.holds([]() -> Result<bool> {
    bool found = false;
    const auto read = each_symbol([&](const Symbol& symbol) {
      found = found || symbol.name == kWrapperPrefix;
      return !found;
    });
    if (!read)
      return read.error();
    return found;
  });
}

} // namespace ringside::kernel
