// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufMapping: mapping the pages with the access that each side has.
#include "ring/ringbuf_mapping.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <cerrno>

namespace ringside {

Result<RingbufMapping> RingbufMapping::make(int map_fd, std::uint32_t data_size, Filler filler) {
  const std::size_t page = os::page_size();
  std::size_t producer_size = 0;
  if (__builtin_mul_overflow(std::size_t{data_size}, std::size_t{2}, &producer_size) ||
      __builtin_add_overflow(producer_size, page, &producer_size))
    return Errno(E2BIG);

  const bool program_fills = filler == Filler::program;
  auto consumer_page = os::map_shared(
      map_fd, 0, page, program_fills ? os::Access::read_only : os::Access::read_write);
  if (!consumer_page)
    return consumer_page.error();
  auto producer_pages = os::map_shared(
      map_fd, page, producer_size, program_fills ? os::Access::read_write : os::Access::read_only);
  if (!producer_pages)
    return producer_pages.error();

  RingbufMapping mapping;
  mapping.data_ = producer_pages->data() + page;
  mapping.data_size_ = data_size;
  mapping.consumer_page_ = std::move(*consumer_page);
  mapping.producer_pages_ = std::move(*producer_pages);
  return mapping;
}

} // namespace ringside
