// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reason: the rules by which each error is explained.
#include "kernel/reason.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>

#include <linux/capability.h>

#include "base/error_text.hpp"
#include "bpf/memlock.hpp"
#include "bpf/version.hpp"

namespace ringside::kernel {
namespace {

// Numbers from <linux/capability.h> of 5.8, which older headers lack.
constexpr unsigned kCapPerfmon = 38;
constexpr unsigned kCapBpf = 39;

// TextBuilder appends formatted text to a Reason and cuts what does not fit.
class TextBuilder {
public:
  explicit TextBuilder(Reason& reason) : reason_(reason) { reason_.text[0] = '\0'; }

  [[gnu::format(printf, 2, 3)]] void add(const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it does not see the va_start above
    const int length =
        std::vsnprintf(reason_.text + used_, sizeof(reason_.text) - used_, format, arguments);
    va_end(arguments);
    if (length > 0)
      used_ += static_cast<std::size_t>(length);
    if (used_ >= sizeof(reason_.text))
      used_ = sizeof(reason_.text) - 1;
  }

private:
  Reason& reason_;
  std::size_t used_ = 0;
};

bool has(const ProcessFacts& facts, unsigned capability) {
  return ((*facts.capabilities >> capability) & 1U) != 0;
}

// may is whether `capability`, or CAP_SYS_ADMIN in its place, is in effect. CapEff must be known.
bool may(const ProcessFacts& facts, unsigned capability) {
  return has(facts, capability) || has(facts, CAP_SYS_ADMIN);
}

// What refuses a call that the capabilities in effect allow.
void add_filtered(TextBuilder& text, const ProcessFacts& facts) {
  if (facts.in_user_namespace.value_or(false))
    text.add(": the capabilities in effect are those of a user namespace, and the kernel asks for "
             "those of the initial one: run it there");
  else
    text.add(": the capabilities in effect allow it, so a seccomp filter, a security module or a "
             "user namespace refuses it");
}

void explain_perf_event_open(TextBuilder& text, const ProcessFacts& facts) {
  if (!facts.capabilities)
    return;
  if (may(facts, kCapPerfmon) && facts.perf_event_paranoid.value_or(0) < 3)
    return add_filtered(text, facts);
  text.add(": capabilities in effect are 0x%" PRIx64
           ", with%s CAP_PERFMON and with%s CAP_SYS_ADMIN",
           *facts.capabilities, has(facts, kCapPerfmon) ? "" : "out",
           has(facts, CAP_SYS_ADMIN) ? "" : "out");
  if (facts.perf_event_paranoid)
    text.add(", and kernel.perf_event_paranoid is %" PRId64, *facts.perf_event_paranoid);
  text.add(": run with CAP_PERFMON (CAP_SYS_ADMIN where that setting is above 2)");
}

void explain_perf_mmap(TextBuilder& text, const Wanted& wanted, const ProcessFacts& facts) {
  text.add(": %" PRIu64 " KiB of locked memory for each CPU", wanted.ring_bytes_per_cpu / 1024);
  if (facts.perf_event_mlock_kb)
    text.add(", kernel.perf_event_mlock_kb gives a user %" PRId64 " KiB for each",
             *facts.perf_event_mlock_kb);
  if (facts.memlock_bytes && *facts.memlock_bytes != UINT64_MAX)
    text.add(" and the limit on locked memory (ulimit -l) is %" PRIu64 " KiB",
             *facts.memlock_bytes / 1024);
  text.add(": use fewer pages, raise them, or run with CAP_IPC_LOCK");
}

void explain_bpf(TextBuilder& text, const ProcessFacts& facts) {
  if (!facts.capabilities)
    return;
  if (may(facts, kCapBpf))
    return add_filtered(text, facts);
  text.add(": capabilities in effect are 0x%" PRIx64 ", without CAP_BPF and CAP_SYS_ADMIN",
           *facts.capabilities);
  if (facts.unprivileged_bpf_disabled)
    text.add(", and kernel.unprivileged_bpf_disabled is %" PRId64,
             *facts.unprivileged_bpf_disabled);
  text.add(": run with CAP_BPF");
}

// The first version that has BPF tokens.
constexpr std::uint32_t kFirstWithTokens = bpf::version(6, 9, 0);

// In a user namespace no capability suffices to make BPF objects, but a token does. What makes a
// file system give tokens: bpf_fill_super and its options in kernel/bpf/inode.c.
void explain_bpf_make_in_user_namespace(TextBuilder& text, const ProcessFacts& facts) {
  text.add(": the process is in a user namespace, whose capabilities do not suffice for bpf(2)");
  if (facts.kernel_version.value_or(kFirstWithTokens) < kFirstWithTokens)
    return text.add(": run it in the initial one (Linux before 6.9 has no BPF tokens)");
  text.add(": run it in the initial one, or with a BPF token (LIBBPF_BPF_TOKEN_PATH, or the option "
           "bpf_token_path or token_fd) of a bpf file system that a privileged process has allowed "
           "this by the mount options delegate_cmds, delegate_maps, delegate_progs and "
           "delegate_attachs");
}

void explain_bpf_make(TextBuilder& text, const ProcessFacts& facts) {
  if (facts.in_user_namespace.value_or(false))
    return explain_bpf_make_in_user_namespace(text, facts);
  if (!facts.capabilities || !may(facts, kCapBpf))
    return explain_bpf(text, facts);
  if (facts.kernel_version.value_or(bpf::kFirstWithCgroups) < bpf::kFirstWithCgroups &&
      facts.memlock_bytes && *facts.memlock_bytes != UINT64_MAX)
    return text.add(": the limit on locked memory (ulimit -l) is %" PRIu64
                    " KiB, of which Linux before 5.11 takes maps and programs: raise it",
                    *facts.memlock_bytes / 1024);
  const bool for_network = may(facts, CAP_NET_ADMIN);
  const bool for_tracing = may(facts, kCapPerfmon);
  if (for_network && for_tracing)
    return add_filtered(text, facts);
  text.add(": capabilities in effect are 0x%" PRIx64 ", with CAP_BPF, but without%s%s%s: programs "
           "for the network need CAP_NET_ADMIN, those that trace CAP_PERFMON",
           *facts.capabilities, for_network ? "" : " CAP_NET_ADMIN",
           for_network || for_tracing ? "" : " and", for_tracing ? "" : " CAP_PERFMON");
}

// A token is for the user namespace that its file system belongs to. Source: bpf_token_create in
// kernel/bpf/token.c.
void explain_bpf_token(TextBuilder& text, const ProcessFacts& facts) {
  if (!facts.capabilities)
    return;
  if (!may(facts, kCapBpf))
    text.add(": capabilities in effect are 0x%" PRIx64 ", without CAP_BPF: run with it",
             *facts.capabilities);
  else
    text.add(": the bpf file system is of another user namespace: mount one that is of this one");
}

void explain_bpf_find(TextBuilder& text, const ProcessFacts& facts) {
  if (!facts.capabilities)
    return;
  if (has(facts, CAP_SYS_ADMIN))
    return add_filtered(text, facts);
  text.add(": capabilities in effect are 0x%" PRIx64
           ", without CAP_SYS_ADMIN: run with it to find BPF objects by their ids",
           *facts.capabilities);
}

void explain_no_descriptors(TextBuilder& text, const Wanted& wanted, const ProcessFacts& facts) {
  if (!facts.open_files && wanted.descriptors == 0)
    return;
  if (facts.open_files)
    text.add(": the limit on open files (ulimit -n) is %" PRIu64, *facts.open_files);
  if (wanted.descriptors != 0)
    text.add("%s %" PRIu64 " more are needed", facts.open_files ? ", and" : ":",
             wanted.descriptors);
  text.add(": raise it");
}

void explain_refused(TextBuilder& text, RefusedCall call, const Wanted& wanted,
                     const ProcessFacts& facts) {
  switch (call) {
  case RefusedCall::perf_event_open:
    return explain_perf_event_open(text, facts);
  case RefusedCall::perf_mmap:
    return explain_perf_mmap(text, wanted, facts);
  case RefusedCall::bpf:
    return explain_bpf(text, facts);
  case RefusedCall::bpf_make:
    return explain_bpf_make(text, facts);
  case RefusedCall::bpf_token:
    return explain_bpf_token(text, facts);
  case RefusedCall::bpf_find:
    return explain_bpf_find(text, facts);
  case RefusedCall::other:
    return;
  }
}

} // namespace

Reason explain(RefusedCall call, Errno error, const Wanted& wanted, const ProcessFacts& facts) {
  Reason reason;
  TextBuilder text(reason);
  char name[64];
  error_text(error.value(), name, sizeof(name));
  text.add("%s", name);

  if (error == Errno(EPERM) || error == Errno(EACCES))
    explain_refused(text, call, wanted, facts);
  else if (error == Errno(EMFILE))
    explain_no_descriptors(text, wanted, facts);
  else if (error == Errno(ENFILE))
    text.add(": the whole machine is out of open files: raise fs.file-max");
  else if (error == Errno(ENOMEM) && wanted.ring_bytes_per_cpu != 0)
    text.add(": %" PRIu64 " KiB for each CPU were wanted: use fewer pages",
             wanted.ring_bytes_per_cpu / 1024);
  return reason;
}

Reason explain_now(RefusedCall call, Errno error, const Wanted& wanted) {
  return explain(call, error, wanted, ProcessFacts::gather());
}

} // namespace ringside::kernel
