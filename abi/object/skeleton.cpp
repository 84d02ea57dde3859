// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Skeletons: structs that bpftool generates, with an object's maps, programs and variables.
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "abi/boundary/strided.hpp"
#include "abi/object/handles.hpp"
#include "abi/object/open.hpp"
#include "btf/btf.hpp"
#include "object/attaching.hpp"

namespace {

using namespace ringside;
using object::Map;
using object::MapKind;
using object::Object;
using object::Program;
using Maps = Strided<bpf_map_skeleton>;
using Programs = Strided<bpf_prog_skeleton>;
using Variables = Strided<bpf_var_skeleton>;

// has_foreign: another library made the skeleton's object.
bool has_foreign(const bpf_object_skeleton* skeleton) {
  return skeleton != nullptr && skeleton->obj != nullptr && is_foreign(*skeleton->obj);
}

Maps maps_of(const bpf_object_skeleton& skeleton) {
  return {skeleton.maps, skeleton.map_cnt, skeleton.map_skel_sz};
}
Programs programs_of(const bpf_object_skeleton& skeleton) {
  return {skeleton.progs, skeleton.prog_cnt, skeleton.prog_skel_sz};
}

// put_image says where a map's variables are. The kernel's configuration is not for programs.
void put_image(const bpf_map_skeleton& skeleton, const Map& map) {
  if (skeleton.mmaped != nullptr && map.kind() != MapKind::kconfig)
    *skeleton.mmaped = map.image().data();
}

Result<void> find_all(Object& object, const Maps& maps, const Programs& programs) {
  for (std::size_t index = 0; index < maps.count(); ++index) {
    const bpf_map_skeleton& skeleton = maps[index];
    Map* const map = object.find_map(skeleton.name);
    if (map == nullptr)
      return fail(object.subject(), Errno(ESRCH),
                  "it has no map '%s', which its skeleton has: generate the skeleton anew",
                  skeleton.name);
    *skeleton.map = handle<bpf_map>(map);
    put_image(skeleton, *map);
  }
  for (std::size_t index = 0; index < programs.count(); ++index) {
    const bpf_prog_skeleton& skeleton = programs[index];
    Program* const program = object.find_program(skeleton.name);
    if (program == nullptr)
      return fail(object.subject(), Errno(ESRCH),
                  "it has no program '%s', which its skeleton has: generate the skeleton anew",
                  skeleton.name);
    *skeleton.prog = handle<bpf_program>(program);
  }
  return {};
}

Result<void> open(bpf_object_skeleton& skeleton, const bpf_object_open_opts* opts) {
  auto opened = open_bytes({static_cast<const std::byte*>(skeleton.data), skeleton.data_sz},
                           skeleton.name, opts);
  if (!opened)
    return opened.error();
  Object& object = **opened;
  // It is the caller's from here on, whatever fails.
  *skeleton.obj = handle<bpf_object>(opened->release());
  return find_all(object, maps_of(skeleton), programs_of(skeleton));
}

Result<void> load(const bpf_object_skeleton& skeleton) {
  if (*skeleton.obj == nullptr)
    return fail("skeleton", Errno(EINVAL), "it has no object: open it first");
  if (const auto loaded = core(*skeleton.obj).load(); !loaded)
    return loaded;
  const Maps maps = maps_of(skeleton);
  for (std::size_t index = 0; index < maps.count(); ++index)
    put_image(maps[index], core(*maps[index].map));
  return {};
}

// attach_programs gives each program a link that is to have one and has none.
Result<void> attach_programs(const Programs& programs) {
  for (std::size_t index = 0; index < programs.count(); ++index) {
    const bpf_prog_skeleton& skeleton = programs[index];
    const Program& program = core(*skeleton.prog);
    if (!program.plan().autoload || !program.autoattach() || *skeleton.link != nullptr)
      continue;
    auto link = attach_by_section(program);
    if (!link)
      return link.error();
    *skeleton.link = handle<bpf_link>(link->release());
  }
  return {};
}

// The same of struct_ops maps, for which skeletons of before 1.5 have no place.
Result<void> attach_maps(const Maps& maps) {
  for (std::size_t index = 0; index < maps.count(); ++index) {
    const bpf_map_skeleton& skeleton = maps[index];
    Map& map = core(*skeleton.map);
    if (!map.plan().autocreate || !map.autoattach())
      continue;
    if (!maps.has(&bpf_map_skeleton::link) || skeleton.link == nullptr) {
      say(LogLevel::warn, map.object().subject(),
          "its map '%s' is not attached, for its skeleton has no place for a link: generate the "
          "skeleton anew, or call bpf_map__attach_struct_ops",
          map.name());
      continue;
    }
    if (*skeleton.link != nullptr)
      continue;
    auto link = attach_map(map);
    if (!link)
      return link.error();
    *skeleton.link = handle<bpf_link>(link->release());
  }
  return {};
}

Result<void> attach_all(const bpf_object_skeleton& skeleton) {
  if (const auto attached = attach_programs(programs_of(skeleton)); !attached)
    return attached;
  return attach_maps(maps_of(skeleton));
}

// detach destroys a link. An array that was not allocated, or a slot that is not there, has none.
void detach(bpf_link** slot) {
  if (slot != nullptr)
    bpf_link__destroy(std::exchange(*slot, nullptr));
}

void detach_all(const bpf_object_skeleton& skeleton) {
  const Programs programs = programs_of(skeleton);
  for (std::size_t index = 0; index < programs.count(); ++index)
    detach(programs[index].link);
  const Maps maps = maps_of(skeleton);
  if (!maps.has(&bpf_map_skeleton::link))
    return;
  for (std::size_t index = 0; index < maps.count(); ++index)
    detach(maps[index].link);
}

// put_variables says where each variable is, in the image of its map.
Result<void> put_variables(const Object& object, const Variables& variables) {
  const ringside::btf::Btf& btf = *object.btf();
  for (std::size_t index = 0; index < variables.count(); ++index) {
    const bpf_var_skeleton& skeleton = variables[index];
    const Map& map = core(*skeleton.map);
    const ringside::btf::Type datasec = btf.type(map.types_of_variables());
    if (!datasec.is(ringside::btf::kDatasec))
      return fail(object.subject(), Errno(EINVAL),
                  "its map '%s' has no variables, one of which is '%s'", map.name(), skeleton.name);
    bool is_found = false;
    for (std::uint32_t at = 0; at < datasec.elements() && !is_found; ++at) {
      const ringside::btf::Variable variable = datasec.variable(at);
      is_found = std::string_view(btf.name(btf.type(variable.type))) == skeleton.name &&
                 std::uint64_t{variable.offset} + variable.size <= map.plan().value_size;
      if (is_found && map.image().data() != nullptr)
        *skeleton.addr = map.image().data() + variable.offset;
    }
    if (!is_found)
      say(LogLevel::warn, object.subject(), "its map '%s' has no variable '%s'", map.name(),
          skeleton.name);
  }
  return {};
}

Result<void> open(const bpf_object_subskeleton& skeleton) {
  if (skeleton.obj == nullptr)
    return fail("subskeleton", Errno(EINVAL), "it has no object");
  Object& object = core(const_cast<bpf_object*>(skeleton.obj));
  if (object.btf() == nullptr)
    return fail(object.subject(), Errno(ENOENT), "it has no BTF, which knows its variables");
  if (const auto found =
          find_all(object, Maps(skeleton.maps, skeleton.map_cnt, skeleton.map_skel_sz),
                   Programs(skeleton.progs, skeleton.prog_cnt, skeleton.prog_skel_sz));
      !found)
    return found;
  return put_variables(object, Variables(skeleton.vars, skeleton.var_cnt, skeleton.var_skel_sz));
}

} // namespace

extern "C" LIBBPF_API int bpf_object__open_skeleton(struct bpf_object_skeleton* s,
                                                    const struct bpf_object_open_opts* opts) {
  if (auto* const own = callers_own(bpf_object__open_skeleton, Called()))
    return own(s, opts);
  return Entry().leave(open(*s, opts));
}

extern "C" LIBBPF_API int bpf_object__load_skeleton(struct bpf_object_skeleton* s) {
  if (has_foreign(s))
    return pass_on(bpf_object__load_skeleton, Called(), s);
  return Entry().leave(load(*s));
}

extern "C" LIBBPF_API int bpf_object__attach_skeleton(struct bpf_object_skeleton* s) {
  if (has_foreign(s))
    return pass_on(bpf_object__attach_skeleton, Called(), s);
  return Entry().leave(attach_all(*s));
}

extern "C" LIBBPF_API void bpf_object__detach_skeleton(struct bpf_object_skeleton* s) {
  if (has_foreign(s))
    return pass_on(bpf_object__detach_skeleton, Called(), s);
  const Entry entry;
  detach_all(*s);
  entry.succeed();
}

extern "C" LIBBPF_API void bpf_object__destroy_skeleton(struct bpf_object_skeleton* s) {
  if (has_foreign(s))
    return pass_on(bpf_object__destroy_skeleton, Called(), s);
  const Entry entry;
  if (s != nullptr) {
    detach_all(*s);
    if (s->obj != nullptr && *s->obj != nullptr) {
      const Owned<Object> gone(&core(*s->obj));
      *s->obj = nullptr;
    }
    std::free(s->maps);
    std::free(s->progs);
    std::free(s);
  }
  entry.succeed();
}

extern "C" LIBBPF_API int bpf_object__open_subskeleton(struct bpf_object_subskeleton* s) {
  if (is_foreign(s->obj))
    return pass_on(bpf_object__open_subskeleton, Called(), s);
  return Entry().leave(open(*s));
}

extern "C" LIBBPF_API void bpf_object__destroy_subskeleton(struct bpf_object_subskeleton* s) {
  const Entry entry;
  if (s != nullptr) {
    std::free(s->maps);
    std::free(s->progs);
    std::free(s->vars);
    std::free(s);
  }
  entry.succeed();
}
