// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Epoll: an epoll set that may hold simulated files, with the kernel's ready list: a file is on it
// from when it wakes until it is asked and says no. Source: what fs/eventpoll.c does.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include <sys/epoll.h>

#include "sim/kernel/file.hpp"

namespace ringside::sim {

// Members that are not simulated stay in the real epoll set that has the same descriptor.
class Epoll final : public File {
public:
  Epoll() = default;
  ~Epoll() override;

  // control is epoll_ctl for a simulated file: 0 or -errno.
  int control(int operation, const std::shared_ptr<File>& file, int fd, const epoll_event* event);
  // collect takes up to `max_events` ready members, as a wait that finds them does.
  std::vector<epoll_event> collect(int max_events);

  // holds_simulated: some member is simulated, or an epoll set that holds one.
  [[nodiscard]] bool holds_simulated() const;
  [[nodiscard]] bool holds_real() const;
  // reaches: `file` is this set or a member of it, at any depth.
  [[nodiscard]] bool reaches(const File* file) const;
  // How many members the real set has, as far as the simulator was told.
  int real_members = 0;

  std::uint32_t ask() override;
  [[nodiscard]] bool is_real() const override { return true; }

private:
  struct Item final : Watcher {
    void woken() override;
    void file_gone(const File* gone) override;
    [[nodiscard]] std::uint32_t ask() const;

    Epoll* owner = nullptr;
    std::weak_ptr<File> file;
    const File* identity = nullptr;
    int fd = -1;
    epoll_event event = {};
    bool ready = false;
  };

  Item* find(const File* file, int fd);
  // check_new asks a member that was added or changed, and puts it on the ready list if it says so.
  void check_new(Item& item);
  void put_on_list(Item& item);
  void take_off_list(Item& item);
  void remove(Item& item);

  std::list<Item> items_;
  std::list<Item*> ready_;
};

} // namespace ringside::sim
