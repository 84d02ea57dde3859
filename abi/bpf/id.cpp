// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the kernel holds, by number, and what it says about it.
#include <cerrno>

#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "abi/bpf/told.hpp"
#include "bpf/command.hpp"
#include "kernel/newer_requests.hpp"

using ringside::Errno;
using ringside::OneCall;
using ringside::Options;
namespace bpf = ringside::bpf;
namespace kernel = ringside::kernel;

RINGSIDE_OPTIONS(bpf_get_fd_by_id_opts);

namespace {

int id_above(const char* function, bpf_cmd command, __u32 start_id, __u32* next) {
  const OneCall entry;
  if (next == nullptr)
    return entry.fail(Errno(EINVAL));
  bpf::IdAttr attr{.id = start_id};
  const auto found = bpf::call(command, attr);
  if (found)
    *next = attr.next_id;
  kernel::tell_if_refused(found, function, command, attr);
  return entry.leave(found);
}

// The kernel takes a token for BTF alone: the other commands have no field for it.
int fd_by_id(const char* function, bpf_cmd command, __u32 id, const bpf_get_fd_by_id_opts* opts) {
  using Opts = bpf_get_fd_by_id_opts;
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const __u32 open_flags = options->get(&Opts::open_flags);
  if (command == BPF_BTF_GET_FD_BY_ID)
    return ringside::open_told(entry, function, command,
                               bpf::BtfIdAttr{.id = id,
                                              .open_flags = open_flags,
                                              .token_fd = options->get(&Opts::token_fd)});
  return ringside::open_told(entry, function, command,
                             bpf::IdAttr{.id = id, .open_flags = open_flags});
}

int info_by_fd(int fd, void* info, __u32* info_len) {
  const OneCall entry;
  if (info_len == nullptr)
    return entry.fail(Errno(EINVAL));
  bpf::InfoAttr attr{.bpf_fd = fd, .info_len = *info_len, .info = info};
  const auto told = bpf::call(BPF_OBJ_GET_INFO_BY_FD, attr);
  if (told)
    *info_len = attr.info_len;
  return entry.leave(told);
}

} // namespace

extern "C" LIBBPF_API int bpf_prog_get_next_id(__u32 start_id, __u32* next_id) {
  return id_above(__func__, BPF_PROG_GET_NEXT_ID, start_id, next_id);
}
extern "C" LIBBPF_API int bpf_map_get_next_id(__u32 start_id, __u32* next_id) {
  return id_above(__func__, BPF_MAP_GET_NEXT_ID, start_id, next_id);
}
extern "C" LIBBPF_API int bpf_btf_get_next_id(__u32 start_id, __u32* next_id) {
  return id_above(__func__, BPF_BTF_GET_NEXT_ID, start_id, next_id);
}
extern "C" LIBBPF_API int bpf_link_get_next_id(__u32 start_id, __u32* next_id) {
  return id_above(__func__, BPF_LINK_GET_NEXT_ID, start_id, next_id);
}

extern "C" LIBBPF_API int bpf_prog_get_fd_by_id_opts(__u32 id,
                                                     const struct bpf_get_fd_by_id_opts* opts) {
  return fd_by_id(__func__, BPF_PROG_GET_FD_BY_ID, id, opts);
}
extern "C" LIBBPF_API int bpf_prog_get_fd_by_id(__u32 id) {
  return fd_by_id(__func__, BPF_PROG_GET_FD_BY_ID, id, nullptr);
}
extern "C" LIBBPF_API int bpf_map_get_fd_by_id_opts(__u32 id,
                                                    const struct bpf_get_fd_by_id_opts* opts) {
  return fd_by_id(__func__, BPF_MAP_GET_FD_BY_ID, id, opts);
}
extern "C" LIBBPF_API int bpf_map_get_fd_by_id(__u32 id) {
  return fd_by_id(__func__, BPF_MAP_GET_FD_BY_ID, id, nullptr);
}
extern "C" LIBBPF_API int bpf_btf_get_fd_by_id_opts(__u32 id,
                                                    const struct bpf_get_fd_by_id_opts* opts) {
  return fd_by_id(__func__, BPF_BTF_GET_FD_BY_ID, id, opts);
}
extern "C" LIBBPF_API int bpf_btf_get_fd_by_id(__u32 id) {
  return fd_by_id(__func__, BPF_BTF_GET_FD_BY_ID, id, nullptr);
}
extern "C" LIBBPF_API int bpf_link_get_fd_by_id_opts(__u32 id,
                                                     const struct bpf_get_fd_by_id_opts* opts) {
  return fd_by_id(__func__, BPF_LINK_GET_FD_BY_ID, id, opts);
}
extern "C" LIBBPF_API int bpf_link_get_fd_by_id(__u32 id) {
  return fd_by_id(__func__, BPF_LINK_GET_FD_BY_ID, id, nullptr);
}

extern "C" LIBBPF_API int bpf_obj_get_info_by_fd(int bpf_fd, void* info, __u32* info_len) {
  return info_by_fd(bpf_fd, info, info_len);
}
extern "C" LIBBPF_API int bpf_prog_get_info_by_fd(int prog_fd, struct bpf_prog_info* info,
                                                  __u32* info_len) {
  return info_by_fd(prog_fd, info, info_len);
}
extern "C" LIBBPF_API int bpf_map_get_info_by_fd(int map_fd, struct bpf_map_info* info,
                                                 __u32* info_len) {
  return info_by_fd(map_fd, info, info_len);
}
extern "C" LIBBPF_API int bpf_btf_get_info_by_fd(int btf_fd, struct bpf_btf_info* info,
                                                 __u32* info_len) {
  return info_by_fd(btf_fd, info, info_len);
}
extern "C" LIBBPF_API int bpf_link_get_info_by_fd(int link_fd, struct bpf_link_info* info,
                                                  __u32* info_len) {
  return info_by_fd(link_fd, info, info_len);
}
