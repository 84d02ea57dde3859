// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF from the kernel, and to it.
#include <cerrno>
#include <cstdio>

#include <bpf/libbpf.h>

#include "abi/btf/handles.hpp"
#include "kernel/kernel_btf.hpp"

using ringside::Called;
using ringside::callers_own;
using ringside::core;
using ringside::core_or_null;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::handle;
using ringside::is_foreign;
using ringside::notice_jump;
using ringside::pass_on;
using ringside::btf::Kind;
namespace kernel = ringside::kernel;

namespace {

btf* vmlinux() {
  return handle<btf>(Entry().leave(kernel::vmlinux_btf()));
}

btf* by_id(__u32 id, const btf* base) {
  return handle<btf>(Entry().leave(kernel::btf_by_id(id, core_or_null(base))));
}

// AttachName is how the kernel names what a program of an attach type attaches to.
struct AttachName {
  const char* prefix;
  Kind kind;
};
AttachName attach_name(bpf_attach_type type) {
  switch (type) {
  case BPF_TRACE_RAW_TP:
    return {"btf_trace_", ringside::btf::kTypedef};
  case BPF_LSM_MAC:
  case BPF_LSM_CGROUP:
    return {"bpf_lsm_", ringside::btf::kFunc};
  case BPF_TRACE_ITER:
    return {"bpf_iter_", ringside::btf::kFunc};
  default:
    return {"", ringside::btf::kFunc};
  }
}

} // namespace

extern "C" LIBBPF_API struct btf* btf__load_vmlinux_btf(void) {
  if (auto* const own = callers_own(btf__load_vmlinux_btf, Called()))
    return own();
  return vmlinux();
}

extern "C" LIBBPF_API struct btf* libbpf_find_kernel_btf(void) {
  if (auto* const own = callers_own(libbpf_find_kernel_btf, Called()))
    return own();
  return vmlinux();
}

extern "C" LIBBPF_API struct btf* btf__load_module_btf(const char* module_name,
                                                       struct btf* vmlinux_btf) {
  if (is_foreign(vmlinux_btf))
    return pass_on(btf__load_module_btf, Called(), module_name, vmlinux_btf);
  if (auto* const own = callers_own(btf__load_module_btf, Called(), vmlinux_btf))
    return own(module_name, vmlinux_btf);
  return handle<btf>(Entry().leave(kernel::module_btf(module_name, core_or_null(vmlinux_btf))));
}

extern "C" LIBBPF_API struct btf* btf__load_from_kernel_by_id(__u32 id) {
  if (auto* const own = callers_own(btf__load_from_kernel_by_id, Called()))
    return own(id);
  return by_id(id, nullptr);
}

extern "C" LIBBPF_API struct btf* btf__load_from_kernel_by_id_split(__u32 id,
                                                                    struct btf* base_btf) {
  if (is_foreign(base_btf))
    return pass_on(btf__load_from_kernel_by_id_split, Called(), id, base_btf);
  if (auto* const own = callers_own(btf__load_from_kernel_by_id_split, Called(), base_btf))
    return own(id, base_btf);
  if (base_btf == nullptr) // as the stock library's btf__load_from_kernel_by_id jumps here
    notice_jump(reinterpret_cast<const void*>(btf__load_from_kernel_by_id_split));
  return by_id(id, base_btf);
}

extern "C" LIBBPF_API int btf__load_into_kernel(struct btf* btf) {
  if (is_foreign(btf))
    return pass_on(btf__load_into_kernel, Called(), btf);
  return Entry().leave(kernel::load_btf(core(btf)));
}

extern "C" LIBBPF_API int libbpf_find_vmlinux_btf_id(const char* name,
                                                     enum bpf_attach_type attach_type) {
  const Entry entry;
  if (name == nullptr)
    return entry.fail(fail("BTF", Errno(EINVAL), "the name is NULL"));
  const auto btf = kernel::vmlinux_btf();
  if (!btf)
    return entry.fail(btf.error());
  const AttachName attach = attach_name(attach_type);
  // The kernel's own names are shorter.
  char whole[128];
  const int length = std::snprintf(whole, sizeof(whole), "%s%s", attach.prefix, name);
  const bool fits = length >= 0 && static_cast<std::size_t>(length) < sizeof(whole);
  if (!fits && attach.prefix[0] != '\0')
    return entry.fail(fail("BTF", Errno(ENAMETOOLONG), "the name '%s' is too long", name));
  const auto id = (*btf)->find(fits ? whole : name, attach.kind);
  if (!id)
    return entry.fail(fail("BTF", Errno(ENOENT), "the kernel has no %s '%s%s'",
                           kind_name(attach.kind), attach.prefix, name));
  return entry.give(static_cast<int>(*id));
}
