// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// elf::File: a hostile file in memory, and the same one read in pieces.
#include "elf/file.hpp"

#include <cstring>

#include "check.hpp"
#include "guarded_memory.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

// What reading a file gave, so that two ways of reading can be compared.
struct Seen {
  int error = 0;
  std::size_t sections = 0;
  std::size_t segments = 0;
  std::uint64_t names = 0;
  std::uint64_t contents = 0;
  bool operator==(const Seen&) const = default;
};

Seen read_file(const ByteSource& source) {
  Seen seen;
  const auto file = elf::File::open(source, "fuzzed");
  if (!file) {
    seen.error = file.error().value();
    return seen;
  }
  for (const elf::Section& section : file->sections()) {
    require(file->section_at(section.index) == &section, "a section is found by its index");
    seen.names += section.name.size();
    if (const auto contents = file->contents(section); contents) {
      seen.contents += contents->size();
      for (const std::byte byte : contents->view())
        seen.contents += std::to_integer<unsigned>(byte);
    }
  }
  seen.sections = file->sections().size();
  if (const auto segments = file->segments(); segments)
    seen.segments = segments->size();
  require(seen.names <= file->most_read(), "the names are bounded by the size of the file");
  require(seen.sections * 40 + seen.segments * 32 <= 2 * source.size(), "headers are in the file");
  return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const GuardedMemory kMemory(16);
  if (size > 16 * GuardedMemory::page())
    return 0;
  const Messages messages;
  std::byte* const memory = kMemory.last(size);
  if (size != 0)
    std::memcpy(memory, bytes, size);
  const Seen whole = read_file(ByteSource({memory, size}));
  const auto read_at = [](void* file, std::uint64_t offset, std::span<std::byte> into) {
    std::memcpy(into.data(), static_cast<std::byte*>(file) + offset, into.size());
    return Result<void>();
  };
  const Seen pieces = read_file(ByteSource(size, read_at, memory));
  require(whole == pieces, "a file reads the same in memory and in pieces");
  return 0;
}

} // namespace ringside::test
