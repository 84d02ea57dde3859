// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Making a BTF from bytes or from nothing, and freeing it.
#include <cerrno>

#include "abi/boundary/options.hpp"
#include "abi/btf/handles.hpp"
#include "base/options.hpp"
#include "os/unique_fd.hpp"

RINGSIDE_OPTIONS(btf_new_opts);

using ringside::Called;
using ringside::callers_own;
using ringside::core;
using ringside::core_or_null;
using ringside::Entry;
using ringside::Errno;
using ringside::handle;
using ringside::is_foreign;
using ringside::Options;
using ringside::pass_on;
using ringside::Subject;
using ringside::btf::Btf;

namespace {

btf* read(const void* data, __u32 size, const btf* base) {
  const Entry entry;
  const Subject subject("BTF");
  if (data == nullptr)
    return entry.fail_null<btf>(fail(subject, Errno(EINVAL), "data is NULL"));
  return handle<btf>(entry.leave(
      Btf::read({static_cast<const std::byte*>(data), size}, core_or_null(base), subject)));
}

btf* make_empty(const btf* base) {
  return handle<btf>(Entry().leave(Btf::empty(core_or_null(base))));
}

} // namespace

extern "C" LIBBPF_API struct btf* btf__new(const void* data, __u32 size) {
  if (auto* const own = callers_own(btf__new, Called()))
    return own(data, size);
  return read(data, size, nullptr);
}

extern "C" LIBBPF_API struct btf* btf__new_split(const void* data, __u32 size,
                                                 struct btf* base_btf) {
  if (is_foreign(base_btf))
    return pass_on(btf__new_split, Called(), data, size, base_btf);
  if (auto* const own = callers_own(btf__new_split, Called(), base_btf))
    return own(data, size, base_btf);
  return read(data, size, base_btf);
}

extern "C" LIBBPF_API struct btf* btf__new_empty(void) {
  if (auto* const own = callers_own(btf__new_empty, Called()))
    return own();
  return make_empty(nullptr);
}

extern "C" LIBBPF_API struct btf* btf__new_empty_split(struct btf* base_btf) {
  if (is_foreign(base_btf))
    return pass_on(btf__new_empty_split, Called(), base_btf);
  if (auto* const own = callers_own(btf__new_empty_split, Called(), base_btf))
    return own(base_btf);
  return make_empty(base_btf);
}

extern "C" LIBBPF_API struct btf* btf__new_empty_opts(struct btf_new_opts* opts) {
  const Entry entry;
  const auto options = Options<btf_new_opts>::read(opts);
  if (!options)
    return entry.fail_null<btf>(options.error());
  const btf* const base = options->get(&btf_new_opts::base_btf);
  if (is_foreign(base))
    return pass_on(btf__new_empty_opts, Called(), opts);
  if (auto* const own = callers_own(btf__new_empty_opts, Called(), base))
    return own(opts);
  return handle<btf>(
      entry.leave(Btf::empty(core_or_null(base), options->get(&btf_new_opts::add_layout))));
}

extern "C" LIBBPF_API void btf__free(struct btf* btf) {
  if (is_foreign(btf))
    return pass_on(btf__free, Called(), btf);
  const Entry entry;
  if (btf == nullptr || ringside::is_error(btf))
    return;
  const ringside::os::UniqueFd fd(core(btf).fd());
  const ringside::Owned<Btf> gone(&core(btf));
  entry.succeed();
}
