// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The kernel's BTF, which stays, and that of its modules, which come and go.
#include "kernel/running_types.hpp"

#include <cerrno>

#include <linux/bpf.h>

#include "base/lazy.hpp"
#include "base/text.hpp"
#include "bpf/command.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/kernel_btf.hpp"
#include "kernel/refusal.hpp"

namespace ringside::kernel {
namespace {

// Kept is the kernel's BTF, once something has asked for it.
struct Kept {
  Owned<btf::Btf> btf;
};
Lazy<Kept> kept;

Result<os::UniqueFd> open_btf(std::uint32_t id, int token) {
  bpf::BtfIdAttr attr{.id = id};
  if (token >= 0) {
    attr.open_flags = bpf::kTokenFd;
    attr.token_fd = static_cast<std::uint32_t>(token);
  }
  return bpf::open(BPF_BTF_GET_FD_BY_ID, attr);
}

// Info is what the kernel says of a BTF.
struct Info {
  char name[64] = {};
  std::uint32_t size = 0;
  bool is_kernels = false;
};

Result<Info> ask(int fd, std::span<std::byte> bytes) {
  Info info;
  bpf_btf_info asked{};
  asked.name = reinterpret_cast<std::uintptr_t>(info.name);
  asked.name_len = sizeof(info.name);
  asked.btf = reinterpret_cast<std::uintptr_t>(bytes.data());
  asked.btf_size = static_cast<std::uint32_t>(bytes.size());
  bpf::InfoAttr attr{.bpf_fd = fd, .info_len = sizeof(asked), .info = &asked};
  const auto result = bpf::call(BPF_OBJ_GET_INFO_BY_FD, attr);
  if (!result)
    return result.error();
  info.size = asked.btf_size;
  info.is_kernels = asked.kernel_btf != 0;
  return info;
}

// read_module reads the BTF behind a descriptor, if it is that of a module.
Result<ModuleBtf> read_module(os::UniqueFd fd, const btf::Btf& kernel) {
  ModuleBtf module;
  const auto info = ask(fd.get(), {});
  if (!info)
    return info.error();
  if (!info->is_kernels || std::string_view(info->name) == "vmlinux")
    return module;
  auto bytes = Array<std::byte>::of_size(info->size);
  auto name = copy_of(info->name);
  if (!bytes || !name)
    return Errno(ENOMEM);
  if (const auto filled = ask(fd.get(), {bytes->begin(), bytes->size()}); !filled)
    return filled.error();
  const Subject subject(std::string_view(name->data()));
  auto btf = btf::Btf::read({bytes->begin(), bytes->size()}, &kernel, subject);
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
  if (const Kept* const there = kept.get())
    return there->btf.get();
  auto btf = vmlinux_btf();
  if (!btf && btf.error() == Errno(ESRCH))
    return fail(
        subject, Errno(ESRCH),
        "the kernel has no BTF: it needs CONFIG_DEBUG_INFO_BTF, or give a BTF by the option "
        "btf_custom_path");
  if (!btf)
    return refused(subject, {"reading the kernel's BTF"}, btf.error());
  auto made = make<Kept>(std::move(*btf));
  if (made == nullptr)
    return no_memory(subject, "the kernel's BTF");
  return kept.keep(std::move(made)).btf.get();
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
