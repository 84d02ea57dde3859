// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Probes of what the kernel has.
#include "kernel/probe.hpp"

#include <cerrno>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"

using ringside::Entry;
using ringside::Errno;
using ringside::Result;
using ringside::kernel::Probed;

namespace {

// leave gives 1 or 0. Programs read errno after it: it is that of the attempt which the kernel
// refused. Without one it is left alone.
int leave(const Entry& entry, const Result<Probed>& probed) {
  if (!probed)
    return entry.fail(probed.error());
  if (probed->error == Errno(0))
    return entry.give(probed->has ? 1 : 0);
  static_cast<void>(entry.fail(probed->error));
  return probed->has ? 1 : 0;
}

} // namespace

extern "C" LIBBPF_API int libbpf_probe_bpf_prog_type(enum bpf_prog_type prog_type,
                                                     const void* opts) {
  const Entry entry;
  if (opts != nullptr)
    return entry.fail(Errno(EINVAL));
  return leave(entry, ringside::kernel::has_program_type(prog_type));
}

extern "C" LIBBPF_API int libbpf_probe_bpf_map_type(enum bpf_map_type map_type, const void* opts) {
  const Entry entry;
  if (opts != nullptr)
    return entry.fail(Errno(EINVAL));
  return leave(entry, ringside::kernel::has_map_type(map_type));
}

extern "C" LIBBPF_API int libbpf_probe_bpf_helper(enum bpf_prog_type prog_type,
                                                  enum bpf_func_id helper_id, const void* opts) {
  const Entry entry;
  if (opts != nullptr)
    return entry.fail(Errno(EINVAL));
  return leave(entry, ringside::kernel::has_helper(prog_type, static_cast<int>(helper_id)));
}
