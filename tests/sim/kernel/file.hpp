// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// File: an open file of the simulated kernel, which any number of descriptors stand for, and those
// who wait for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ringside::sim {

class File;

// Watcher is told when a file that it watches wakes those who wait, and when the file goes away.
class Watcher {
public:
  virtual void woken() = 0;
  virtual void file_gone(const File* file) = 0;

protected:
  ~Watcher() = default;
};

class File {
public:
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  virtual ~File() {
    for (Watcher* watcher : std::vector<Watcher*>(watchers_))
      watcher->file_gone(this);
  }

  // ask is the file's poll operation: the EPOLL* bits that hold. Asking may use them up.
  virtual std::uint32_t ask() = 0;
  // can_be_watched: without it epoll_ctl answers EPERM.
  [[nodiscard]] virtual bool can_be_watched() const { return true; }

  void wake() {
    for (Watcher* watcher : std::vector<Watcher*>(watchers_))
      watcher->woken();
  }
  void add_watcher(Watcher* watcher) { watchers_.push_back(watcher); }
  void remove_watcher(Watcher* watcher) { std::erase(watchers_, watcher); }

private:
  std::vector<Watcher*> watchers_;
};

} // namespace ringside::sim
