// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names for maps, programs and links in a bpf file system.
#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "abi/bpf/told.hpp"

using ringside::OneCall;
using ringside::Options;
namespace bpf = ringside::bpf;

RINGSIDE_OPTIONS(bpf_obj_pin_opts);
RINGSIDE_OPTIONS(bpf_obj_get_opts);

extern "C" LIBBPF_API int bpf_obj_pin_opts(int fd, const char* pathname,
                                           const struct bpf_obj_pin_opts* opts) {
  using Opts = struct bpf_obj_pin_opts;
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const bpf::PathAttr attr{.pathname = pathname,
                           .bpf_fd = fd,
                           .file_flags = options->get(&Opts::file_flags),
                           .path_fd = options->get(&Opts::path_fd)};
  return ringside::run_told(entry, __func__, BPF_OBJ_PIN, attr);
}

extern "C" LIBBPF_API int bpf_obj_pin(int fd, const char* pathname) {
  return bpf_obj_pin_opts(fd, pathname, nullptr);
}

extern "C" LIBBPF_API int bpf_obj_get_opts(const char* pathname,
                                           const struct bpf_obj_get_opts* opts) {
  using Opts = struct bpf_obj_get_opts;
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const bpf::PathAttr attr{.pathname = pathname,
                           .file_flags = options->get(&Opts::file_flags),
                           .path_fd = options->get(&Opts::path_fd)};
  return ringside::open_told(entry, __func__, BPF_OBJ_GET, attr);
}

extern "C" LIBBPF_API int bpf_obj_get(const char* pathname) {
  return bpf_obj_get_opts(pathname, nullptr);
}
