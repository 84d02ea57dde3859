// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Whole files, on Linux.
#include "os/whole_file.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/linux/results.hpp"

namespace ringside::os {

bool exists(const char* path) {
  return faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
}

bool can_be_read(const char* path) {
  return faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0;
}

bool can_be_run(const char* path) {
  return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

bool is_regular(const char* path) {
  struct stat facts = {};
  return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

bool is_folder(int fd) {
  struct stat facts = {};
  return fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool is_in_sysfs(const char* path) {
  struct statfs info {};
  return statfs(path, &info) == 0 &&
         static_cast<std::uint32_t>(info.f_type) == std::uint32_t{SYSFS_MAGIC};
}

Result<UniqueFd> open_to_read(const char* path) {
  return opened(open(path, O_RDONLY | O_CLOEXEC));
}

Result<Array<char>> path_of(int fd) {
  char link[32];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  auto path = Array<char>::of_size(PATH_MAX);
  if (!path)
    return path.error();
  const ssize_t length = readlink(link, path->data(), path->size());
  if (length < 0)
    return last_error();
  if (static_cast<std::size_t>(length) == path->size())
    return Errno(ENAMETOOLONG);
  (*path)[static_cast<std::size_t>(length)] = '\0';
  return path;
}

Result<FileIdentity> identity_of(int fd) {
  struct stat facts = {};
  if (fstat(fd, &facts) != 0)
    return last_error();
  return FileIdentity{static_cast<std::uint64_t>(facts.st_dev),
                      static_cast<std::uint64_t>(facts.st_ino),
                      static_cast<std::uint64_t>(facts.st_size)};
}

Result<std::uint64_t> file_size(int fd) {
  const auto file = identity_of(fd);
  if (!file)
    return file.error();
  return file->size;
}

Result<void> read_at(int fd, std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t count = pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno != EINTR)
      return last_error();
    if (count == 0)
      return Errno(ERANGE);
    if (count > 0) {
      into = into.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }
  return {};
}

Result<ByteSource> source_of(UniqueFd& fd) {
  const auto size = file_size(fd.get());
  if (!size)
    return size.error();
  const auto read = [](void* file, std::uint64_t offset, std::span<std::byte> into) {
    return read_at(static_cast<const UniqueFd*>(file)->get(), offset, into);
  };
  return ByteSource(*size, read, &fd);
}

// Files of /sys give a page at a time, so room is made for many reads at once.
Result<void> read_rest(int fd, Vector<std::byte>& into, std::size_t most) {
  constexpr std::size_t kStep = 64 << 10;
  const auto size = file_size(fd);
  std::size_t filled = into.size();
  const std::size_t end = filled + std::min(most, SIZE_MAX - filled);
  // One byte more than is expected shows the end without another step.
  std::size_t step = size && *size < SIZE_MAX ? static_cast<std::size_t>(*size) + 1 : kStep;
  Result<void> done;
  while (filled < end) {
    if (filled == into.size())
      if (done = into.append_unset(std::min(step, end - filled)); !done)
        break;
    step = kStep;
    const ssize_t count = ::read(fd, into.data() + filled, into.size() - filled);
    if (count == 0)
      break;
    if (count > 0)
      filled += static_cast<std::size_t>(count);
    else if (const Errno error = last_error(); error != Errno(EINTR)) {
      done = error;
      break;
    }
  }
  into.truncate(filled);
  return done;
}

Result<Vector<std::byte>> read_whole(const char* path) {
  const auto file = open_to_read(path);
  if (!file)
    return file.error();
  Vector<std::byte> bytes;
  if (const auto read = read_rest(file->get(), bytes); !read)
    return read.error();
  return bytes;
}

Result<Mapping> map_private(int fd, std::size_t size) {
  return mapped(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0), size);
}

} // namespace ringside::os
