// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// bpf file systems.
#include "os/pins.hpp"

#include <cstdint>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/linux/results.hpp"

namespace ringside::os {

Result<bool> in_bpf_file_system(const char* path) {
  struct statfs info {};
  if (statfs(path, &info) != 0)
    return last_error();
  return static_cast<std::uint32_t>(info.f_type) == std::uint32_t{BPF_FS_MAGIC};
}

Result<void> make_folder(const char* path) {
  return succeeded(mkdir(path, S_IRWXU));
}

Result<void> remove_name(const char* path) {
  return succeeded(unlink(path));
}

} // namespace ringside::os
