// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The elements of a map of an object, whose sizes are checked.
#include <cerrno>
#include <cstdint>

#include "abi/object/handles.hpp"
#include "bpf/map.hpp"
#include "object/elements.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::is_foreign;
using ringside::pass_on;
namespace bpf = ringside::bpf;
namespace object = ringside::object;

extern "C" LIBBPF_API int bpf_map__lookup_elem(const struct bpf_map* map, const void* key,
                                               size_t key_sz, void* value, size_t value_sz,
                                               __u64 flags) {
  if (is_foreign(map))
    return pass_on(bpf_map__lookup_elem, Called(), map, key, key_sz, value, value_sz, flags);
  const Entry entry;
  if (const auto checked = object::check_element(core(map), key_sz, value_sz, flags); !checked)
    return entry.fail(checked.error());
  return entry.leave(bpf::look_up_element(core(map).fd(), key, value, flags));
}

extern "C" LIBBPF_API int bpf_map__update_elem(const struct bpf_map* map, const void* key,
                                               size_t key_sz, const void* value, size_t value_sz,
                                               __u64 flags) {
  if (is_foreign(map))
    return pass_on(bpf_map__update_elem, Called(), map, key, key_sz, value, value_sz, flags);
  const Entry entry;
  if (const auto checked = object::check_element(core(map), key_sz, value_sz, flags); !checked)
    return entry.fail(checked.error());
  return entry.leave(bpf::update_element(core(map).fd(), key, value, flags));
}

extern "C" LIBBPF_API int bpf_map__delete_elem(const struct bpf_map* map, const void* key,
                                               size_t key_sz, __u64 flags) {
  if (is_foreign(map))
    return pass_on(bpf_map__delete_elem, Called(), map, key, key_sz, flags);
  const Entry entry;
  if (const auto checked = object::check_key(core(map), key_sz); !checked)
    return entry.fail(checked.error());
  return entry.leave(bpf::delete_element(core(map).fd(), key, flags));
}

extern "C" LIBBPF_API int bpf_map__lookup_and_delete_elem(const struct bpf_map* map,
                                                          const void* key, size_t key_sz,
                                                          void* value, size_t value_sz,
                                                          __u64 flags) {
  if (is_foreign(map))
    return pass_on(bpf_map__lookup_and_delete_elem, Called(), map, key, key_sz, value, value_sz,
                   flags);
  const Entry entry;
  if (const auto checked = object::check_element(core(map), key_sz, value_sz, flags); !checked)
    return entry.fail(checked.error());
  return entry.leave(bpf::take_element(core(map).fd(), key, value, flags));
}

extern "C" LIBBPF_API int bpf_map__get_next_key(const struct bpf_map* map, const void* cur_key,
                                                void* next_key, size_t key_sz) {
  if (is_foreign(map))
    return pass_on(bpf_map__get_next_key, Called(), map, cur_key, next_key, key_sz);
  const Entry entry;
  if (const auto checked = object::check_key(core(map), key_sz); !checked)
    return entry.fail(checked.error());
  return entry.leave(bpf::next_key(core(map).fd(), cur_key, next_key));
}
