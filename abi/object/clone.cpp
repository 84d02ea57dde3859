// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading a program of an object once more, and tying one to a struct_ops map.
#include <cerrno>

#include <bpf/bpf.h>

#include "abi/bpf/load_attr.hpp"
#include "abi/object/handles.hpp"
#include "bpf/prog.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::is_foreign;
using ringside::Options;
using ringside::pass_on;
namespace bpf = ringside::bpf;

extern "C" LIBBPF_API int bpf_program__clone(struct bpf_program* prog,
                                             const struct bpf_prog_load_opts* opts) {
  if (is_foreign(prog))
    return pass_on(bpf_program__clone, Called(), prog, opts);
  using Opts = bpf_prog_load_opts;
  const Entry entry;
  if (prog == nullptr)
    return entry.fail(fail("program", Errno(EINVAL), "it is NULL"));
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const int attempts = options->get(&Opts::attempts);
  if (attempts < 0)
    return entry.fail(
        fail("bpf_prog_load_opts", Errno(EINVAL), "%d attempts are below 0", attempts));
  if (const char* const conflict = ringside::conflict_in(*options))
    return entry.fail(fail("bpf_prog_load_opts", Errno(EINVAL), "%s", conflict));
  return entry.leave(core(prog).clone(ringside::load_attr(*options),
                                      attempts != 0 ? attempts : bpf::kDefaultAttempts));
}

extern "C" LIBBPF_API int
bpf_program__assoc_struct_ops(struct bpf_program* prog, struct bpf_map* map,
                              struct bpf_prog_assoc_struct_ops_opts* opts) {
  if (is_foreign(prog, map))
    return pass_on(bpf_program__assoc_struct_ops, Called(), prog, map, opts);
  const Entry entry;
  if (prog == nullptr || core(prog).fd() < 0 || core(prog).plan().type == BPF_PROG_TYPE_STRUCT_OPS)
    return entry.fail(
        fail("program", Errno(EINVAL), "it is not loaded, or is a struct_ops program itself"));
  if (map == nullptr || core(map).fd() < 0 || !core(map).is_struct_ops())
    return entry.fail(
        fail("map", Errno(EINVAL), "the kernel does not have it, or it is no struct_ops map"));
  return bpf_prog_assoc_struct_ops(core(prog).fd(), core(map).fd(), opts);
}
