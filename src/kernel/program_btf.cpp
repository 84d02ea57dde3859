// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading the BTF of a program that the kernel has loaded.
#include "kernel/program_btf.hpp"

#include <cerrno>
#include <cstddef>

#include <linux/bpf.h>

#include "base/array.hpp"
#include "bpf/info.hpp"
#include "btf/btf.hpp"
#include "kernel/refusal.hpp"

namespace ringside::kernel {
namespace {

Result<Array<std::byte>> read_btf(std::uint32_t id) {
  const auto fd = bpf::open(BPF_BTF_GET_FD_BY_ID, bpf::BtfIdAttr{.id = id});
  if (!fd)
    return fd.error();
  bpf_btf_info info{};
  if (const auto asked = bpf::fill_info(fd->get(), info); !asked)
    return asked.error();
  return bpf::btf_bytes(fd->get(), info.btf_size);
}

} // namespace

Result<std::uint32_t> find_in_program(int program_fd, const char* name, const Subject& subject) {
  const Step step{"asking about the program to attach to", RefusedCall::bpf};
  const auto info = bpf::prog_info(program_fd);
  if (!info)
    return refused(subject, step, info.error());
  if (info->btf_id == 0)
    return fail(subject, Errno(EINVAL), "the program to attach to has no BTF: compile it with -g");
  const auto bytes = read_btf(info->btf_id);
  if (!bytes)
    return refused(subject, step, bytes.error());
  const auto btf = btf::Btf::read({bytes->begin(), bytes->size()}, nullptr, subject);
  if (!btf)
    return btf.error();
  const auto id = (*btf)->find(name, btf::kFunc);
  if (!id)
    return fail(subject, Errno(ENOENT), "the program to attach to has no function '%s'", name);
  return *id;
}

} // namespace ringside::kernel
