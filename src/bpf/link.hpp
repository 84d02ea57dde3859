// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Links: programs attached by a descriptor of their own.
#pragma once

#include "bpf/command.hpp"

namespace ringside::bpf {

inline Result<os::UniqueFd> create_link(LinkCreateAttr attr) {
  return open(BPF_LINK_CREATE, attr);
}
inline Result<void> detach_link(int link_fd) {
  return run(BPF_LINK_DETACH, LinkDetachAttr{.link_fd = link_fd});
}

// open_raw_tracepoint attaches a program to a tracepoint. Programs whose target is known from BTF
// have no name.
inline Result<os::UniqueFd> open_raw_tracepoint(const char* name, int prog_fd,
                                                std::uint64_t cookie = 0) {
  return open(BPF_RAW_TRACEPOINT_OPEN,
              RawTracepointAttr{.name = name, .prog_fd = prog_fd, .cookie = cookie});
}

// attached_by_tracepoint is whether a program of this attach type is attached by
// open_raw_tracepoint, without a name, where the kernel refuses to make a link of it: before 5.19.
constexpr bool attached_by_tracepoint(std::uint32_t attach_type) {
  return attach_type == BPF_TRACE_RAW_TP || attach_type == BPF_LSM_MAC ||
         attach_type == BPF_TRACE_FENTRY || attach_type == BPF_TRACE_FEXIT ||
         attach_type == BPF_MODIFY_RETURN;
}

} // namespace ringside::bpf
