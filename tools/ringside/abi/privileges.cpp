// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// privileges_of: by the rules of execve(2).
#include "abi/privileges.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "abi/file_error.hpp"

namespace ringside::tool::abi {
namespace {

// Does the kernel give these privileges? Not on a file system that was mounted with nosuid, and not
// to a process with no_new_privs.
bool kernel_gives(const std::string& path) {
  struct statvfs system {};
  const bool nosuid = statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_NOSUID) != 0;
  return !nosuid && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

} // namespace

std::vector<Privilege> privileges_of(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0)
    throw FileError(fmt::format("{}: cannot be looked at: {}", path, std::strerror(errno)));
  const bool given = kernel_gives(path);
  std::vector<Privilege> privileges;
  if ((file.st_mode & S_ISUID) != 0)
    privileges.push_back({"set-user-id", given && file.st_uid != getuid()});
  // Without the right to execute for the group, the bit means something else.
  if ((file.st_mode & S_ISGID) != 0 && (file.st_mode & S_IXGRP) != 0)
    privileges.push_back({"set-group-id", given && file.st_gid != getgid()});
  if (getxattr(path.c_str(), "security.capability", nullptr, 0) > 0)
    privileges.push_back({"given capabilities by its file", given && getuid() != 0});
  return privileges;
}

} // namespace ringside::tool::abi
