// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Descriptors: which descriptor of the process stands for which simulated file.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "sim/kernel/file.hpp"
#include "sim/kernel/host.hpp"

namespace ringside::sim {

// Descriptors owns a share of each file for each of its descriptors. The descriptors are real: they
// are files in memory, or real epoll sets. Device and inode identify a file, so the next call
// notices a descriptor that was closed or duplicated without the simulator.
class Descriptors {
public:
  // open makes a new descriptor for `file`, or -errno. `name` shows in /proc/self/fd.
  int open(std::shared_ptr<File> file, const char* name, bool close_on_exec);

  // adopt makes `fd`, which is open, stand for `file`.
  void adopt(int fd, std::shared_ptr<File> file);
  // forget: `fd` stands for nothing any more.
  void forget(int fd) { entries_.erase(fd); }

  // find gives the file behind `fd`, or nothing if it is not a simulated one.
  std::shared_ptr<File> find(int fd);
  // knows is find without a system call. It misses descriptors that were made without the
  // simulator.
  [[nodiscard]] bool knows(int fd) const { return entries_.contains(fd); }

  template <class T>
  std::shared_ptr<T> find_as(int fd) {
    return std::dynamic_pointer_cast<T>(find(fd));
  }

  // any_of is some descriptor of `file`, or -1.
  [[nodiscard]] int any_of(const File* file) const;

  // sweep forgets the descriptors that were closed without the simulator.
  void sweep();
  [[nodiscard]] unsigned count() const { return static_cast<unsigned>(entries_.size()); }

private:
  struct Entry {
    host::Identity identity;
    std::shared_ptr<File> file;
  };
  std::map<int, Entry> entries_;
  // Files in memory only: all epoll sets share one inode.
  std::map<host::Identity, std::weak_ptr<File>> files_;
};

} // namespace ringside::sim
