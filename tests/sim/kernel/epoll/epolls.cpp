// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Epolls: sets that hold simulated files, real ones, or both.
#include "sim/kernel/epoll/epolls.hpp"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <vector>

#include "sim/kernel/epoll/epoll.hpp"
#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

// whole_ms never ends a real wait before its time.
int whole_ms(std::uint64_t ns) {
  constexpr std::uint64_t kNsPerMs = 1'000'000;
  return static_cast<int>((ns + kNsPerMs - 1) / kNsPerMs);
}

} // namespace

int Epolls::create(int flags) {
  const auto lock = core_.enter();
  if (int error = core_.failures.check(Call::epoll_create))
    return -error;
  int fd = host::create_epoll(flags);
  if (fd >= 0)
    core_.descriptors.adopt(fd, std::make_shared<Epoll>());
  return fd;
}

int Epolls::control(int epoll_fd, int operation, int fd, epoll_event* event) {
  const auto lock = core_.enter();
  auto set = core_.descriptors.find_as<Epoll>(epoll_fd);
  std::shared_ptr<File> file = core_.descriptors.find(fd);
  bool counted = file != nullptr || set == nullptr || !set->holds_real();
  if (counted)
    if (int error = core_.failures.check(Call::epoll_ctl))
      return -error;
  bool nested = dynamic_cast<Epoll*>(file.get()) != nullptr;
  if (file && !file->can_be_watched())
    return -EPERM;
  host::Identity identity;
  if (file && !set && !nested)
    return host::identify(epoll_fd, identity) ? -EINVAL : -EBADF;
  if (!set || !file || nested) {
    // A set within a set is in both: its real members are the real set's subject.
    int result = host::control_epoll(epoll_fd, operation, fd, event);
    if (result != 0)
      return result;
    if (set && !nested)
      set->real_members += operation == EPOLL_CTL_ADD ? 1 : operation == EPOLL_CTL_DEL ? -1 : 0;
    if (!set || !nested)
      return 0;
  }
  if (operation != EPOLL_CTL_DEL && event == nullptr)
    return -EFAULT;
  int result = set->control(operation, file, fd, event);
  core_.clock.notify();
  return result;
}

bool Epolls::waits_for_simulated(int epoll_fd) {
  const auto lock = core_.enter();
  if (!core_.descriptors.knows(epoll_fd))
    return false;
  auto set = core_.descriptors.find_as<Epoll>(epoll_fd);
  return set && (set->holds_simulated() || !set->holds_real());
}

int Epolls::wait(int epoll_fd, epoll_event* events, int max_events, std::int64_t timeout_ns) {
  std::unique_lock lock(core_.mutex);
  auto set = core_.descriptors.find_as<Epoll>(epoll_fd);
  if (!set || (set->holds_real() && !set->holds_simulated())) {
    lock.unlock();
    std::int64_t timeout_ms = timeout_ns < 0 ? -1 : (timeout_ns + 999'999) / 1'000'000;
    return host::wait_epoll(epoll_fd, events, max_events, static_cast<int>(timeout_ms));
  }
  if (int error = core_.failures.check(Call::epoll_wait))
    return -error;
  if (max_events <= 0)
    return -EINVAL;
  if (core_.clock.before_waits)
    core_.clock.before_waits();
  auto look = [&] {
    int count = 0;
    for (const epoll_event& found : set->collect(max_events))
      events[count++] = found;
    if (set->holds_real() && count < max_events) {
      int real = host::wait_epoll(epoll_fd, events + count, max_events - count, 0);
      if (real > 0)
        count += real;
    }
    return count;
  };
  auto real_wait = [&](std::uint64_t slice_ns) {
    pollfd waiting = {epoll_fd, POLLIN, 0};
    return std::min(0, host::poll(&waiting, 1, whole_ms(slice_ns)));
  };
  return core_.clock.wait(timeout_ns, set->holds_real(), look, real_wait);
}

int Epolls::poll(pollfd* fds, nfds_t count, std::int64_t timeout_ns) {
  std::unique_lock lock(core_.mutex);
  std::vector<std::shared_ptr<File>> files(count);
  // What the real kernel is asked: everything but what only the simulator knows.
  std::vector<pollfd> real(fds, fds + count);
  bool simulated = false;
  bool real_members = false;
  for (nfds_t i = 0; i < count; ++i) {
    if (fds[i].fd >= 0)
      files[i] = core_.descriptors.find(fds[i].fd);
    auto* set = dynamic_cast<Epoll*>(files[i].get());
    bool only_simulated = files[i] != nullptr && set == nullptr;
    simulated = simulated || only_simulated || (set != nullptr && set->holds_simulated());
    real_members = real_members || (!files[i] && fds[i].fd >= 0) || (set && set->holds_real());
    if (only_simulated)
      real[i].fd = -1;
  }
  if (!simulated) {
    lock.unlock();
    std::int64_t timeout_ms = timeout_ns < 0 ? -1 : (timeout_ns + 999'999) / 1'000'000;
    return host::poll(fds, count, static_cast<int>(timeout_ms));
  }
  auto look = [&] {
    host::poll(real.data(), count, 0);
    int ready = 0;
    for (nfds_t i = 0; i < count; ++i) {
      auto wanted = static_cast<std::uint32_t>(fds[i].events) | POLLERR | POLLHUP;
      std::uint32_t found = files[i] ? files[i]->ask() & wanted : 0;
      fds[i].revents = static_cast<short>(found | static_cast<std::uint32_t>(real[i].revents));
      ready += fds[i].revents != 0 ? 1 : 0;
    }
    return ready;
  };
  auto real_wait = [&](std::uint64_t slice_ns) {
    return std::min(0, host::poll(real.data(), count, whole_ms(slice_ns)));
  };
  return core_.clock.wait(timeout_ns, real_members, look, real_wait);
}

} // namespace ringside::sim
