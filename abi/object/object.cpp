// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What there is to know of an object, and what is in it.
#include <cerrno>

#include "abi/btf/handles.hpp"
#include "abi/object/handles.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::handle;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::object::Map;
using ringside::object::Object;
using ringside::object::Program;

namespace {

// Getters of an object do not change it, but what they give may be changed.
Object& mutable_core(const bpf_object* obj) {
  return core(const_cast<bpf_object*>(obj));
}

// neighbour is the element `step` places behind one of a list, or null; the first, or the last one
// where `step` is -1, for null.
template <class T>
ringside::Result<T*> neighbour(Object& object, std::span<T> all, T* from, std::ptrdiff_t step) {
  if (from == nullptr)
    return all.empty() ? nullptr : step > 0 ? &all.front() : &all.back();
  if (&from->object() != &object || from < all.data() || from >= all.data() + all.size())
    return fail(object.subject(), Errno(EINVAL), "what to go on from is of another object");
  const std::ptrdiff_t next = from - all.data() + step;
  return next >= 0 && next < static_cast<std::ptrdiff_t>(all.size()) ? all.data() + next : nullptr;
}

template <class Tag, class T>
Tag* leave(const ringside::Result<T*>& found) {
  const Entry entry;
  return found ? entry.give(handle<Tag>(*found)) : entry.fail_null<Tag>(found.error());
}

bpf_program* next_program(const bpf_object* obj, bpf_program* from, std::ptrdiff_t step) {
  Object& object = mutable_core(obj);
  return leave<bpf_program>(
      neighbour(object, object.programs(), ringside::core_or_null(from), step));
}

bpf_map* next_map(const bpf_object* obj, const bpf_map* from, std::ptrdiff_t step) {
  if (obj == nullptr)
    return Entry().fail_null<bpf_map>(
        fail("object", Errno(EINVAL), "it is NULL, so there are no maps in it"));
  Object& object = mutable_core(obj);
  return leave<bpf_map>(
      neighbour(object, object.maps(), ringside::core_or_null(const_cast<bpf_map*>(from)), step));
}

} // namespace

extern "C" LIBBPF_API const char* bpf_object__name(const struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__name, Called(), obj);
  return obj != nullptr ? core(obj).name() : Entry().fail_null<const char>(Errno(EINVAL));
}

extern "C" LIBBPF_API unsigned int bpf_object__kversion(const struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__kversion, Called(), obj);
  const Entry entry;
  return entry.give(obj != nullptr ? core(obj).kernel_version() : 0);
}

extern "C" LIBBPF_API int bpf_object__set_kversion(struct bpf_object* obj, __u32 kern_version) {
  if (is_foreign(obj))
    return pass_on(bpf_object__set_kversion, Called(), obj, kern_version);
  return Entry().leave(core(obj).set_kernel_version(kern_version));
}

extern "C" LIBBPF_API int bpf_object__token_fd(const struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__token_fd, Called(), obj);
  return core(obj).token_fd();
}

extern "C" LIBBPF_API struct btf* bpf_object__btf(const struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__btf, Called(), obj);
  return obj != nullptr ? handle<struct btf>(core(obj).btf()) : nullptr;
}

extern "C" LIBBPF_API int bpf_object__btf_fd(const struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__btf_fd, Called(), obj);
  const auto* const btf = core(obj).btf();
  return btf != nullptr ? btf->fd() : -1;
}

extern "C" LIBBPF_API struct bpf_program*
bpf_object__find_program_by_name(const struct bpf_object* obj, const char* name) {
  if (is_foreign(obj))
    return pass_on(bpf_object__find_program_by_name, Called(), obj, name);
  const Entry entry;
  Program* const found = mutable_core(obj).find_program(name);
  return found != nullptr ? entry.give(handle<bpf_program>(found))
                          : entry.fail_null<bpf_program>(Errno(ENOENT));
}

extern "C" LIBBPF_API struct bpf_map* bpf_object__find_map_by_name(const struct bpf_object* obj,
                                                                   const char* name) {
  if (is_foreign(obj))
    return pass_on(bpf_object__find_map_by_name, Called(), obj, name);
  const Entry entry;
  Map* const found = mutable_core(obj).find_map(name);
  return found != nullptr ? entry.give(handle<bpf_map>(found))
                          : entry.fail_null<bpf_map>(Errno(ENOENT));
}

extern "C" LIBBPF_API int bpf_object__find_map_fd_by_name(const struct bpf_object* obj,
                                                          const char* name) {
  if (is_foreign(obj))
    return pass_on(bpf_object__find_map_fd_by_name, Called(), obj, name);
  const Entry entry;
  const Map* const found = mutable_core(obj).find_map(name);
  return found != nullptr ? entry.give(found->fd()) : entry.fail(Errno(EINVAL));
}

extern "C" LIBBPF_API struct bpf_program* bpf_object__next_program(const struct bpf_object* obj,
                                                                   struct bpf_program* prog) {
  if (is_foreign(obj, prog))
    return pass_on(bpf_object__next_program, Called(), obj, prog);
  return next_program(obj, prog, 1);
}

extern "C" LIBBPF_API struct bpf_program* bpf_object__prev_program(const struct bpf_object* obj,
                                                                   struct bpf_program* prog) {
  if (is_foreign(obj, prog))
    return pass_on(bpf_object__prev_program, Called(), obj, prog);
  return next_program(obj, prog, -1);
}

extern "C" LIBBPF_API struct bpf_map* bpf_object__next_map(const struct bpf_object* obj,
                                                           const struct bpf_map* map) {
  if (is_foreign(obj, map))
    return pass_on(bpf_object__next_map, Called(), obj, map);
  return next_map(obj, map, 1);
}

extern "C" LIBBPF_API struct bpf_map* bpf_object__prev_map(const struct bpf_object* obj,
                                                           const struct bpf_map* map) {
  if (is_foreign(obj, map))
    return pass_on(bpf_object__prev_map, Called(), obj, map);
  return next_map(obj, map, -1);
}
