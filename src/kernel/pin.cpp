// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Pinning, with the folder that it needs.
#include "kernel/pin.hpp"

#include <cerrno>
#include <string_view>

#include "base/text.hpp"
#include "bpf/command.hpp"
#include "kernel/refusal.hpp"
#include "os/pins.hpp"

namespace ringside::kernel {
namespace {

// folder_of is the folder that a name is in, as dirname(1) prints it.
Result<Array<char>> folder_of(std::string_view path) {
  const auto drop_slashes = [&path] {
    while (path.size() > 1 && path.ends_with('/'))
      path.remove_suffix(1);
  };
  drop_slashes();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos)
    return copy_of(".");
  path = path.substr(0, slash + 1);
  drop_slashes();
  return copy_of(path);
}

// check_file_system judges whether a folder is in a bpf file system. EINVAL, with a message.
Result<void> check_file_system(const Result<bool>& is_bpf, const char* path,
                               const Subject& subject) {
  if (!is_bpf)
    return refused(Subject(subject, "path", path), {"looking for its file system"}, is_bpf.error());
  if (!*is_bpf)
    return fail(subject, Errno(EINVAL),
                "'%s' is not in a file system of type bpf, such as /sys/fs/bpf", path);
  return {};
}

// make_folder makes the folder to pin in, but only in a bpf file system.
Result<void> make_folder(const char* folder, const char* path, const Subject& subject) {
  const auto above = folder_of(folder);
  if (!above)
    return no_memory(subject, "a path");
  const auto is_bpf = os::in_bpf_file_system(above->data());
  if (const auto checked = check_file_system(is_bpf, path, subject); !checked)
    return checked;
  const auto made = os::make_folder(folder);
  // Another process may have been faster.
  if (!made && made.error() != Errno(EEXIST))
    return refused(Subject(subject, "path", path), {"making the folder to pin in"}, made.error());
  return {};
}

} // namespace

Result<void> pin(int fd, const char* path, const Subject& subject) {
  const auto folder = folder_of(path);
  if (!folder)
    return no_memory(subject, "a path");
  const auto there = os::in_bpf_file_system(folder->data());
  const bool is_missing = !there && there.error() == Errno(ENOENT);
  const auto ready = is_missing ? make_folder(folder->data(), path, subject)
                                : check_file_system(there, path, subject);
  if (!ready)
    return ready;
  if (const auto pinned = bpf::run(BPF_OBJ_PIN, bpf::PathAttr{.pathname = path, .bpf_fd = fd});
      !pinned)
    return refused(Subject(subject, "path", path), {"pinning it", RefusedCall::bpf},
                   pinned.error());
  return {};
}

Result<void> unpin(const char* path, const Subject& subject) {
  if (const auto removed = os::remove_name(path); !removed)
    return refused(Subject(subject, "path", path), {"removing the pin"}, removed.error());
  return {};
}

} // namespace ringside::kernel
