// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Many elements of a map in one call.
#include <cerrno>

#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "bpf/command.hpp"

using ringside::Errno;
using ringside::OneCall;
using ringside::Options;
using ringside::bpf::BatchAttr;

RINGSIDE_OPTIONS(bpf_map_batch_opts);

namespace {

// run_batch makes a command of which `attr` has the pointers. What the kernel leaves in the count
// goes to the caller, on failure too: that many elements have been handled.
int run_batch(bpf_cmd command, int fd, __u32* count, const bpf_map_batch_opts* opts,
              BatchAttr attr) {
  const OneCall entry;
  const auto options = Options<bpf_map_batch_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  if (count == nullptr)
    return entry.fail(Errno(EINVAL));
  attr.map_fd = fd;
  attr.count = *count;
  attr.elem_flags = options->get(&bpf_map_batch_opts::elem_flags);
  attr.flags = options->get(&bpf_map_batch_opts::flags);
  const auto done = ringside::bpf::call(command, attr);
  *count = attr.count;
  return entry.leave(done);
}

} // namespace

extern "C" LIBBPF_API int bpf_map_lookup_batch(int fd, void* in_batch, void* out_batch, void* keys,
                                               void* values, __u32* count,
                                               const struct bpf_map_batch_opts* opts) {
  return run_batch(BPF_MAP_LOOKUP_BATCH, fd, count, opts,
                   {.in_batch = in_batch, .out_batch = out_batch, .keys = keys, .values = values});
}

extern "C" LIBBPF_API int bpf_map_lookup_and_delete_batch(int fd, void* in_batch, void* out_batch,
                                                          void* keys, void* values, __u32* count,
                                                          const struct bpf_map_batch_opts* opts) {
  return run_batch(BPF_MAP_LOOKUP_AND_DELETE_BATCH, fd, count, opts,
                   {.in_batch = in_batch, .out_batch = out_batch, .keys = keys, .values = values});
}

extern "C" LIBBPF_API int bpf_map_update_batch(int fd, const void* keys, const void* values,
                                               __u32* count,
                                               const struct bpf_map_batch_opts* opts) {
  return run_batch(BPF_MAP_UPDATE_BATCH, fd, count, opts, {.keys = keys, .values = values});
}

extern "C" LIBBPF_API int bpf_map_delete_batch(int fd, const void* keys, __u32* count,
                                               const struct bpf_map_batch_opts* opts) {
  return run_batch(BPF_MAP_DELETE_BATCH, fd, count, opts, {.keys = keys});
}
