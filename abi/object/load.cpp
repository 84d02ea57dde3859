// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Preparing and loading objects, and pinning what the kernel has of them.
#include <cerrno>

#include "abi/object/handles.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::Result;
using ringside::object::Map;
using ringside::object::Object;
using ringside::object::Program;

namespace {

Errno is_null(const char* what) {
  return fail(what, Errno(EINVAL), "it is NULL");
}

int leave(bpf_object* obj, Result<void> (Object::*call)()) {
  const Entry entry;
  return obj != nullptr ? entry.leave((core(obj).*call)()) : entry.fail(is_null("object"));
}

int leave(bpf_object* obj, const char* path, Result<void> (Object::*call)(const char* path)) {
  const Entry entry;
  if (obj == nullptr)
    return entry.fail(fail("object", Errno(ENOENT), "it is NULL, so nothing of it is loaded"));
  return entry.leave((core(obj).*call)(path));
}

int leave(bpf_map* map, const char* path, Result<void> (Map::*call)(const char* path)) {
  const Entry entry;
  return map != nullptr ? entry.leave((core(map).*call)(path)) : entry.fail(is_null("map"));
}

int leave(bpf_program* prog, const char* path, Result<void> (Program::*call)(const char* path)) {
  const Entry entry;
  if (prog == nullptr)
    return entry.fail(is_null("program"));
  if (path == nullptr)
    return entry.fail(is_null("the path to pin a program at"));
  return entry.leave((core(prog).*call)(path));
}

} // namespace

extern "C" LIBBPF_API int bpf_object__prepare(struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__prepare, Called(), obj);
  return leave(obj, &Object::prepare);
}

extern "C" LIBBPF_API int bpf_object__load(struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__load, Called(), obj);
  return leave(obj, &Object::load);
}

extern "C" LIBBPF_API int bpf_object__pin_maps(struct bpf_object* obj, const char* path) {
  if (is_foreign(obj))
    return pass_on(bpf_object__pin_maps, Called(), obj, path);
  return leave(obj, path, &Object::pin_maps);
}

extern "C" LIBBPF_API int bpf_object__unpin_maps(struct bpf_object* obj, const char* path) {
  if (is_foreign(obj))
    return pass_on(bpf_object__unpin_maps, Called(), obj, path);
  return leave(obj, path, &Object::unpin_maps);
}

extern "C" LIBBPF_API int bpf_object__pin_programs(struct bpf_object* obj, const char* path) {
  if (is_foreign(obj))
    return pass_on(bpf_object__pin_programs, Called(), obj, path);
  return leave(obj, path, &Object::pin_programs);
}

extern "C" LIBBPF_API int bpf_object__unpin_programs(struct bpf_object* obj, const char* path) {
  if (is_foreign(obj))
    return pass_on(bpf_object__unpin_programs, Called(), obj, path);
  return leave(obj, path, &Object::unpin_programs);
}

extern "C" LIBBPF_API int bpf_object__pin(struct bpf_object* object, const char* path) {
  if (is_foreign(object))
    return pass_on(bpf_object__pin, Called(), object, path);
  return leave(object, path, &Object::pin);
}

extern "C" LIBBPF_API int bpf_object__unpin(struct bpf_object* object, const char* path) {
  if (is_foreign(object))
    return pass_on(bpf_object__unpin, Called(), object, path);
  return leave(object, path, &Object::unpin);
}

extern "C" LIBBPF_API int bpf_map__pin(struct bpf_map* map, const char* path) {
  if (is_foreign(map))
    return pass_on(bpf_map__pin, Called(), map, path);
  return leave(map, path, &Map::pin);
}

extern "C" LIBBPF_API int bpf_map__unpin(struct bpf_map* map, const char* path) {
  if (is_foreign(map))
    return pass_on(bpf_map__unpin, Called(), map, path);
  return leave(map, path, &Map::unpin);
}

extern "C" LIBBPF_API int bpf_map__reuse_fd(struct bpf_map* map, int fd) {
  if (is_foreign(map))
    return pass_on(bpf_map__reuse_fd, Called(), map, fd);
  return Entry().leave(core(map).reuse(fd));
}

extern "C" LIBBPF_API int bpf_program__pin(struct bpf_program* prog, const char* path) {
  if (is_foreign(prog))
    return pass_on(bpf_program__pin, Called(), prog, path);
  return leave(prog, path, &Program::pin);
}

extern "C" LIBBPF_API int bpf_program__unpin(struct bpf_program* prog, const char* path) {
  if (is_foreign(prog))
    return pass_on(bpf_program__unpin, Called(), prog, path);
  return leave(prog, path, &Program::unpin);
}
