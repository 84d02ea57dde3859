// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF from the running kernel, and to it.
#include "kernel/kernel_btf.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>

#include <linux/bpf.h>

#include "base/failure.hpp"
#include "base/log.hpp"
#include "bpf/btf_load.hpp"
#include "bpf/command.hpp"
#include "bpf/info.hpp"
#include "kernel/btf_file.hpp"
#include "kernel/mapped_btf.hpp"
#include "os/process.hpp"
#include "os/whole_file.hpp"

namespace ringside::kernel {
namespace {

using btf::Btf;

constexpr const char* kSysfs = "/sys/kernel/btf/vmlinux";
constexpr Subject kSubject("BTF of the kernel");

// Where distributions put the kernel. %s is its release.
constexpr const char* kKernels[] = {
    "/boot/vmlinux-%s",
    "/lib/modules/%s/vmlinux-%s",
    "/lib/modules/%s/build/vmlinux",
    "/usr/lib/modules/%s/kernel/vmlinux",
    "/usr/lib/debug/boot/vmlinux-%s",
    "/usr/lib/debug/boot/vmlinux-%s.debug",
    "/usr/lib/debug/lib/modules/%s/vmlinux",
};

Result<Owned<Btf>> sysfs_btf() {
  // A file that is mounted in its place may say anything, and change. It is copied and checked.
  if (os::is_in_sysfs(kSysfs))
    if (auto mapped = mapped_btf(kSysfs))
      return mapped;
  auto file = read_btf(kSysfs, BtfForm::any, nullptr, false);
  if (!file)
    return file.error();
  return std::move(file->btf);
}

// is_about_types: the kernel's log says more than the error.
bool is_about_types(Errno error) {
  constexpr int kOthers[] = {EPERM, ENOMEM, EMFILE, ENFILE};
  return std::find(std::begin(kOthers), std::end(kOthers), error.value()) == std::end(kOthers);
}

// load_with_log tries again, and writes the kernel's log, which has many lines.
Result<os::UniqueFd> load_with_log(bpf::BtfLoadAttr attr) {
  constexpr std::uint64_t kFirstSize = (1 << 24) - 1;
  Result<os::UniqueFd> fd = Errno(ENOSPC);
  for (std::uint64_t size = kFirstSize; size <= UINT32_MAX; size *= 2) {
    auto text = Array<char>::of_size(static_cast<std::size_t>(size));
    if (!text)
      return no_memory("BTF", "the kernel's log");
    (*text)[0] = '\0';
    attr.btf_log_buf = text->begin();
    attr.btf_log_size = static_cast<std::uint32_t>(size);
    attr.btf_log_level = 1;
    fd = bpf::load_btf(attr);
    if (!fd && fd.error() == Errno(ENOSPC))
      continue;
    if (!fd) {
      (*text)[static_cast<std::size_t>(size) - 1] = '\0';
      log(LogLevel::warn, "BTF: the kernel refuses it, error %d:\n%s\n", fd.error().value(),
          text->begin());
    }
    return fd;
  }
  return fd;
}

} // namespace

Result<Owned<Btf>> vmlinux_btf() {
  if (os::exists(kSysfs))
    return sysfs_btf();
  const os::KernelNames names = os::kernel_names();
  for (const char* const format : kKernels) {
    char path[256];
    std::snprintf(path, sizeof(path), format, names.release, names.release);
    if (!os::can_be_read(path))
      continue;
    if (auto file = read_btf(path, BtfForm::any, nullptr, false))
      return std::move(file->btf);
  }
  return fail(kSubject, Errno(ESRCH),
              "there is no %s, and no file of Linux %s with types; it needs CONFIG_DEBUG_INFO_BTF",
              kSysfs, names.release);
}

Result<Owned<Btf>> module_btf(const char* name, const Btf* vmlinux) {
  // A longer name is no module's.
  char path[80];
  std::snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
  auto file = read_btf(path, BtfForm::any, vmlinux, false);
  if (!file)
    return file.error();
  return std::move(file->btf);
}

Result<Owned<Btf>> btf_by_id(std::uint32_t id, const Btf* base) {
  const Subject subject(kSubject, "id", id);
  const auto fd = bpf::open(BPF_BTF_GET_FD_BY_ID, bpf::BtfIdAttr{.id = id});
  if (!fd)
    return fail(subject, fd.error(), "the kernel does not give it, error %d", fd.error().value());
  Array<std::byte> bytes;
  // Most are small. A larger one is asked for once more, with room for all of it.
  std::uint32_t size = 4096;
  for (int turn = 0; turn < 2; ++turn) {
    auto room = Array<std::byte>::of_size(size);
    if (!room)
      return no_memory(subject, "its bytes");
    bytes = std::move(*room);
    bpf_btf_info info{};
    info.btf = bpf::Address(bytes.begin()).bits();
    info.btf_size = size;
    if (const auto told = bpf::fill_info(fd->get(), info); !told)
      return fail(subject, told.error(), "the kernel does not tell, error %d",
                  told.error().value());
    if (info.btf_size <= size)
      return Btf::read(std::span(bytes.begin(), info.btf_size), base, subject);
    size = info.btf_size;
  }
  return fail(subject, Errno(E2BIG), "it has %u bytes, more than a moment ago", size);
}

Result<void> load_btf(Btf& btf) {
  if (btf.fd() >= 0)
    return fail("BTF", Errno(EEXIST), "it was loaded already, as descriptor %d", btf.fd());
  const auto bytes = btf.bytes(kNativeOrder);
  if (!bytes)
    return bytes.error();
  bpf::BtfLoadAttr attr{.btf = bytes->data(),
                        .btf_size = static_cast<std::uint32_t>(bytes->size())};
  auto fd = bpf::load_btf(attr);
  if (!fd && is_about_types(fd.error()))
    fd = load_with_log(attr);
  else if (!fd)
    return fail("BTF", fd.error(), "the kernel does not take it, error %d", fd.error().value());
  if (!fd)
    return fd.error();
  btf.set_fd(fd->release());
  return {};
}

} // namespace ringside::kernel
