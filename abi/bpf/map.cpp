// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Maps: making them, and their elements one by one.
#include "bpf/map.hpp"

#include <cerrno>

#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "bpf/memlock.hpp"
#include "bpf/object_name.hpp"
#include "kernel/newer_requests.hpp"

using ringside::Entry;
using ringside::Errno;
using ringside::OneCall;
using ringside::Options;
namespace bpf = ringside::bpf;
namespace kernel = ringside::kernel;

RINGSIDE_OPTIONS(bpf_map_create_opts);
RINGSIDE_OPTIONS(bpf_log_opts);

extern "C" LIBBPF_API int libbpf_set_memlock_rlim(size_t memlock_bytes) {
  return Entry().leave(bpf::set_memlock_wanted(memlock_bytes));
}

extern "C" LIBBPF_API int bpf_map_create(enum bpf_map_type map_type, const char* map_name,
                                         __u32 key_size, __u32 value_size, __u32 max_entries,
                                         const struct bpf_map_create_opts* opts) {
  using Opts = bpf_map_create_opts;
  using LogOpts = bpf_log_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const auto log_options = Options<LogOpts>::read(options->get(&Opts::log_opts));
  if (!log_options)
    return entry.fail(log_options.error());

  bpf::MapCreateAttr attr{
      .map_type = map_type,
      .key_size = key_size,
      .value_size = value_size,
      .max_entries = max_entries,
      .map_flags = options->get(&Opts::map_flags),
      .inner_map_fd = options->get(&Opts::inner_map_fd),
      .numa_node = options->get(&Opts::numa_node),
      .map_ifindex = options->get(&Opts::map_ifindex),
      .btf_fd = options->get(&Opts::btf_fd),
      .btf_key_type_id = options->get(&Opts::btf_key_type_id),
      .btf_value_type_id = options->get(&Opts::btf_value_type_id),
      .btf_vmlinux_value_type_id = options->get(&Opts::btf_vmlinux_value_type_id),
      .map_extra = options->get(&Opts::map_extra),
      .value_type_btf_obj_fd = options->get(&Opts::value_type_btf_obj_fd),
      .map_token_fd = options->get(&Opts::token_fd),
      .excl_prog_hash = options->get(&Opts::excl_prog_hash),
      .excl_prog_hash_size = options->get(&Opts::excl_prog_hash_size),
  };
  bpf::set_name(attr.map_name, map_name);
  if (options->get(&Opts::log_opts) == nullptr) {
    auto fd = bpf::create_map(attr);
    kernel::tell_if_refused(fd, "bpf_map_create", BPF_MAP_CREATE, attr);
    return entry.leave(std::move(fd));
  }

  bpf::CommonAttr log{
      .log_buf = log_options->get(&LogOpts::buf),
      .log_size = log_options->get(&LogOpts::size),
      .log_level = log_options->get(&LogOpts::level),
  };
  if (log.log_buf.is_null() != (log.log_size == 0))
    return entry.fail(Errno(EINVAL));
  auto fd = bpf::create_map_with_log(attr, log);
  log_options->put(&LogOpts::true_size, log.log_true_size);
  kernel::tell_if_refused(fd, "bpf_map_create", BPF_MAP_CREATE, attr);
  return entry.leave(std::move(fd));
}

extern "C" LIBBPF_API int bpf_map_update_elem(int fd, const void* key, const void* value,
                                              __u64 flags) {
  return OneCall().leave(bpf::update_element(fd, key, value, flags));
}

extern "C" LIBBPF_API int bpf_map_lookup_elem(int fd, const void* key, void* value) {
  return OneCall().leave(bpf::look_up_element(fd, key, value));
}

extern "C" LIBBPF_API int bpf_map_lookup_elem_flags(int fd, const void* key, void* value,
                                                    __u64 flags) {
  return OneCall().leave(bpf::look_up_element(fd, key, value, flags));
}

extern "C" LIBBPF_API int bpf_map_lookup_and_delete_elem(int fd, const void* key, void* value) {
  return OneCall().leave(bpf::take_element(fd, key, value));
}

extern "C" LIBBPF_API int bpf_map_lookup_and_delete_elem_flags(int fd, const void* key, void* value,
                                                               __u64 flags) {
  return OneCall().leave(bpf::take_element(fd, key, value, flags));
}

extern "C" LIBBPF_API int bpf_map_delete_elem(int fd, const void* key) {
  return OneCall().leave(bpf::delete_element(fd, key));
}

extern "C" LIBBPF_API int bpf_map_delete_elem_flags(int fd, const void* key, __u64 flags) {
  return OneCall().leave(bpf::delete_element(fd, key, flags));
}

extern "C" LIBBPF_API int bpf_map_get_next_key(int fd, const void* key, void* next_key) {
  return OneCall().leave(bpf::next_key(fd, key, next_key));
}

extern "C" LIBBPF_API int bpf_map_freeze(int fd) {
  return OneCall().leave(bpf::freeze(fd));
}
