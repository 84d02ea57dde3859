// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Link: a program or struct_ops map that is attached, what has to be undone when it no longer is,
// and the name that it may have in a bpf file system.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "attach/tracefs.hpp"
#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "os/unique_fd.hpp"

namespace ringside::attach {

class Link;

// Ending is a function that a link calls once, as the last thing of its life. is_left says that the
// link was disconnected: the program stays attached.
class Ending {
public:
  using Run = void (*)(void* what, bool is_left);

  Ending() = default;
  Ending(Run function, void* what) : run_(function), what_(what) {}
  Ending(Ending&& other) noexcept : run_(std::exchange(other.run_, nullptr)), what_(other.what_) {}
  Ending& operator=(Ending&& other) noexcept {
    std::swap(run_, other.run_);
    std::swap(what_, other.what_);
    return *this;
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() { run(); }

  void run(bool is_left = false) {
    if (run_ != nullptr)
      std::exchange(run_, nullptr)(what_, is_left);
  }

private:
  Run run_ = nullptr;
  void* what_ = nullptr;
};

// What a link's own descriptor is.
enum class LinkKind : std::uint8_t {
  plain,          // a link of the kernel
  event,          // a perf event that a program was set on by ioctl(2)
  struct_ops,     // a link of the kernel for a struct_ops map
  struct_ops_map, // a struct_ops map, which is registered while its value is there
};

// LinkParts is what a link has beside its descriptor.
struct LinkParts {
  LinkKind kind = LinkKind::plain;
  os::UniqueFd event = {};         // the perf event that the kernel's link is on
  TraceProbe probe = {};           // what the event reports, if a command to tracefs made it
  Vector<Owned<Link>> probes = {}; // one for each site, if one link cannot have them all
  Ending ending = {};
};

class Link : public HandleMark {
public:
  explicit Link(os::UniqueFd fd) : fd_(std::move(fd)) {}
  Link(os::UniqueFd fd, LinkParts parts) : fd_(std::move(fd)), parts_(std::move(parts)) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  // A link that was disconnected leaves its descriptors open, so that the program stays attached
  // for as long as the process lives.
  ~Link();

  // open makes a link of what is pinned at a path. It does not check that it is one: if it is not,
  // later calls fail.
  static Result<Owned<Link>> open(const char* path);

  // fd is the link's descriptor; the one of the first site if each site has a link.
  [[nodiscard]] int fd() const { return is_of_many() ? parts_.probes[0]->fd() : fd_.get(); }
  [[nodiscard]] LinkKind kind() const { return parts_.kind; }
  // path is the name; null without one. It lives until unpin, or the link's end.
  [[nodiscard]] const char* path() const { return path_.size() != 0 ? path_.begin() : nullptr; }

  // These fail with EOPNOTSUPP for a link of many links, and else with what the kernel says.

  // pin gives it a name. EBUSY if it has a name, EINVAL if it is no link of the kernel; else as
  // kernel::pin.
  Result<void> pin(const char* path);
  // update puts another program, or for struct_ops another map, in the place of the one attached.
  Result<void> update(int new_fd);
  // detach detaches the program, and the link stays.
  Result<void> detach();

  // unpin removes the name. EINVAL without one. If the name is gone it fails with ENOENT, and the
  // link has none from then on.
  Result<void> unpin();

  void disconnect() { disconnected_ = true; }

  // become gives a link that was made empty what it is. It cannot fail.
  void become(os::UniqueFd fd, LinkParts parts) {
    fd_ = std::move(fd);
    parts_ = std::move(parts);
  }
  // set_ending sets what is called at the end.
  void set_ending(Ending ending) { parts_.ending = std::move(ending); }

  // close ends the link and returns the first error. What is pinned stays attached, and so does
  // what was disconnected.
  Result<void> close();

private:
  [[nodiscard]] bool is_of_many() const { return !parts_.probes.empty(); }
  [[nodiscard]] Result<void> must_be_one() const;
  Result<void> set_path(std::string_view path);
  Result<void> stop() const;

  os::UniqueFd fd_;
  LinkParts parts_;
  Array<char> path_;
  bool disconnected_ = false;
};

// make_link is a link of a descriptor that the kernel gave; its error goes through. ENOMEM, with a
// message.
Result<Owned<Link>> make_link(Result<os::UniqueFd> fd, LinkParts parts, const Subject& subject);

} // namespace ringside::attach
