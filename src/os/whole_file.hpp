// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Opening files, reading them at any place or to their end, and mapping them. Unit tests use these
// functions as they are, on real files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/array.hpp"
#include "base/byte_source.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "os/mapping.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// These ask by the rights that the process has now.
bool exists(const char* path);
bool can_be_read(const char* path);
bool can_be_run(const char* path);

// is_regular is whether a path is that of a file, and not of a folder or device.
bool is_regular(const char* path);

// is_folder is whether an open file is one.
bool is_folder(int fd);

// is_in_sysfs is whether a path leads to a file of the kernel's /sys, and not to one that is
// mounted in its place.
bool is_in_sysfs(const char* path);

// open_to_read is open(2) for reading. The descriptor is closed on exec.
Result<UniqueFd> open_to_read(const char* path);

// path_of is the path of an open file without symbolic links, with a NUL. ENAMETOOLONG.
Result<Array<char>> path_of(int fd);

// identity_of says which file is open: that of another file differs.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  bool operator==(const FileIdentity&) const = default;
};
Result<FileIdentity> identity_of(int fd);

// file_size is what the file system says. Of files in /proc, and of pipes, that is 0.
Result<std::uint64_t> file_size(int fd);

// read_at fills `into` with what stands from `offset` on: all of it, or ERANGE where the file ends
// before.
Result<void> read_at(int fd, std::uint64_t offset, std::span<std::byte> into);

// source_of is an open file, read piece by piece. The descriptor must outlive the source. Nothing
// can be read so where file_size is 0.
Result<ByteSource> source_of(UniqueFd& fd);

// read_rest adds what is left to read, to the end of the file, or the next `most` bytes of it.
// ENOMEM, or what read(2) fails with.
Result<void> read_rest(int fd, Vector<std::byte>& into, std::size_t most = SIZE_MAX);

// read_whole reads a file of any size into memory.
Result<Vector<std::byte>> read_whole(const char* path);

// map_private maps `size` bytes from the beginning, to be read. The file must not change.
Result<Mapping> map_private(int fd, std::size_t size);

} // namespace ringside::os
