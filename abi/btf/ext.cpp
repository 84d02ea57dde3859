// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The functions of .BTF.ext.
#include <cerrno>

#include "abi/btf/bytes.hpp"
#include "abi/btf/handles.hpp"
#include "btf/ext.hpp"

using ringside::Called;
using ringside::callers_own;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::handle;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::raw_data;
using ringside::set_order;
using ringside::btf::Ext;

namespace {

constexpr ringside::Subject kSubject(".BTF.ext");

} // namespace

extern "C" LIBBPF_API struct btf_ext* btf_ext__new(const __u8* data, __u32 size) {
  if (auto* const own = callers_own(btf_ext__new, Called()))
    return own(data, size);
  const Entry entry;
  if (data == nullptr)
    return entry.fail_null<btf_ext>(fail(kSubject, Errno(EINVAL), "data is NULL"));
  return handle<btf_ext>(
      entry.leave(Ext::read({reinterpret_cast<const std::byte*>(data), size}, kSubject)));
}

extern "C" LIBBPF_API void btf_ext__free(struct btf_ext* btf_ext) {
  if (is_foreign(btf_ext))
    return pass_on(btf_ext__free, Called(), btf_ext);
  const Entry entry;
  if (btf_ext == nullptr || ringside::is_error(btf_ext))
    return;
  const ringside::Owned<Ext> gone(&core(btf_ext));
  entry.succeed();
}

extern "C" LIBBPF_API const void* btf_ext__raw_data(const struct btf_ext* btf_ext, __u32* size) {
  if (is_foreign(btf_ext))
    return pass_on(btf_ext__raw_data, Called(), btf_ext, size);
  return raw_data(core(btf_ext), size);
}

extern "C" LIBBPF_API const void* btf_ext__get_raw_data(const struct btf_ext* btf_ext,
                                                        __u32* size) {
  if (is_foreign(btf_ext))
    return pass_on(btf_ext__get_raw_data, Called(), btf_ext, size);
  return raw_data(core(btf_ext), size);
}

extern "C" LIBBPF_API enum btf_endianness btf_ext__endianness(const struct btf_ext* btf_ext) {
  if (is_foreign(btf_ext))
    return pass_on(btf_ext__endianness, Called(), btf_ext);
  return static_cast<btf_endianness>(core(btf_ext).order());
}

extern "C" LIBBPF_API int btf_ext__set_endianness(struct btf_ext* btf_ext,
                                                  enum btf_endianness endian) {
  if (is_foreign(btf_ext))
    return pass_on(btf_ext__set_endianness, Called(), btf_ext, endian);
  return set_order(core(btf_ext), endian);
}
