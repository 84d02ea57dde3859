// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Changing a BTF as a whole.
#include <cerrno>
#include <span>

#include "abi/boundary/options.hpp"
#include "abi/btf/handles.hpp"
#include "btf/dedup/dedup.hpp"
#include "btf/distill.hpp"
#include "btf/permute.hpp"
#include "btf/relocate.hpp"

RINGSIDE_OPTIONS(btf_dedup_opts);
RINGSIDE_OPTIONS(btf_permute_opts);

using ringside::Called;
using ringside::core;
using ringside::core_or_null;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::handle;
using ringside::is_foreign;
using ringside::Options;
using ringside::pass_on;
using ringside::warn_of_two_makers;

// force_collisions makes libbpf slower, and nothing else.
extern "C" LIBBPF_API int btf__dedup(struct btf* btf, const struct btf_dedup_opts* opts) {
  if (is_foreign(btf))
    return pass_on(btf__dedup, Called(), btf, opts);
  const Entry entry;
  const auto options = Options<btf_dedup_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  btf_ext* const ext = options->get(&btf_dedup_opts::btf_ext);
  if (is_foreign(ext))
    return entry.fail(warn_of_two_makers(Called()));
  return entry.leave(ringside::btf::dedup::run(core(btf), core_or_null(ext)));
}

extern "C" LIBBPF_API int btf__distill_base(const struct btf* src_btf, struct btf** new_base_btf,
                                            struct btf** new_split_btf) {
  if (is_foreign(src_btf))
    return pass_on(btf__distill_base, Called(), src_btf, new_base_btf, new_split_btf);
  const Entry entry;
  if (src_btf == nullptr || new_base_btf == nullptr || new_split_btf == nullptr)
    return entry.fail(fail("distilling a BTF", Errno(EINVAL), "an argument is NULL"));
  auto distilled = distill(core(src_btf));
  if (!distilled)
    return entry.fail(distilled.error());
  *new_base_btf = handle<struct btf>(distilled->base.release());
  *new_split_btf = handle<struct btf>(distilled->split.release());
  return entry.give(0);
}

extern "C" LIBBPF_API int btf__relocate(struct btf* btf, const struct btf* base_btf) {
  if (is_foreign(btf, base_btf))
    return pass_on(btf__relocate, Called(), btf, base_btf);
  const Entry entry;
  if (base_btf == nullptr)
    return entry.fail(fail("relocating a BTF", Errno(EINVAL), "the base is NULL"));
  return entry.leave(relocate(core(btf), core(base_btf)));
}

extern "C" LIBBPF_API int btf__permute(struct btf* btf, __u32* id_map, __u32 id_map_cnt,
                                       const struct btf_permute_opts* opts) {
  if (is_foreign(btf))
    return pass_on(btf__permute, Called(), btf, id_map, id_map_cnt, opts);
  const Entry entry;
  const auto options = Options<btf_permute_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  if (id_map == nullptr && id_map_cnt != 0)
    return entry.fail(fail("permuting a BTF", Errno(EINVAL), "id_map is NULL"));
  btf_ext* const ext = options->get(&btf_permute_opts::btf_ext);
  if (is_foreign(ext))
    return entry.fail(warn_of_two_makers(Called()));
  return entry.leave(
      permute(core(btf), std::span<const std::uint32_t>(id_map, id_map_cnt), core_or_null(ext)));
}
