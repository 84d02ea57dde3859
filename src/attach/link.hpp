// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Link: a program that is attached by a descriptor, and the name that the descriptor has in a bpf
// file system.
#pragma once

#include <string_view>

#include "base/array.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "os/unique_fd.hpp"

namespace ringside::attach {

class Link {
public:
  explicit Link(os::UniqueFd fd) : fd_(std::move(fd)) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  // A link that was disconnected leaves its descriptor open, so that the program stays attached
  // for as long as the process lives.
  ~Link();

  // open makes a link of what has a name. Whether it is one shows when something is asked of it.
  static Result<Owned<Link>> open(const char* path);

  [[nodiscard]] int fd() const { return fd_.get(); }
  // path is the name; null without one. It lives until unpin, or the link's end.
  [[nodiscard]] const char* path() const { return path_.size() != 0 ? path_.begin() : nullptr; }

  // pin gives it a name, and makes the folder that the name is in, where that is missing. EBUSY if
  // it has a name, EINVAL outside of bpf file systems, EEXIST if the name belongs to something
  // else.
  Result<void> pin(const char* path);

  // unpin removes the name. EINVAL without one. If the name is gone it fails with ENOENT, and the
  // link has none from then on.
  Result<void> unpin();

  // detach detaches the program, and the link stays.
  Result<void> detach();

  void disconnect() { disconnected_ = true; }

  // close ends it, and gives the kernel's error of that. Nothing is detached if it has a name, or
  // was disconnected.
  Result<void> close();

private:
  Result<void> set_path(std::string_view path);

  os::UniqueFd fd_;
  Array<char> path_;
  bool disconnected_ = false;
};

} // namespace ringside::attach
