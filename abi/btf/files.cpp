// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF from files.
#include <cerrno>

#include "abi/btf/handles.hpp"
#include "kernel/btf_file.hpp"

using ringside::Called;
using ringside::callers_own;
using ringside::core_or_null;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::handle;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::kernel::BtfForm;

namespace {

// `ext` is where a .BTF.ext goes, or null. It is NULL where there is none, and after a failure.
btf* parse(const char* path, BtfForm form, const btf* base, btf_ext** ext) {
  const Entry entry;
  if (ext != nullptr)
    *ext = nullptr;
  if (path == nullptr)
    return entry.fail_null<btf>(fail("BTF", Errno(EINVAL), "the path is NULL"));
  auto file = ringside::kernel::read_btf(path, form, core_or_null(base), ext != nullptr);
  if (!file)
    return entry.fail_null<btf>(file.error());
  if (ext != nullptr && file->ext != nullptr)
    *ext = handle<btf_ext>(file->ext.release());
  return entry.give(handle<btf>(file->btf.release()));
}

} // namespace

extern "C" LIBBPF_API struct btf* btf__parse(const char* path, struct btf_ext** btf_ext) {
  if (auto* const own = callers_own(btf__parse, Called()))
    return own(path, btf_ext);
  return parse(path, BtfForm::any, nullptr, btf_ext);
}

extern "C" LIBBPF_API struct btf* btf__parse_split(const char* path, struct btf* base_btf) {
  if (is_foreign(base_btf))
    return pass_on(btf__parse_split, Called(), path, base_btf);
  if (auto* const own = callers_own(btf__parse_split, Called(), base_btf))
    return own(path, base_btf);
  return parse(path, BtfForm::any, base_btf, nullptr);
}

extern "C" LIBBPF_API struct btf* btf__parse_elf(const char* path, struct btf_ext** btf_ext) {
  if (auto* const own = callers_own(btf__parse_elf, Called()))
    return own(path, btf_ext);
  return parse(path, BtfForm::elf, nullptr, btf_ext);
}

extern "C" LIBBPF_API struct btf* btf__parse_elf_split(const char* path, struct btf* base_btf) {
  if (is_foreign(base_btf))
    return pass_on(btf__parse_elf_split, Called(), path, base_btf);
  if (auto* const own = callers_own(btf__parse_elf_split, Called(), base_btf))
    return own(path, base_btf);
  return parse(path, BtfForm::elf, base_btf, nullptr);
}

extern "C" LIBBPF_API struct btf* btf__parse_raw(const char* path) {
  if (auto* const own = callers_own(btf__parse_raw, Called()))
    return own(path);
  return parse(path, BtfForm::raw, nullptr, nullptr);
}

extern "C" LIBBPF_API struct btf* btf__parse_raw_split(const char* path, struct btf* base_btf) {
  if (is_foreign(base_btf))
    return pass_on(btf__parse_raw_split, Called(), path, base_btf);
  if (auto* const own = callers_own(btf__parse_raw_split, Called(), base_btf))
    return own(path, base_btf);
  return parse(path, BtfForm::raw, base_btf, nullptr);
}
