// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Writing files whole, on Linux.
#include "os/output_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/linux/results.hpp"

namespace ringside::os {

Result<UniqueFd> create_output(const char* path) {
  constexpr mode_t kReadableByAll = 0644;
  return opened(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kReadableByAll));
}

Result<UniqueFd> create_new(const char* path) {
  constexpr mode_t kReadableByOwner = 0600;
  return opened(open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kReadableByOwner));
}

Result<void> write_output(int fd, std::span<const std::byte> bytes) {
  if (ftruncate(fd, static_cast<off_t>(bytes.size())) < 0)
    return last_error();
  for (off_t offset = 0; !bytes.empty();) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno != EINTR)
      return last_error();
    if (written == 0)
      return Errno(EIO);
    if (written > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset += written;
    }
  }
  return {};
}

bool is_same_file(int fd, int other) {
  struct stat one {};
  struct stat two {};
  return fstat(fd, &one) == 0 && fstat(other, &two) == 0 && one.st_dev == two.st_dev &&
         one.st_ino == two.st_ino;
}

bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

} // namespace ringside::os
