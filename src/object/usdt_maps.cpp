// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// attach_usdt: finding the maps.
#include "object/usdt_maps.hpp"

#include <cerrno>

#include "attach/find_file.hpp"
#include "object/attaching.hpp"
#include "usdt/spec_table.hpp"

namespace ringside::object {
namespace {

usdt::SpecMaps maps_of(Object& object) {
  usdt::SpecMaps maps;
  if (const Map* const specs = object.find_map(usdt::kSpecsMap)) {
    maps.specs_fd = specs->fd();
    maps.value_size = specs->plan().value_size;
    maps.max_entries = specs->plan().max_entries;
    maps.btf = object.btf();
    maps.value_type = specs->plan().value_type_id;
  }
  if (const Map* const addresses = object.find_map(usdt::kAddressesMap))
    maps.addresses_fd = addresses->fd();
  return maps;
}

} // namespace

Result<Owned<attach::Link>> attach_usdt(const Program& program, usdt::Target target) {
  const Attachable attachable(program);
  const attach::Program& attached = attachable.program();
  if (const auto loaded = attach::must_be_loaded(attached); !loaded)
    return loaded.error();
  if (target.path == nullptr || target.probe.provider.data() == nullptr ||
      target.probe.name.data() == nullptr)
    return fail(attached.subject, Errno(EINVAL), "the path, provider or name of its probe is NULL");
  const auto path = attach::find_file(target.path, attached.subject);
  if (!path)
    return path.error();
  Object& object = program.object();
  const auto table =
      object.usdt_table([&] { return usdt::SpecTable::open(maps_of(object), attached.subject); });
  if (!table)
    return table.error();
  target.path = path->data();
  return usdt::attach_usdt(attached, *table, target);
}

} // namespace ringside::object
