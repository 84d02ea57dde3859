// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// preload: the interposed functions on files and descriptors.
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "sim/doors/entry.hpp"
#include "sim/doors/next.hpp"

namespace {

using ringside::sim::Entry;
namespace next = ringside::sim::next;

// open_simulated: true and a descriptor in `fd` if the path is a simulated one, opened to be read.
bool open_simulated(const char* path, int flags, int& fd) {
  if (path == nullptr || path[0] != '/' || (flags & O_ACCMODE) != O_RDONLY)
    return false;
  Entry entry;
  if (!entry)
    return false;
  std::optional<int> opened = entry->files().open(path, (flags & O_CLOEXEC) != 0);
  if (opened)
    fd = entry.done(*opened);
  return opened.has_value();
}

template <class F>
int duplicate(int fd, F call) {
  Entry entry;
  if (!entry) {
    int made = call();
    return made < 0 ? entry.done(-errno) : made;
  }
  return entry.done(entry->duplicate(fd, [&] {
    int made = call();
    return made < 0 ? -errno : made;
  }));
}

bool creates(int flags) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0;
}

} // namespace

extern "C" {

int close(int fd) {
  {
    Entry entry;
    if (entry && entry->knows(fd))
      return entry.done(entry->close(fd));
  }
  return next::close()(fd);
}

int dup(int fd) noexcept {
  return duplicate(fd, [=] { return next::dup()(fd); });
}

int dup2(int fd, int onto) noexcept {
  return duplicate(fd, [=] { return next::dup2()(fd, onto); });
}

int dup3(int fd, int onto, int flags) noexcept {
  return duplicate(fd, [=] { return next::dup3()(fd, onto, flags); });
}

int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  auto argument = va_arg(list, unsigned long);
  va_end(list);
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
    return duplicate(fd, [=] { return next::fcntl()(fd, command, argument); });
  return next::fcntl()(fd, command, argument);
}

int fcntl64(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  auto argument = va_arg(list, unsigned long);
  va_end(list);
  return fcntl(fd, command, argument);
}

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = creates(flags) ? va_arg(list, mode_t) : 0;
  va_end(list);
  int fd;
  if (open_simulated(path, flags, fd))
    return fd;
  return next::open()(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = creates(flags) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = creates(flags) ? va_arg(list, mode_t) : 0;
  va_end(list);
  int fd;
  if (open_simulated(path, flags, fd))
    return fd;
  return next::openat()(folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = creates(flags) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return openat(folder, path, flags, mode);
}

int __open_2(const char* path, int flags) {
  return open(path, flags);
}
int __open64_2(const char* path, int flags) {
  return open(path, flags);
}
int __openat_2(int folder, const char* path, int flags) {
  return openat(folder, path, flags);
}
int __openat64_2(int folder, const char* path, int flags) {
  return openat(folder, path, flags);
}

FILE* fopen(const char* path, const char* mode) {
  int fd;
  bool reads = std::strchr(mode, 'r') != nullptr && std::strchr(mode, '+') == nullptr;
  int flags = std::strchr(mode, 'e') != nullptr ? O_CLOEXEC : 0;
  if (!reads || !open_simulated(path, O_RDONLY | flags, fd))
    return next::fopen()(path, mode);
  return fd < 0 ? nullptr : fdopen(fd, mode);
}

FILE* fopen64(const char* path, const char* mode) {
  return fopen(path, mode);
}

ssize_t read(int fd, void* buffer, size_t size) {
  {
    Entry entry;
    if (entry && entry->knows(fd))
      if (auto count = entry->read(fd, buffer, size))
        return entry.done(*count);
  }
  return next::read()(fd, buffer, size);
}

ssize_t __read_chk(int fd, void* buffer, size_t size, size_t) {
  return read(fd, buffer, size);
}

} // extern "C"
