// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a program of an object is, and setting it before it is loaded.
#include <cerrno>

#include "abi/object/handles.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::object::ProgramPlan;

extern "C" LIBBPF_API const char* bpf_program__name(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__name, Called(), prog);
  return core(prog).name();
}

extern "C" LIBBPF_API const char* bpf_program__section_name(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__section_name, Called(), prog);
  return core(prog).section();
}

extern "C" LIBBPF_API bool bpf_program__autoload(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__autoload, Called(), prog);
  return core(prog).plan().autoload;
}

extern "C" LIBBPF_API int bpf_program__set_autoload(struct bpf_program* prog, bool autoload) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_autoload, Called(), prog, autoload);
  return Entry().leave(core(prog).set(&ProgramPlan::autoload, autoload, Errno(EINVAL)));
}

extern "C" LIBBPF_API bool bpf_program__autoattach(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__autoattach, Called(), prog);
  return core(prog).autoattach();
}

extern "C" LIBBPF_API void bpf_program__set_autoattach(struct bpf_program* prog, bool autoattach) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_autoattach, Called(), prog, autoattach);
  core(prog).set_autoattach(autoattach);
}

extern "C" LIBBPF_API enum bpf_prog_type bpf_program__type(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__type, Called(), prog);
  return static_cast<bpf_prog_type>(core(prog).plan().type);
}

extern "C" LIBBPF_API enum bpf_prog_type bpf_program__get_type(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__get_type, Called(), prog);
  return bpf_program__type(prog);
}

extern "C" LIBBPF_API int bpf_program__set_type(struct bpf_program* prog, enum bpf_prog_type type) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_type, Called(), prog, type);
  return Entry().leave(core(prog).set_type(type));
}

extern "C" LIBBPF_API enum bpf_attach_type
bpf_program__expected_attach_type(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__expected_attach_type, Called(), prog);
  return static_cast<bpf_attach_type>(core(prog).plan().attach_type);
}

extern "C" LIBBPF_API enum bpf_attach_type
bpf_program__get_expected_attach_type(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__get_expected_attach_type, Called(), prog);
  return bpf_program__expected_attach_type(prog);
}

extern "C" LIBBPF_API int bpf_program__set_expected_attach_type(struct bpf_program* prog,
                                                                enum bpf_attach_type type) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_expected_attach_type, Called(), prog, type);
  return Entry().leave(core(prog).set(&ProgramPlan::attach_type, type));
}

extern "C" LIBBPF_API void bpf_program__set_ifindex(struct bpf_program* prog, __u32 ifindex) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_ifindex, Called(), prog, ifindex);
  core(prog).set_ifindex(ifindex);
}

extern "C" LIBBPF_API __u32 bpf_program__flags(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__flags, Called(), prog);
  return core(prog).plan().flags;
}

extern "C" LIBBPF_API int bpf_program__set_flags(struct bpf_program* prog, __u32 flags) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_flags, Called(), prog, flags);
  return Entry().leave(core(prog).set(&ProgramPlan::flags, flags));
}

extern "C" LIBBPF_API __u32 bpf_program__log_level(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__log_level, Called(), prog);
  return core(prog).plan().log_level;
}

extern "C" LIBBPF_API int bpf_program__set_log_level(struct bpf_program* prog, __u32 log_level) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_log_level, Called(), prog, log_level);
  return Entry().leave(core(prog).set(&ProgramPlan::log_level, log_level));
}

extern "C" LIBBPF_API const char* bpf_program__log_buf(const struct bpf_program* prog,
                                                       size_t* log_size) {
  if (is_foreign(prog))
    return pass_on(bpf_program__log_buf, Called(), prog, log_size);
  const auto log = core(prog).plan().log;
  *log_size = log.size();
  return log.data();
}

extern "C" LIBBPF_API int bpf_program__set_log_buf(struct bpf_program* prog, char* log_buf,
                                                   size_t log_size) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_log_buf, Called(), prog, log_buf, log_size);
  return Entry().leave(core(prog).set_log(log_buf, log_size));
}

extern "C" LIBBPF_API const struct bpf_insn* bpf_program__insns(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__insns, Called(), prog);
  return core(prog).insns().data();
}

extern "C" LIBBPF_API size_t bpf_program__insn_cnt(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__insn_cnt, Called(), prog);
  return core(prog).insns().size();
}

extern "C" LIBBPF_API int bpf_program__set_insns(struct bpf_program* prog,
                                                 struct bpf_insn* new_insns, size_t new_insn_cnt) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_insns, Called(), prog, new_insns, new_insn_cnt);
  return Entry().leave(core(prog).set_insns({new_insns, new_insn_cnt}));
}

extern "C" LIBBPF_API int bpf_program__fd(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__fd, Called(), prog);
  const Entry entry;
  if (prog == nullptr)
    return entry.fail(fail("program", Errno(EINVAL), "it is NULL"));
  const int fd = core(prog).fd();
  return fd >= 0 ? entry.give(fd) : entry.fail(Errno(ENOENT));
}

extern "C" LIBBPF_API void bpf_program__unload(struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__unload, Called(), prog);
  const Entry entry;
  if (prog == nullptr)
    return;
  core(prog).unload();
  entry.succeed();
}
