// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// File: an open file of the simulated kernel. It has any number of descriptors; what these can do
// is here, and which waiters the file wakes.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ringside::sim {

class File;

// Watcher waits for a file. It is called when the file wakes its waiters, and when the file is
// destroyed.
class Watcher {
public:
  virtual void woken() = 0;
  virtual void file_gone(const File* file) = 0;

protected:
  ~Watcher() = default;
};

// The arguments of an mmap(2) that asks for whole pages, shared.
struct MapCall {
  void* address;
  std::size_t size;
  int protection;
  int flags;
  int fd;
  std::uint64_t offset;
};

// A kind of file overrides what its descriptors can do. Results are those of the system call; a
// failure is -errno.
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

  // is_real: its descriptors are those of a real file of the same kind, which the real kernel
  // reads, controls and maps.
  [[nodiscard]] virtual bool is_real() const { return false; }
  // read: nothing means that the real kernel reads the file in memory that stands for this one.
  virtual std::optional<long> read(int /*fd*/, std::span<std::byte> /*into*/) { return -EINVAL; }
  virtual int ioctl(unsigned long /*request*/, unsigned long /*argument*/) { return -ENOTTY; }
  // check_map is 0 if a mapping can be asked for at all; map makes it, and gives its address.
  [[nodiscard]] virtual int check_map() const { return -ENODEV; }
  virtual std::intptr_t map(const MapCall& /*call*/) { return -ENODEV; }

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
