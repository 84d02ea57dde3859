// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The kernel's BTF, which stays, and that of its modules, which come and go.
#include "kernel/running_types.hpp"

#include <cerrno>
#include <string_view>
#include <utility>

#include <linux/bpf.h>

#include "base/lazy.hpp"
#include "base/text.hpp"
#include "bpf/info.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/kernel_btf.hpp"
#include "kernel/refusal.hpp"

namespace ringside::kernel {
namespace {

// The kernel's BTF, once something has asked for it. Threads may still read it while the process
// ends.
LazyForever<btf::Btf> kept;

Result<os::UniqueFd> open_btf(std::uint32_t id, int token) {
  bpf::BtfIdAttr attr{.id = id};
  if (token >= 0) {
    attr.open_flags = bpf::kTokenFd;
    attr.token_fd = static_cast<std::uint32_t>(token);
  }
  return bpf::open(BPF_BTF_GET_FD_BY_ID, attr);
}

// read_module reads the BTF behind a descriptor, if it is that of a module.
Result<ModuleBtf> read_module(os::UniqueFd fd, const btf::Btf& kernel) {
  ModuleBtf module;
  char module_name[64] = {};
  bpf_btf_info info{};
  info.name = bpf::Address(module_name).bits();
  info.name_len = sizeof(module_name);
  const auto asked = bpf::fill_info(fd.get(), info);
  if (!asked && asked.error() == Errno(E2BIG))
    return module; // Linux before 5.11: no BTF has a name, and modules have none
  if (!asked)
    return asked.error();
  if (info.kernel_btf == 0 || std::string_view(module_name) == "vmlinux")
    return module;
  auto name = copy_of(module_name);
  if (!name)
    return name.error();
  const auto bytes = bpf::btf_bytes(fd.get(), info.btf_size);
  if (!bytes)
    return bytes.error();
  const Subject subject(std::string_view(name->data()));
  auto btf = btf::Btf::read({bytes->data(), bytes->size()}, &kernel, subject);
  if (!btf) {
    say(LogLevel::warn, subject, "the module is left out: its BTF cannot be read");
    return module;
  }
  module.fd = std::move(fd);
  module.name = std::move(*name);
  module.btf = std::move(*btf);
  return module;
}

} // namespace

Result<const btf::Btf*> kernel_btf(const Subject& subject) {
  if (const btf::Btf* const there = kept.get())
    return there;
  auto btf = vmlinux_btf();
  if (!btf && btf.error() == Errno(ESRCH))
    return fail(
        subject, Errno(ESRCH),
        "the kernel has no BTF: it needs CONFIG_DEBUG_INFO_BTF, or give a BTF by the option "
        "btf_custom_path");
  if (!btf)
    return refused(subject, {"reading the kernel's BTF"}, btf.error());
  return &kept.keep(std::move(*btf));
}

Result<Vector<ModuleBtf>> read_modules(const btf::Btf& kernel, int token, const Subject& subject) {
  const Step step{"finding the BTF of modules", RefusedCall::bpf};
  Vector<ModuleBtf> modules;
  for (std::uint32_t id = 0;;) {
    bpf::BtfIdAttr next{.id = id};
    if (const auto found = bpf::call(BPF_BTF_GET_NEXT_ID, next); !found) {
      if (found.error() == Errno(ENOENT) || found.error() == Errno(EPERM))
        return modules;
      return refused(subject, step, found.error());
    }
    id = next.next_id;
    auto fd = open_btf(id, token);
    if (!fd && fd.error() == Errno(ENOENT))
      continue; // it was unloaded just now
    if (!fd && fd.error() == Errno(EPERM))
      return modules;
    if (!fd)
      return refused(subject, step, fd.error());
    auto module = read_module(std::move(*fd), kernel);
    if (!module)
      return refused(subject, step, module.error());
    if (module->btf != nullptr && !modules.append(std::move(*module)))
      return no_memory(subject, "the BTF of modules");
  }
}

} // namespace ringside::kernel
