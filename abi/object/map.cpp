// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a map of an object is, and setting it before the kernel makes it.
#include <cerrno>

#include "abi/object/handles.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::handle;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::object::MapPlan;

extern "C" LIBBPF_API const char* bpf_map__name(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__name, Called(), map);
  return map != nullptr ? core(map).name() : nullptr;
}

extern "C" LIBBPF_API int bpf_map__fd(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__fd, Called(), map);
  return map != nullptr ? core(map).fd() : Entry().fail(fail("map", Errno(EINVAL), "it is NULL"));
}

extern "C" LIBBPF_API enum bpf_map_type bpf_map__type(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__type, Called(), map);
  return static_cast<bpf_map_type>(core(map).plan().type);
}

extern "C" LIBBPF_API int bpf_map__set_type(struct bpf_map* map, enum bpf_map_type type) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_type, Called(), map, type);
  return Entry().leave(core(map).set(&MapPlan::type, type));
}

extern "C" LIBBPF_API __u32 bpf_map__key_size(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__key_size, Called(), map);
  return core(map).plan().key_size;
}

extern "C" LIBBPF_API int bpf_map__set_key_size(struct bpf_map* map, __u32 size) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_key_size, Called(), map, size);
  return Entry().leave(core(map).set(&MapPlan::key_size, size));
}

extern "C" LIBBPF_API __u32 bpf_map__value_size(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__value_size, Called(), map);
  return core(map).plan().value_size;
}

extern "C" LIBBPF_API int bpf_map__set_value_size(struct bpf_map* map, __u32 size) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_value_size, Called(), map, size);
  return Entry().leave(core(map).set_value_size(size));
}

extern "C" LIBBPF_API __u32 bpf_map__max_entries(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__max_entries, Called(), map);
  return core(map).plan().max_entries;
}

extern "C" LIBBPF_API int bpf_map__set_max_entries(struct bpf_map* map, __u32 max_entries) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_max_entries, Called(), map, max_entries);
  return Entry().leave(core(map).set_max_entries(max_entries));
}

extern "C" LIBBPF_API __u32 bpf_map__map_flags(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__map_flags, Called(), map);
  return core(map).plan().flags;
}

extern "C" LIBBPF_API int bpf_map__set_map_flags(struct bpf_map* map, __u32 flags) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_map_flags, Called(), map, flags);
  return Entry().leave(core(map).set(&MapPlan::flags, flags));
}

extern "C" LIBBPF_API __u64 bpf_map__map_extra(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__map_extra, Called(), map);
  return core(map).plan().extra;
}

extern "C" LIBBPF_API int bpf_map__set_map_extra(struct bpf_map* map, __u64 map_extra) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_map_extra, Called(), map, map_extra);
  return Entry().leave(core(map).set(&MapPlan::extra, map_extra));
}

extern "C" LIBBPF_API __u32 bpf_map__numa_node(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__numa_node, Called(), map);
  return core(map).plan().numa_node;
}

extern "C" LIBBPF_API int bpf_map__set_numa_node(struct bpf_map* map, __u32 numa_node) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_numa_node, Called(), map, numa_node);
  return Entry().leave(core(map).set(&MapPlan::numa_node, numa_node));
}

extern "C" LIBBPF_API __u32 bpf_map__ifindex(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__ifindex, Called(), map);
  return core(map).plan().ifindex;
}

extern "C" LIBBPF_API int bpf_map__set_ifindex(struct bpf_map* map, __u32 ifindex) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_ifindex, Called(), map, ifindex);
  return Entry().leave(core(map).set(&MapPlan::ifindex, ifindex));
}

extern "C" LIBBPF_API bool bpf_map__autocreate(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__autocreate, Called(), map);
  return core(map).plan().autocreate;
}

extern "C" LIBBPF_API int bpf_map__set_autocreate(struct bpf_map* map, bool autocreate) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_autocreate, Called(), map, autocreate);
  return Entry().leave(core(map).set(&MapPlan::autocreate, autocreate));
}

extern "C" LIBBPF_API bool bpf_map__autoattach(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__autoattach, Called(), map);
  return core(map).autoattach();
}

extern "C" LIBBPF_API int bpf_map__set_autoattach(struct bpf_map* map, bool autoattach) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_autoattach, Called(), map, autoattach);
  return Entry().leave(core(map).set_autoattach(autoattach));
}

extern "C" LIBBPF_API __u32 bpf_map__btf_key_type_id(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__btf_key_type_id, Called(), map);
  return map != nullptr ? core(map).plan().key_type_id : 0;
}

extern "C" LIBBPF_API __u32 bpf_map__btf_value_type_id(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__btf_value_type_id, Called(), map);
  return map != nullptr ? core(map).plan().value_type_id : 0;
}

extern "C" LIBBPF_API bool bpf_map__is_internal(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__is_internal, Called(), map);
  return core(map).is_data();
}

extern "C" LIBBPF_API void* bpf_map__initial_value(const struct bpf_map* map, size_t* psize) {
  if (is_foreign(map))
    return pass_on(bpf_map__initial_value, Called(), map, psize);
  const auto image = core(map).image();
  if (image.data() != nullptr && psize != nullptr)
    *psize = image.size();
  return image.data();
}

extern "C" LIBBPF_API int bpf_map__set_initial_value(struct bpf_map* map, const void* data,
                                                     size_t size) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_initial_value, Called(), map, data, size);
  return Entry().leave(core(map).set_image({static_cast<const std::byte*>(data), size}));
}

extern "C" LIBBPF_API struct bpf_map* bpf_map__inner_map(struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__inner_map, Called(), map);
  const Entry entry;
  if (!core(map).is_map_of_maps())
    return entry.fail_null<bpf_map>(Errno(EINVAL));
  return entry.give(handle<bpf_map>(core(map).inner()));
}

extern "C" LIBBPF_API int bpf_map__set_inner_map_fd(struct bpf_map* map, int fd) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_inner_map_fd, Called(), map, fd);
  return Entry().leave(core(map).set_inner_fd(fd));
}

extern "C" LIBBPF_API struct bpf_program* bpf_map__exclusive_program(struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__exclusive_program, Called(), map);
  return handle<bpf_program>(core(map).exclusive());
}

extern "C" LIBBPF_API int bpf_map__set_exclusive_program(struct bpf_map* map,
                                                         struct bpf_program* prog) {
  if (is_foreign(map, prog))
    return pass_on(bpf_map__set_exclusive_program, Called(), map, prog);
  return Entry().leave(core(map).set_exclusive(ringside::core_or_null(prog)));
}

extern "C" LIBBPF_API const char* bpf_map__pin_path(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__pin_path, Called(), map);
  return core(map).pin_path();
}

extern "C" LIBBPF_API const char* bpf_map__get_pin_path(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__get_pin_path, Called(), map);
  return core(map).pin_path();
}

extern "C" LIBBPF_API bool bpf_map__is_pinned(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__is_pinned, Called(), map);
  return core(map).is_pinned();
}

extern "C" LIBBPF_API int bpf_map__set_pin_path(struct bpf_map* map, const char* path) {
  if (is_foreign(map))
    return pass_on(bpf_map__set_pin_path, Called(), map, path);
  return Entry().leave(core(map).set_pin_path(path));
}
