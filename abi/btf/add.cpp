// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Adding types and strings to a BTF.
#include <cerrno>

#include "abi/btf/handles.hpp"
#include "btf/edit.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::is_foreign;
using ringside::pass_on;
namespace edit = ringside::btf;

extern "C" LIBBPF_API int btf__add_str(struct btf* btf, const char* s) {
  if (is_foreign(btf))
    return pass_on(btf__add_str, Called(), btf, s);
  const Entry entry;
  if (s == nullptr)
    return entry.fail(fail("BTF", Errno(EINVAL), "the string to add is NULL"));
  return entry.leave(add_string(core(btf), s));
}

extern "C" LIBBPF_API int btf__add_type(struct btf* btf, const struct btf* src_btf,
                                        const struct btf_type* src_type) {
  if (is_foreign(btf, src_btf))
    return pass_on(btf__add_type, Called(), btf, src_btf, src_type);
  // A btf_type is the first words of a type.
  const edit::Type type(reinterpret_cast<const std::uint32_t*>(src_type));
  return Entry().leave(add_copy(core(btf), core(src_btf), type));
}

extern "C" LIBBPF_API int btf__add_btf(struct btf* btf, const struct btf* src_btf) {
  if (is_foreign(btf, src_btf))
    return pass_on(btf__add_btf, Called(), btf, src_btf);
  return Entry().leave(add_all(core(btf), core(src_btf)));
}

extern "C" LIBBPF_API int btf__add_int(struct btf* btf, const char* name, size_t byte_sz,
                                       int encoding) {
  if (is_foreign(btf))
    return pass_on(btf__add_int, Called(), btf, name, byte_sz, encoding);
  return Entry().leave(add_int(core(btf), name, byte_sz, encoding));
}

extern "C" LIBBPF_API int btf__add_float(struct btf* btf, const char* name, size_t byte_sz) {
  if (is_foreign(btf))
    return pass_on(btf__add_float, Called(), btf, name, byte_sz);
  return Entry().leave(add_float(core(btf), name, byte_sz));
}

extern "C" LIBBPF_API int btf__add_ptr(struct btf* btf, int ref_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_ptr, Called(), btf, ref_type_id);
  return Entry().leave(add_reference(core(btf), edit::kPtr, nullptr, ref_type_id));
}

extern "C" LIBBPF_API int btf__add_array(struct btf* btf, int index_type_id, int elem_type_id,
                                         __u32 nr_elems) {
  if (is_foreign(btf))
    return pass_on(btf__add_array, Called(), btf, index_type_id, elem_type_id, nr_elems);
  return Entry().leave(add_array(core(btf), index_type_id, elem_type_id, nr_elems));
}

extern "C" LIBBPF_API int btf__add_struct(struct btf* btf, const char* name, __u32 sz) {
  if (is_foreign(btf))
    return pass_on(btf__add_struct, Called(), btf, name, sz);
  return Entry().leave(add_composite(core(btf), edit::kStruct, name, sz));
}

extern "C" LIBBPF_API int btf__add_union(struct btf* btf, const char* name, __u32 sz) {
  if (is_foreign(btf))
    return pass_on(btf__add_union, Called(), btf, name, sz);
  return Entry().leave(add_composite(core(btf), edit::kUnion, name, sz));
}

extern "C" LIBBPF_API int btf__add_field(struct btf* btf, const char* name, int field_type_id,
                                         __u32 bit_offset, __u32 bit_size) {
  if (is_foreign(btf))
    return pass_on(btf__add_field, Called(), btf, name, field_type_id, bit_offset, bit_size);
  return Entry().leave(add_member(core(btf), name, field_type_id, bit_offset, bit_size));
}

extern "C" LIBBPF_API int btf__add_enum(struct btf* btf, const char* name, __u32 bytes_sz) {
  if (is_foreign(btf))
    return pass_on(btf__add_enum, Called(), btf, name, bytes_sz);
  return Entry().leave(add_enum(core(btf), edit::kEnum, name, bytes_sz, false));
}

extern "C" LIBBPF_API int btf__add_enum_value(struct btf* btf, const char* name, __s64 value) {
  if (is_foreign(btf))
    return pass_on(btf__add_enum_value, Called(), btf, name, value);
  return Entry().leave(add_enumerator(core(btf), name, value));
}

extern "C" LIBBPF_API int btf__add_enum64(struct btf* btf, const char* name, __u32 bytes_sz,
                                          bool is_signed) {
  if (is_foreign(btf))
    return pass_on(btf__add_enum64, Called(), btf, name, bytes_sz, is_signed);
  return Entry().leave(add_enum(core(btf), edit::kEnum64, name, bytes_sz, is_signed));
}

extern "C" LIBBPF_API int btf__add_enum64_value(struct btf* btf, const char* name, __u64 value) {
  if (is_foreign(btf))
    return pass_on(btf__add_enum64_value, Called(), btf, name, value);
  return Entry().leave(add_enumerator64(core(btf), name, value));
}

extern "C" LIBBPF_API int btf__add_fwd(struct btf* btf, const char* name,
                                       enum btf_fwd_kind fwd_kind) {
  if (is_foreign(btf))
    return pass_on(btf__add_fwd, Called(), btf, name, fwd_kind);
  // In the order of their numbers; kVoid is none of them.
  constexpr edit::Kind kKinds[] = {edit::kStruct, edit::kUnion, edit::kEnum};
  static_assert(BTF_FWD_STRUCT == 0 && BTF_FWD_UNION == 1 && BTF_FWD_ENUM == 2);
  const auto number = static_cast<unsigned>(fwd_kind);
  return Entry().leave(
      add_forward(core(btf), name, number < std::size(kKinds) ? kKinds[number] : edit::kVoid));
}

extern "C" LIBBPF_API int btf__add_typedef(struct btf* btf, const char* name, int ref_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_typedef, Called(), btf, name, ref_type_id);
  return Entry().leave(add_reference(core(btf), edit::kTypedef, name, ref_type_id));
}

extern "C" LIBBPF_API int btf__add_volatile(struct btf* btf, int ref_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_volatile, Called(), btf, ref_type_id);
  return Entry().leave(add_reference(core(btf), edit::kVolatile, nullptr, ref_type_id));
}

extern "C" LIBBPF_API int btf__add_const(struct btf* btf, int ref_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_const, Called(), btf, ref_type_id);
  return Entry().leave(add_reference(core(btf), edit::kConst, nullptr, ref_type_id));
}

extern "C" LIBBPF_API int btf__add_restrict(struct btf* btf, int ref_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_restrict, Called(), btf, ref_type_id);
  return Entry().leave(add_reference(core(btf), edit::kRestrict, nullptr, ref_type_id));
}

extern "C" LIBBPF_API int btf__add_type_tag(struct btf* btf, const char* value, int ref_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_type_tag, Called(), btf, value, ref_type_id);
  return Entry().leave(add_reference(core(btf), edit::kTypeTag, value, ref_type_id));
}

extern "C" LIBBPF_API int btf__add_type_attr(struct btf* btf, const char* value, int ref_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_type_attr, Called(), btf, value, ref_type_id);
  return Entry().leave(add_reference(core(btf), edit::kTypeTag, value, ref_type_id, true));
}

extern "C" LIBBPF_API int btf__add_func(struct btf* btf, const char* name,
                                        enum btf_func_linkage linkage, int proto_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_func, Called(), btf, name, linkage, proto_type_id);
  return Entry().leave(
      add_func(core(btf), name, static_cast<std::uint32_t>(linkage), proto_type_id));
}

extern "C" LIBBPF_API int btf__add_func_proto(struct btf* btf, int ret_type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_func_proto, Called(), btf, ret_type_id);
  return Entry().leave(add_prototype(core(btf), ret_type_id));
}

extern "C" LIBBPF_API int btf__add_func_param(struct btf* btf, const char* name, int type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_func_param, Called(), btf, name, type_id);
  return Entry().leave(add_parameter(core(btf), name, type_id));
}

extern "C" LIBBPF_API int btf__add_var(struct btf* btf, const char* name, int linkage,
                                       int type_id) {
  if (is_foreign(btf))
    return pass_on(btf__add_var, Called(), btf, name, linkage, type_id);
  return Entry().leave(add_var(core(btf), name, linkage, type_id));
}

extern "C" LIBBPF_API int btf__add_datasec(struct btf* btf, const char* name, __u32 byte_sz) {
  if (is_foreign(btf))
    return pass_on(btf__add_datasec, Called(), btf, name, byte_sz);
  return Entry().leave(add_datasec(core(btf), name, byte_sz));
}

extern "C" LIBBPF_API int btf__add_datasec_var_info(struct btf* btf, int var_type_id, __u32 offset,
                                                    __u32 byte_sz) {
  if (is_foreign(btf))
    return pass_on(btf__add_datasec_var_info, Called(), btf, var_type_id, offset, byte_sz);
  return Entry().leave(add_variable(core(btf), var_type_id, offset, byte_sz));
}

extern "C" LIBBPF_API int btf__add_decl_tag(struct btf* btf, const char* value, int ref_type_id,
                                            int component_idx) {
  if (is_foreign(btf))
    return pass_on(btf__add_decl_tag, Called(), btf, value, ref_type_id, component_idx);
  return Entry().leave(add_decl_tag(core(btf), value, ref_type_id, component_idx));
}

extern "C" LIBBPF_API int btf__add_decl_attr(struct btf* btf, const char* value, int ref_type_id,
                                             int component_idx) {
  if (is_foreign(btf))
    return pass_on(btf__add_decl_attr, Called(), btf, value, ref_type_id, component_idx);
  return Entry().leave(add_decl_tag(core(btf), value, ref_type_id, component_idx, true));
}
