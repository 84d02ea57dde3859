// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The doors to files and descriptors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "os/mapping.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// read is one call of read(2). It returns how many bytes of `into` it has filled.
Result<std::size_t> read(int fd, std::span<std::byte> into);

// read_file reads a file of /proc or /sys that is one text, which the kernel gives to one read(2)
// that has room for it, and returns its length. E2BIG if `text` has no room for one byte more.
Result<std::size_t> read_file(const char* path, std::span<char> text);

// map_shared maps `size` bytes of `fd` from `offset`, a multiple of the page size, shared with the
// kernel.
enum class Access { read_only, read_write };
Result<Mapping> map_shared(int fd, std::size_t offset, std::size_t size, Access access);

// map_shared_at is that from the beginning of `fd` at an address, or with 0 at any. EEXIST if
// something is mapped there.
Result<Mapping> map_shared_at(std::uint64_t address, int fd, std::size_t size, Access access);

// map_memory maps `size` bytes of zeros, which children of fork(2) share.
Result<Mapping> map_memory(std::size_t size);

// map_onto maps the beginning of `fd` in the place of `mapping`, at the same addresses.
Result<void> map_onto(const Mapping& mapping, int fd, Access access);

// map_cleared_by_fork maps a page of zeros that the kernel clears in each child of fork(2). EINVAL
// before Linux 4.14. Source: MADV_WIPEONFORK in madvise(2).
Result<Mapping> map_cleared_by_fork();

// duplicate gives a second, close-on-exec descriptor of the same open file: the lowest free number
// from `least` on.
Result<UniqueFd> duplicate(int fd, int least = 0);

} // namespace ringside::os
