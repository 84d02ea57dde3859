// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// bpf_prog_linfo: the source lines of a loaded program.
#include <cerrno>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "base/owned.hpp"
#include "bpf/line_info.hpp"

template <>
struct ringside::Core<bpf_prog_linfo> {
  using Type = ringside::bpf::LineInfo;
};

using ringside::Called;
using ringside::callers_own;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::handle;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::bpf::LineInfo;

namespace {

const bpf_line_info* leave(const Entry& entry, const bpf_line_info* line) {
  return line != nullptr ? entry.give(line) : entry.fail_null<const bpf_line_info>(Errno(ENOENT));
}

} // namespace

extern "C" LIBBPF_API struct bpf_prog_linfo* bpf_prog_linfo__new(const struct bpf_prog_info* info) {
  if (auto* const own = callers_own(bpf_prog_linfo__new, Called()))
    return own(info);
  const Entry entry;
  if (info == nullptr)
    return entry.fail_null<bpf_prog_linfo>(Errno(EINVAL));
  return handle<bpf_prog_linfo>(entry.leave(LineInfo::make(*info)));
}

extern "C" LIBBPF_API void bpf_prog_linfo__free(struct bpf_prog_linfo* prog_linfo) {
  if (is_foreign(prog_linfo))
    return pass_on(bpf_prog_linfo__free, Called(), prog_linfo);
  const Entry entry;
  const ringside::Owned<LineInfo> gone(ringside::core_or_null(prog_linfo));
  entry.succeed();
}

extern "C" LIBBPF_API const struct bpf_line_info*
bpf_prog_linfo__lfind(const struct bpf_prog_linfo* prog_linfo, __u32 insn_off, __u32 nr_skip) {
  if (is_foreign(prog_linfo))
    return pass_on(bpf_prog_linfo__lfind, Called(), prog_linfo, insn_off, nr_skip);
  const Entry entry;
  if (prog_linfo == nullptr)
    return entry.fail_null<const bpf_line_info>(Errno(EINVAL));
  return leave(entry, core(prog_linfo).find(insn_off, nr_skip));
}

extern "C" LIBBPF_API const struct bpf_line_info*
bpf_prog_linfo__lfind_addr_func(const struct bpf_prog_linfo* prog_linfo, __u64 addr, __u32 func_idx,
                                __u32 nr_skip) {
  if (is_foreign(prog_linfo))
    return pass_on(bpf_prog_linfo__lfind_addr_func, Called(), prog_linfo, addr, func_idx, nr_skip);
  const Entry entry;
  if (prog_linfo == nullptr)
    return entry.fail_null<const bpf_line_info>(Errno(EINVAL));
  return leave(entry, core(prog_linfo).find_address(addr, func_idx, nr_skip));
}
