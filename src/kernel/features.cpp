// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Asking the kernel by small programs.
#include "kernel/features.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include <linux/bpf.h>

#include "base/cached.hpp"
#include "bpf/insn.hpp"
#include "bpf/link.hpp"
#include "bpf/map.hpp"
#include "bpf/new_uapi.hpp"
#include "bpf/prog.hpp"
#include "kernel/kallsyms.hpp"
#include "os/perf.hpp"
#include "os/whole_file.hpp"

namespace ringside::kernel {
namespace {

// The smallest program.
constexpr bpf_insn kNothing[] = {bpf::insn::move(BPF_REG_0, 0), bpf::insn::exit()};

Result<os::UniqueFd> load(std::uint32_t type, std::span<const bpf_insn> insns,
                          std::uint32_t attach_type = 0) {
  bpf::ProgLoadAttr attr{.prog_type = type,
                         .insn_cnt = static_cast<std::uint32_t>(insns.size()),
                         .insns = insns.data(),
                         .license = "GPL",
                         .expected_attach_type = attach_type};
  return bpf::load_program(attr);
}

// create_value makes a map of one value, and naming_value is a program that names a place in it.
Result<os::UniqueFd> create_value() {
  return bpf::create_map({.map_type = BPF_MAP_TYPE_ARRAY,
                          .key_size = sizeof(std::uint32_t),
                          .value_size = sizeof(std::uint64_t),
                          .max_entries = 1});
}
std::array<bpf_insn, 4> naming_value(int map_fd, std::int32_t offset) {
  return {bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, map_fd),
          bpf::insn::make(0, 0, 0, 0, offset), kNothing[0], kNothing[1]};
}

// uprobe_error is why there is no link with an uprobe in a folder, for a process of the number
// `pid`.
Errno uprobe_error(int prog_fd, std::uint32_t pid) {
  const std::uint64_t offset = 0;
  bpf::LinkCreateAttr attr{.prog_fd = prog_fd, .attach_type = bpf::kTraceUprobeMulti, .words = {}};
  attr.uprobe_multi = {.path = "/",
                       .offsets = &offset,
                       .ref_ctr_offsets = {},
                       .cookies = {},
                       .cnt = 1,
                       .flags = 0,
                       .pid = pid,
                       .path_fd = 0};
  const auto link = bpf::create_link(attr);
  return link ? Errno(0) : link.error();
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
    return static_cast<bool>(load(BPF_PROG_TYPE_TRACEPOINT, kInsns));
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

bool has_attach_types() {
  static Cached<cached_fact("attach types of programs")> kept;
  return kept.holds([]() -> Result<bool> {
    const auto loaded = load(BPF_PROG_TYPE_CGROUP_SOCK, kNothing, BPF_CGROUP_INET_SOCK_CREATE);
    if (!loaded && loaded.error() == Errno(EPERM))
      return loaded.error();
    return static_cast<bool>(loaded);
  });
}

bool has_uprobe_multi() {
  static Cached<cached_fact("links of many uprobes")> kept;
  return kept.holds([]() -> Result<bool> {
    const auto loaded = load(BPF_PROG_TYPE_KPROBE, kNothing, bpf::kTraceUprobeMulti);
    if (!loaded && loaded.error() == Errno(EPERM))
      return loaded.error();
    // Older kernels do not check the number of the process, and choose the wrong threads of it.
    return loaded && uprobe_error(loaded->get(), 0) == Errno(EBADF) &&
           uprobe_error(loaded->get(), UINT32_MAX) == Errno(EINVAL);
  });
}

bool has_uprobe_call() {
#if defined(__x86_64__)
  static Cached<cached_fact("system call of uprobes")> kept;
  return kept.holds([]() -> Result<bool> { return os::knows_uprobe_call(); });
#else
  return false;
#endif
}

bool has_uprobe_counter() {
  return os::exists("/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset");
}

bool has_perf_link() {
  static Cached<cached_fact("links of perf events")> kept;
  return kept.holds([]() -> Result<bool> {
    const auto loaded = load(BPF_PROG_TYPE_TRACEPOINT, kNothing);
    if (!loaded)
      return loaded.error();
    // A kernel that has such links looks for the event, and does not find it.
    const auto link = bpf::create_link(
        {.prog_fd = loaded->get(), .target = -1, .attach_type = BPF_PERF_EVENT, .words = {}});
    return !link && link.error() == Errno(EBADF);
  });
}

bool lacks_variables() {
  static Cached<cached_fact("lack of variables")> kept;
  return kept.holds([]() -> Result<bool> {
    const auto map = create_value();
    if (!map)
      return map.error();
    const auto loaded = load(BPF_PROG_TYPE_SOCKET_FILTER, naming_value(map->get(), 0));
    // This is what the verifier refuses it with.
    if (!loaded && loaded.error() != Errno(EINVAL))
      return loaded.error();
    return !loaded;
  });
}

bool has_full_value_offsets() {
  static Cached<cached_fact("offsets of map values")> kept;
  return kept.holds([]() -> Result<bool> {
    const auto map = create_value();
    if (!map)
      return map.error();
    constexpr std::int32_t kFar = 1 << 30;
    const auto insns = naming_value(map->get(), kFar);
    // Both kinds of kernel refuse this: older ones for the offset, newer ones for the value.
    char log[1024] = "";
    bpf::ProgLoadAttr attr{.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                           .insn_cnt = static_cast<std::uint32_t>(insns.size()),
                           .insns = insns.data(),
                           .license = "GPL",
                           .log_level = 1,
                           .log_size = sizeof(log),
                           .log_buf = log};
    const auto loaded = bpf::load_program(attr);
    if (!loaded && loaded.error() == Errno(EPERM))
      return loaded.error();
    return std::strstr(log, "invalid access to map value pointer") != nullptr;
  });
}

} // namespace ringside::kernel
