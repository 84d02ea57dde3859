// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mappings: munmap(2), as the kernel does it for files that are mapped whole and for others.
#include "sim/kernel/mappings.hpp"

#include <algorithm>
#include <cerrno>

#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

std::size_t whole_pages(std::size_t size) {
  const std::size_t page = host::page_size();
  return (size + page - 1) & ~(page - 1);
}

} // namespace

void Mappings::add(std::intptr_t address, std::size_t size, std::shared_ptr<Mapped> mapped) {
  mappings_.push_back({static_cast<std::uintptr_t>(address), size, std::move(mapped)});
}

std::size_t Mappings::bytes_of(const Mapping& mapping, const void* address, std::size_t size) {
  auto start = reinterpret_cast<std::uintptr_t>(address);
  std::uintptr_t from = std::max(start, mapping.start);
  std::uintptr_t to = std::min(start + whole_pages(size), mapping.start + mapping.size);
  return from < to ? to - from : 0;
}

bool Mappings::covers(const void* address, std::size_t size) const {
  return std::any_of(mappings_.begin(), mappings_.end(),
                     [&](const Mapping& mapping) { return bytes_of(mapping, address, size) != 0; });
}

int Mappings::unmap(void* address, std::size_t size) {
  std::vector<Mapping> hit;
  for (const Mapping& mapping : mappings_) {
    std::size_t bytes = bytes_of(mapping, address, size);
    if (bytes != 0 && bytes != mapping.size && !mapping.mapped->divisible())
      return -EINVAL;
    if (bytes != 0)
      hit.push_back(mapping);
  }
  // Before the memory goes: the simulated kernel may be writing through it.
  for (const Mapping& mapping : hit)
    mapping.mapped->leave();
  if (int error = host::unmap(address, size))
    return error;
  std::erase_if(mappings_,
                [&](const Mapping& mapping) { return bytes_of(mapping, address, size) != 0; });
  for (const Mapping& mapping : hit) {
    mapping.mapped->gone();
    add_rest(mapping, address, size);
  }
  return 0;
}

void Mappings::add_rest(const Mapping& mapping, const void* address, std::size_t size) {
  auto from = reinterpret_cast<std::uintptr_t>(address);
  std::uintptr_t to = from + whole_pages(size);
  std::uintptr_t end = mapping.start + mapping.size;
  if (from > mapping.start)
    mappings_.push_back({mapping.start, from - mapping.start, mapping.mapped});
  if (to < end)
    mappings_.push_back({to, end - to, mapping.mapped});
}

void Mappings::forget() {
  for (const Mapping& mapping : mappings_)
    mapping.mapped->leave();
  mappings_.clear();
}

} // namespace ringside::sim
