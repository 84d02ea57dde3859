// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Finding what a program is for, in the BTF of the kernel, of its modules, or of another program.
#include "object/attach_target.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

#include <linux/bpf.h>

#include "bpf/new_uapi.hpp"
#include "kernel/program_btf.hpp"
#include "object/loading.hpp"

namespace ringside::object {
namespace {

struct Row {
  std::uint32_t attach_type;
  LookedUp looked_up;
};
constexpr Row kRows[] = {
    {BPF_TRACE_RAW_TP, {"btf_trace_", btf::kTypedef}},
    {BPF_LSM_MAC, {"bpf_lsm_", btf::kFunc}},
    {BPF_LSM_CGROUP, {"bpf_lsm_", btf::kFunc}},
    {BPF_TRACE_ITER, {"bpf_iter_", btf::kFunc}},
};

} // namespace

LookedUp looked_up(std::uint32_t attach_type) {
  for (const Row& row : kRows)
    if (row.attach_type == attach_type)
      return row.looked_up;
  return {"", btf::kFunc};
}

Result<AttachTarget> find_kernel_target(Loading& loading, std::uint32_t attach_type,
                                        const char* target, const Subject& subject) {
  constexpr std::size_t kMostOfName = 127;
  const char* const colon = std::strchr(target, ':');
  const std::string_view module(target,
                                colon != nullptr ? static_cast<std::size_t>(colon - target) : 0);
  if (colon != nullptr && module.empty())
    return fail(subject, Errno(EINVAL), "its target '%s' begins with a colon", target);
  const LookedUp what = looked_up(attach_type);
  char name[kMostOfName + 1];
  const int length =
      std::snprintf(name, sizeof(name), "%s%s", what.prefix, colon != nullptr ? colon + 1 : target);
  if (length < 0 || static_cast<std::size_t>(length) > kMostOfName)
    return fail(subject, Errno(ENAMETOOLONG), "the name of its target is longer than 127 bytes");

  if (const auto read = loading.read_kernel(); !read)
    return read.error();
  const auto found = loading.find_type(name, what.kind, module);
  if (!found)
    return found.error();
  if (found->btf != nullptr)
    return AttachTarget{found->id, found->fd()};
  return fail(subject, Errno(ESRCH),
              "neither the kernel nor a module has '%s' in its BTF: it may have another name on "
              "this kernel, or be inlined",
              name);
}

Result<const char*> section_target(const Program& program, const Subject& subject) {
  const char* const slash = std::strchr(program.section(), '/');
  if (slash == nullptr)
    return fail(subject, Errno(EINVAL),
                "its section '%s' does not say what it is for: write it behind a slash, or call "
                "bpf_program__set_attach_target",
                program.section());
  return slash + 1;
}

Result<AttachTarget> find_section_target(Loading& loading, const Program& program,
                                         const Subject& subject) {
  const auto target = section_target(program, subject);
  if (!target)
    return target.error();
  const int program_fd = program.plan().attach_program_fd;
  if (program_fd == 0 && program.plan().type == BPF_PROG_TYPE_EXT)
    return fail(subject, Errno(EINVAL),
                "it replaces a function of another program, which "
                "bpf_program__set_attach_target must name");
  if (program_fd == 0)
    return find_kernel_target(loading, program.plan().attach_type, *target, subject);
  const auto id = kernel::find_in_program(program_fd, *target, subject);
  if (!id)
    return id.error();
  return AttachTarget{*id, program_fd};
}

} // namespace ringside::object
