// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mappings: where the memory of simulated files is mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ringside::sim {

// Mapped is a mapping as its file sees it. It keeps the file open.
class Mapped {
public:
  Mapped() = default;
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  virtual ~Mapped() = default;

  // divisible: a part of it can be unmapped.
  [[nodiscard]] virtual bool divisible() const = 0;
  // leave: from now on the simulated kernel does not write through it.
  virtual void leave() = 0;
  // gone: all of it or a part has been unmapped.
  virtual void gone() {}
};

class Mappings {
public:
  void add(std::intptr_t address, std::size_t size, std::shared_ptr<Mapped> mapped);

  // covers: some file is mapped in that range.
  [[nodiscard]] bool covers(const void* address, std::size_t size) const;
  // unmap is munmap(2): 0 or -errno.
  int unmap(void* address, std::size_t size);
  // forget: what is mapped stays mapped, but belongs to no file.
  void forget();

  [[nodiscard]] std::size_t count() const { return mappings_.size(); }

private:
  struct Mapping {
    std::uintptr_t start;
    std::size_t size;
    std::shared_ptr<Mapped> mapped;
  };

  // bytes_of is how many bytes of a mapping a range covers.
  static std::size_t bytes_of(const Mapping& mapping, const void* address, std::size_t size);
  // add_rest adds what is left of a mapping after a range was unmapped: up to two pieces.
  void add_rest(const Mapping& mapping, const void* address, std::size_t size);

  std::vector<Mapping> mappings_;
};

} // namespace ringside::sim
