// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Looking at a BTF: its types, names, sizes and properties.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "abi/btf/bytes.hpp"
#include "abi/btf/handles.hpp"
#include "btf/alignments.hpp"
#include "btf/sizes.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::handle;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::raw_data;
using ringside::set_order;
using ringside::btf::Btf;
using ringside::btf::Kind;

namespace {

__s32 find(const Btf& btf, const char* name, Kind kind) {
  const Entry entry;
  if (name == nullptr)
    return entry.fail(
        fail("BTF", Errno(EINVAL), "the name of the type that is looked for is NULL"));
  const auto id = std::strcmp(name, "void") == 0 ? 0 : btf.find(name, kind);
  return id ? entry.give(static_cast<__s32>(*id)) : entry.fail(Errno(ENOENT));
}

const char* string_at(const Btf& btf, __u32 offset) {
  const char* const text = btf.string(offset);
  return text != nullptr ? text : Entry().fail_null<const char>(Errno(EINVAL));
}

} // namespace

extern "C" LIBBPF_API __u32 btf__type_cnt(const struct btf* btf) {
  if (is_foreign(btf))
    return pass_on(btf__type_cnt, Called(), btf);
  return core(btf).end_id();
}

extern "C" LIBBPF_API const struct btf* btf__base_btf(const struct btf* btf) {
  if (is_foreign(btf))
    return pass_on(btf__base_btf, Called(), btf);
  return handle<struct btf>(core(btf).base());
}

extern "C" LIBBPF_API const struct btf_type* btf__type_by_id(const struct btf* btf, __u32 id) {
  if (is_foreign(btf))
    return pass_on(btf__type_by_id, Called(), btf, id);
  if (id >= core(btf).end_id())
    return Entry().fail_null<const btf_type>(Errno(EINVAL));
  // A btf_type is the first words of a type.
  return reinterpret_cast<const btf_type*>(core(btf).type(id).words());
}

extern "C" LIBBPF_API __s32 btf__find_by_name(const struct btf* btf, const char* type_name) {
  if (is_foreign(btf))
    return pass_on(btf__find_by_name, Called(), btf, type_name);
  return find(core(btf), type_name, Btf::kAnyKind);
}

// Void has every name, and a kind that is no number of one stands for any kind.
extern "C" LIBBPF_API __s32 btf__find_by_name_kind(const struct btf* btf, const char* type_name,
                                                   __u32 kind) {
  if (is_foreign(btf))
    return pass_on(btf__find_by_name_kind, Called(), btf, type_name, kind);
  if (kind == BTF_KIND_UNKN && type_name != nullptr)
    return 0;
  return find(core(btf), type_name, kind > INT_MAX ? Btf::kAnyKind : static_cast<Kind>(kind));
}

extern "C" LIBBPF_API const char* btf__name_by_offset(const struct btf* btf, __u32 offset) {
  if (is_foreign(btf))
    return pass_on(btf__name_by_offset, Called(), btf, offset);
  return string_at(core(btf), offset);
}

extern "C" LIBBPF_API const char* btf__str_by_offset(const struct btf* btf, __u32 offset) {
  if (is_foreign(btf))
    return pass_on(btf__str_by_offset, Called(), btf, offset);
  return string_at(core(btf), offset);
}

extern "C" LIBBPF_API int btf__find_str(struct btf* btf, const char* s) {
  if (is_foreign(btf))
    return pass_on(btf__find_str, Called(), btf, s);
  const Entry entry;
  if (s == nullptr)
    return entry.fail(fail("BTF", Errno(EINVAL), "the string that is looked for is NULL"));
  const auto offset = core(btf).find_string(s);
  return offset ? entry.give(static_cast<int>(*offset)) : entry.fail(Errno(ENOENT));
}

extern "C" LIBBPF_API int btf__resolve_type(const struct btf* btf, __u32 type_id) {
  if (is_foreign(btf))
    return pass_on(btf__resolve_type, Called(), btf, type_id);
  return Entry().leave(resolve_type(core(btf), type_id));
}

extern "C" LIBBPF_API __s64 btf__resolve_size(const struct btf* btf, __u32 type_id) {
  if (is_foreign(btf))
    return pass_on(btf__resolve_size, Called(), btf, type_id);
  const Entry entry;
  const auto size = resolve_size(core(btf), type_id);
  return size ? entry.give<__s64>(*size) : entry.fail(size.error());
}

extern "C" LIBBPF_API int btf__align_of(const struct btf* btf, __u32 id) {
  if (is_foreign(btf))
    return std::max(pass_on(btf__align_of, Called(), btf, id), 0);
  const Entry entry;
  const auto alignment = ringside::btf::Alignments(core(btf)).of(id);
  if (alignment && *alignment != 0)
    return entry.give(static_cast<int>(*alignment));
  errno = alignment ? EINVAL : alignment.error().value();
  return 0;
}

extern "C" LIBBPF_API size_t btf__pointer_size(const struct btf* btf) {
  if (is_foreign(btf))
    return pass_on(btf__pointer_size, Called(), btf);
  return core(btf).pointer_size();
}

extern "C" LIBBPF_API int btf__set_pointer_size(struct btf* btf, size_t ptr_sz) {
  if (is_foreign(btf))
    return pass_on(btf__set_pointer_size, Called(), btf, ptr_sz);
  const Entry entry;
  if (ptr_sz != 4 && ptr_sz != 8)
    return entry.fail(fail("BTF", Errno(EINVAL), "a pointer has 4 or 8 bytes, not %zu", ptr_sz));
  core(btf).set_pointer_size(static_cast<std::uint32_t>(ptr_sz));
  return entry.give(0);
}

extern "C" LIBBPF_API enum btf_endianness btf__endianness(const struct btf* btf) {
  if (is_foreign(btf))
    return pass_on(btf__endianness, Called(), btf);
  return static_cast<btf_endianness>(core(btf).order());
}

extern "C" LIBBPF_API int btf__set_endianness(struct btf* btf, enum btf_endianness endian) {
  if (is_foreign(btf))
    return pass_on(btf__set_endianness, Called(), btf, endian);
  return set_order(core(btf), endian);
}

extern "C" LIBBPF_API const void* btf__raw_data(const struct btf* btf, __u32* size) {
  if (is_foreign(btf))
    return pass_on(btf__raw_data, Called(), btf, size);
  return raw_data(core(btf), size);
}

extern "C" LIBBPF_API const void* btf__get_raw_data(const struct btf* btf, __u32* size) {
  if (is_foreign(btf))
    return pass_on(btf__get_raw_data, Called(), btf, size);
  return raw_data(core(btf), size);
}

extern "C" LIBBPF_API int btf__fd(const struct btf* btf) {
  if (is_foreign(btf))
    return pass_on(btf__fd, Called(), btf);
  return core(btf).fd();
}

extern "C" LIBBPF_API void btf__set_fd(struct btf* btf, int fd) {
  if (is_foreign(btf))
    return pass_on(btf__set_fd, Called(), btf, fd);
  core(btf).set_fd(fd);
}
