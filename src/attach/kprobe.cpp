// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kprobes: one place by a perf event, many by a link.
#include "attach/kprobe.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <span>

#include <linux/bpf.h>

#include "attach/hook.hpp"
#include "attach/kernel_functions.hpp"
#include "base/hash_index.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/features.hpp"
#include "kernel/kallsyms.hpp"

namespace ringside::attach {
namespace {

// The kernel's flag of a link: on return. Source: BPF_F_KPROBE_MULTI_RETURN in <linux/bpf.h>.
constexpr std::uint32_t kAtReturn = 1;

constexpr std::uint32_t kMulti = BPF_TRACE_KPROBE_MULTI;

// How the kernel's functions for system calls begin on this machine, where they have wrappers.
constexpr const char* kMachine =
#if defined(__x86_64__)
    "x64";
#elif defined(__i386__)
    "ia32";
#elif defined(__s390x__)
    "s390x";
#elif defined(__arm__)
    "arm";
#elif defined(__aarch64__)
    "arm64";
#elif defined(__mips__)
    "mips";
#elif defined(__riscv)
    "riscv";
#elif defined(__powerpc__)
    "powerpc";
#else
    nullptr;
#endif

Result<void> check(const Program& program, const KprobeMulti& multi) {
  const bool has_lists = multi.functions != nullptr || multi.addresses != nullptr;
  const char* problem = nullptr;
  if (multi.pattern == nullptr && !has_lists)
    problem = "there is neither a pattern nor a list of functions or addresses";
  else if (multi.pattern != nullptr && (has_lists || multi.cookies != nullptr || multi.count != 0))
    problem = "a pattern cannot go with a list";
  else if (multi.pattern == nullptr && multi.count == 0)
    problem = "the list is empty";
  else if (multi.pattern == nullptr && multi.must_be_one)
    problem = "unique_match needs a pattern";
  else if (multi.functions != nullptr && multi.addresses != nullptr)
    problem = "syms and addrs cannot both be given";
  else if (multi.at_return && multi.session)
    problem = "retprobe and session cannot both be set";
  if (problem != nullptr)
    return fail(program.subject, Errno(EINVAL), "%s", problem);
  return {};
}

// name_missing says which of the functions by name the kernel does not have. It reads the kernel's
// symbols once, however many functions there are.
void name_missing(const Program& program, std::span<const char* const> functions) {
  HashIndex index;
  auto is_there = Array<bool>::of_size(functions.size());
  if (!is_there)
    return;
  std::fill(is_there->begin(), is_there->end(), false);
  for (std::size_t at = 0; at < functions.size(); ++at)
    if (functions[at] == nullptr ||
        !index.insert(hash_text(functions[at]), static_cast<std::uint32_t>(at)))
      return;
  const auto read = kernel::each_symbol([&](const kernel::Symbol& symbol) {
    // The list may have a name twice, so all its entries with this name are marked.
    static_cast<void>(index.find(hash_text(symbol.name), [&](std::uint32_t at) {
      (*is_there)[at] = (*is_there)[at] || symbol.name == functions[at];
      return false;
    }));
    return true;
  });
  if (!read)
    return;
  for (std::size_t at = 0; at < functions.size(); ++at)
    if (!(*is_there)[at]) {
      say(LogLevel::warn, program.subject,
          "the kernel has no function '%s': look for it in available_filter_functions of tracefs",
          functions[at]);
      return;
    }
}

} // namespace

Result<Owned<Link>> attach_kprobe(const Program& program, const Kprobe& kprobe) {
  return attach_probe(program,
                      {.kind = ProbeKind::kprobe,
                       .name = kprobe.function,
                       .offset = kprobe.offset,
                       .at_return = kprobe.at_return},
                      kprobe.mode, kprobe.cookie);
}

Result<Owned<Link>> attach_system_call(const Program& program, const char* name, bool at_return,
                                       std::uint64_t cookie) {
  if (name == nullptr)
    return fail(program.subject, Errno(EINVAL), "the name of the system call is NULL");
  char function[128];
  if (kMachine != nullptr && kernel::has_system_call_wrapper())
    std::snprintf(function, sizeof(function), "__%s_sys_%s", kMachine, name);
  else
    std::snprintf(function, sizeof(function), "__se_sys_%s", name);
  return attach_kprobe(program, {.function = function, .at_return = at_return, .cookie = cookie});
}

Result<Owned<Link>> attach_kprobe_multi(const Program& program, const KprobeMulti& multi) {
  if (const auto loaded = must_be_loaded(program); !loaded)
    return loaded.error();
  if (const auto checked = check(program, multi); !checked)
    return checked.error();
  const char* const* functions = multi.functions;
  const unsigned long* addresses = multi.addresses;
  std::size_t count = multi.count;
  Vector<unsigned long> matched;
  if (multi.pattern != nullptr) {
    const Glob glob(multi.pattern);
    if (glob.is_name() && !multi.must_be_one) {
      functions = &multi.pattern;
      count = 1;
    } else {
      auto found = match_kernel_functions(glob, program.subject);
      if (!found)
        return found.error();
      matched = std::move(*found);
      addresses = matched.data();
      count = matched.size();
      if (multi.must_be_one && count != 1)
        return fail(program.subject, Errno(EINVAL),
                    "the pattern '%s' fits %zu functions of the kernel, and unique_match asks for "
                    "one",
                    multi.pattern, count);
    }
  }
  bpf::LinkCreateAttr attr{.attach_type = multi.session ? bpf::kTraceKprobeSession : kMulti,
                           .words = {}};
  attr.kprobe_multi = {
      .flags = multi.at_return ? kAtReturn : 0,
      .cnt = static_cast<std::uint32_t>(count),
      .syms = functions,
      .addrs = addresses,
      .cookies = multi.cookies,
  };
  auto link = attach_hook(program, attr);
  if (!link && link.error() == Errno(ESRCH)) {
    if (functions != nullptr)
      name_missing(program, {functions, count});
    return Errno(ENOENT);
  }
  return link;
}

} // namespace ringside::attach
