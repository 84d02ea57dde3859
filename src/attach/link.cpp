// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Link: pinning, updating and closing.
#include "attach/link.hpp"

#include <cerrno>

#include "base/text.hpp"
#include "bpf/command.hpp"
#include "bpf/link.hpp"
#include "bpf/map.hpp"
#include "kernel/pin.hpp"
#include "os/perf.hpp"
#include "os/pins.hpp"

namespace ringside::attach {
namespace {

// copy_of_path is a copy with a NUL. ENAMETOOLONG if the kernel accepts no path of this length.
Result<Array<char>> copy_of_path(std::string_view path) {
  constexpr std::size_t kMost = 4096; // PATH_MAX
  if (path.size() >= kMost)
    return Errno(ENAMETOOLONG);
  return copy_of(path);
}

} // namespace

Link::~Link() {
  if (!disconnected_) {
    static_cast<void>(close());
    return;
  }
  fd_.release();
  parts_.event.release();
  parts_.probe.keep();
  parts_.ending.run(true);
  for (const Owned<Link>& probe : parts_.probes)
    probe->disconnect();
}

Result<Owned<Link>> Link::open(const char* path) {
  auto fd = bpf::open(BPF_OBJ_GET, bpf::PathAttr{.pathname = path});
  if (!fd)
    return fd.error();
  auto link = make<Link>(std::move(*fd));
  if (link == nullptr)
    return Errno(ENOMEM);
  if (const auto set = link->set_path(path); !set)
    return set.error();
  return link;
}

Result<void> Link::set_path(std::string_view path) {
  auto copy = copy_of_path(path);
  if (!copy)
    return copy.error();
  path_ = std::move(*copy);
  return {};
}

Result<void> Link::must_be_one() const {
  if (is_of_many())
    return Errno(EOPNOTSUPP);
  return {};
}

Result<void> Link::pin(const char* path) {
  if (this->path() != nullptr)
    return Errno(EBUSY);
  if (const auto one = must_be_one(); !one)
    return one;
  // The kernel would refuse it, but only after a folder was made.
  if (parts_.kind == LinkKind::event)
    return fail("link", Errno(EINVAL),
                "it cannot have the name '%s': the program was set on its perf event by ioctl(2), "
                "without a link of the kernel",
                path);
  auto copy = copy_of_path(path);
  if (!copy)
    return copy.error();
  if (const auto pinned = kernel::pin(fd_.get(), path, "link"); !pinned)
    return pinned;
  path_ = std::move(*copy);
  return {};
}

Result<void> Link::unpin() {
  if (path() == nullptr)
    return Errno(EINVAL);
  const auto removed = os::remove_name(path());
  if (removed || removed.error() == Errno(ENOENT))
    path_ = {};
  return removed;
}

Result<void> Link::update(int new_fd) {
  if (const auto one = must_be_one(); !one)
    return one;
  return bpf::run(BPF_LINK_UPDATE, bpf::LinkUpdateAttr{.link_fd = fd_.get(), .new_fd = new_fd});
}

Result<void> Link::detach() {
  if (const auto one = must_be_one(); !one)
    return one;
  return bpf::detach_link(fd_.get());
}

// stop detaches what stays attached when descriptors are closed.
Result<void> Link::stop() const {
  constexpr std::uint32_t kKey = 0;
  if (parts_.kind == LinkKind::struct_ops_map)
    return !fd_ ? Result<void>() : bpf::delete_element(fd_.get(), &kKey);
  const int event = parts_.kind == LinkKind::event ? fd_.get() : parts_.event.get();
  // A pinned link keeps its event enabled.
  if (event < 0 || path() != nullptr)
    return {};
  const auto stopped = os::perf_ioctl(event, PERF_EVENT_IOC_DISABLE, 0);
  if (!stopped)
    return stopped.error();
  return {};
}

Result<void> Link::close() {
  if (disconnected_)
    return {};
  Result<void> first = stop();
  const auto then = [&first](const Result<void>& done) {
    if (first)
      first = done;
  };
  if (fd_)
    then(os::close(fd_.release()));
  if (parts_.event)
    then(os::close(parts_.event.release()));
  then(parts_.probe.remove());
  for (const Owned<Link>& probe : parts_.probes)
    then(probe->close());
  parts_.ending.run();
  return first;
}

Result<Owned<Link>> make_link(Result<os::UniqueFd> fd, LinkParts parts, const Subject& subject) {
  if (!fd)
    return fd.error();
  auto link = make<Link>(std::move(*fd), std::move(parts));
  if (link == nullptr)
    return no_memory(subject, "its link");
  return link;
}

} // namespace ringside::attach
