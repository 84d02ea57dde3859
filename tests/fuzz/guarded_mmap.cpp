// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// mmap and munmap for a program linked with --wrap: what they map stands between two pages that
// cannot be touched. The simulated kernel's rings get their guards by it.
#include <cstddef>

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

std::size_t page() {
  static const auto kSize = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return kSize;
}

std::size_t whole_pages(std::size_t size) {
  return (size + page() - 1) & ~(page() - 1);
}

} // namespace

extern "C" {

void* __real_mmap64(void* address, std::size_t size, int protection, int flags, int fd, off_t at);
int __real_munmap(void* address, std::size_t size);

void* __wrap_mmap64(void* address, std::size_t size, int protection, int flags, int fd, off_t at) {
  const std::size_t guarded = whole_pages(size) + 2 * page();
  void* whole = __real_mmap64(address, guarded, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (whole == MAP_FAILED)
    return MAP_FAILED;
  void* inner = static_cast<std::byte*>(whole) + page();
  void* mapped = __real_mmap64(inner, size, protection, flags | MAP_FIXED, fd, at);
  if (mapped == MAP_FAILED)
    __real_munmap(whole, guarded);
  return mapped;
}

int __wrap_munmap(void* address, std::size_t size) {
  return __real_munmap(static_cast<std::byte*>(address) - page(), whole_pages(size) + 2 * page());
}

} // extern "C"
