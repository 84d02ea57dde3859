// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Constants of <linux/bpf.h> that are newer than the oldest headers that this library is built
// with, those of Linux 6.1. Source: <linux/bpf.h> of Linux 7.2.
#pragma once

#include <cstdint>

namespace ringside::bpf {

// enum bpf_cmd
inline constexpr int kTokenCreate = 36;
inline constexpr int kProgStreamReadByFd = 37;
inline constexpr int kProgAssocStructOps = 38;

// enum bpf_prog_type
inline constexpr std::uint32_t kProgNetfilter = 32;

// enum bpf_map_type
inline constexpr std::uint32_t kMapCgrpStorage = 32;
inline constexpr std::uint32_t kMapArena = 33;
inline constexpr std::uint32_t kMapInsnArray = 34;
inline constexpr std::uint32_t kMapRhash = 35;

// BPF_F_TOKEN_FD, a flag of commands that take a token.
inline constexpr std::uint32_t kTokenFd = 1U << 16;

// BPF_F_VTYPE_BTF_OBJ_FD, a flag of maps: the type of the value is in a module's BTF.
inline constexpr std::uint32_t kFlagValueTypeOfModule = 1U << 15;

// BPF_F_LINK, a flag of struct_ops maps: they are attached by links.
inline constexpr std::uint32_t kFlagLink = 1U << 13;

// enum bpf_attach_type
inline constexpr std::uint32_t kStructOps = 44;
inline constexpr std::uint32_t kNetfilter = 45;
inline constexpr std::uint32_t kTcxIngress = 46;
inline constexpr std::uint32_t kTcxEgress = 47;
inline constexpr std::uint32_t kTraceUprobeMulti = 48;
inline constexpr std::uint32_t kCgroupUnixConnect = 49;
inline constexpr std::uint32_t kCgroupUnixSendmsg = 50;
inline constexpr std::uint32_t kCgroupUnixRecvmsg = 51;
inline constexpr std::uint32_t kCgroupUnixGetpeername = 52;
inline constexpr std::uint32_t kCgroupUnixGetsockname = 53;
inline constexpr std::uint32_t kNetkitPrimary = 54;
inline constexpr std::uint32_t kNetkitPeer = 55;
inline constexpr std::uint32_t kTraceKprobeSession = 56;
inline constexpr std::uint32_t kTraceUprobeSession = 57;
inline constexpr std::uint32_t kTraceFsession = 58;
inline constexpr std::uint32_t kTraceFentryMulti = 59;
inline constexpr std::uint32_t kTraceFexitMulti = 60;
inline constexpr std::uint32_t kTraceFsessionMulti = 61;

// BPF_F_CPU and BPF_F_ALL_CPUS, flags of element functions of per-CPU maps
inline constexpr std::uint64_t kOneCpu = 8;
inline constexpr std::uint64_t kAllCpus = 16;

// Flags of attaching: what the relative is
inline constexpr std::uint32_t kIsId = 1U << 5; // BPF_F_ID

} // namespace ringside::bpf
