// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// elf::File: a hostile file in memory, the same one read in pieces, and as libelf sees it.
#include "elf/file.hpp"

#include <cstring>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "fuzzed_file.hpp"
#include "libelf_opinion.hpp"
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

// What both take, they read the same.
void compare_with_libelf(FuzzedFile& fuzzed) {
  const auto file = elf::File::open(fuzzed.in_memory(), "fuzzed");
  if (!file || file->sections().empty())
    return;
  std::vector<std::byte> copy = fuzzed.copy();
  const LibelfOpinion libelf(copy);
  if (!libelf.is_elf() || !libelf.section_count())
    return;
  require(*libelf.section_count() == file->sections().size(), "libelf counts as many sections");
  for (const elf::Section& section : file->sections().subspan(1)) {
    const auto header = libelf.section(section.index);
    if (!header)
      return;
    require(section.type == header->sh_type && section.flags == header->sh_flags &&
                section.address == header->sh_addr && section.offset == header->sh_offset &&
                section.size == header->sh_size && section.link == header->sh_link &&
                section.info == header->sh_info && section.alignment == header->sh_addralign &&
                section.entry_size == header->sh_entsize,
            "libelf reads the same section header");
    const char* const name = libelf.section_name(*header);
    require(name == nullptr || section.name == name, "libelf reads the same name");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Messages messages;
  FuzzedFile fuzzed(bytes, size);
  const Seen whole = read_file(fuzzed.in_memory());
  const Seen pieces = read_file(fuzzed.in_pieces());
  require(whole == pieces, "a file reads the same in memory and in pieces");
  compare_with_libelf(fuzzed);
  return 0;
}

} // namespace ringside::test
