// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Changing a BTF as a whole.
#include "abi/boundary/options.hpp"
#include "abi/btf/handles.hpp"
#include "btf/dedup/dedup.hpp"

RINGSIDE_OPTIONS(btf_dedup_opts);

using ringside::core;
using ringside::core_or_null;
using ringside::Entry;
using ringside::Options;

// force_collisions makes libbpf slower, and nothing else.
extern "C" LIBBPF_API int btf__dedup(struct btf* btf, const struct btf_dedup_opts* opts) {
  const Entry entry;
  const auto options = Options<btf_dedup_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  return entry.leave(
      ringside::btf::dedup::run(core(btf), core_or_null(options->get(&btf_dedup_opts::btf_ext))));
}
