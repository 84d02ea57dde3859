// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Writing text, on Linux.
#include "os/text_file.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <linux/limits.h>
#include <unistd.h>

#include "os/linux/results.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {
namespace {

constexpr mode_t kReadableByAll = 0644;

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR)
      return last_error();
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> write_to(const char* path, int flags, std::string_view text) {
  const UniqueFd file(open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, kReadableByAll));
  if (!file)
    return last_error();
  return write_all(file.get(), text);
}

} // namespace

Result<void> write_to_stderr(std::string_view text) {
  return write_all(STDERR_FILENO, text);
}

Result<void> append_text(const char* path, std::string_view text) {
  return write_to(path, O_APPEND, text);
}

Result<void> replace_text(const char* path, std::string_view text) {
  char new_path[PATH_MAX];
  const int length = std::snprintf(new_path, sizeof(new_path), "%s.%d", path, process_id());
  if (length < 0 || static_cast<std::size_t>(length) >= sizeof(new_path))
    return Errno(ENAMETOOLONG);
  auto written = write_to(new_path, O_EXCL | O_NOFOLLOW, text);
  if (!written && written.error() == Errno(EEXIST))
    return written;
  if (written && rename(new_path, path) < 0)
    written = last_error();
  if (!written)
    unlink(new_path);
  return written;
}

} // namespace ringside::os
