// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Files, mappings and descriptors.
#include "os/file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/linux/results.hpp"

namespace ringside::os {

Result<std::size_t> read(int fd, std::span<std::byte> into) {
  const ssize_t count = ::read(fd, into.data(), into.size());
  if (count < 0)
    return last_error();
  return static_cast<std::size_t>(count);
}

Result<std::size_t> read_file(const char* path, std::span<char> text) {
  auto file = opened(open(path, O_RDONLY | O_CLOEXEC));
  if (!file)
    return file.error();
  const auto length = read(file->get(), std::as_writable_bytes(text));
  if (length && *length == text.size())
    return Errno(E2BIG);
  return length;
}

namespace {

int protection_of(Access access) {
  return access == Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
}

} // namespace

Result<Mapping> map_shared(int fd, std::size_t offset, std::size_t size, Access access) {
  return mapped(
      mmap(nullptr, size, protection_of(access), MAP_SHARED, fd, static_cast<off_t>(offset)), size);
}

Result<Mapping> map_shared_at(std::uint64_t address, int fd, std::size_t size, Access access) {
  constexpr int kFixedNoReplace = 0x100000; // MAP_FIXED_NOREPLACE, of Linux 4.17
  void* const at = reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
  const int flags = MAP_SHARED | (address != 0 ? kFixedNoReplace : 0);
  return mapped(mmap(at, size, protection_of(access), flags, fd, 0), size);
}

Result<Mapping> map_memory(std::size_t size) {
  return mapped(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
                size);
}

Result<void> map_onto(const Mapping& mapping, int fd, Access access) {
  if (mmap(mapping.data(), mapping.size(), protection_of(access), MAP_SHARED | MAP_FIXED, fd, 0) ==
      MAP_FAILED)
    return last_error();
  return {};
}

Result<Mapping> map_cleared_by_fork() {
  const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED)
    return last_error();
  Mapping mapping(address, size);
  if (madvise(address, size, MADV_WIPEONFORK) < 0)
    return last_error();
  return mapping;
}

void unmap(void* address, std::size_t size) {
  munmap(address, size);
}

Result<UniqueFd> duplicate(int fd, int least) {
  return opened(fcntl(fd, F_DUPFD_CLOEXEC, least));
}

Result<void> close(int fd) {
  return succeeded(::close(fd));
}

} // namespace ringside::os
