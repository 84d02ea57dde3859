// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ProbesImage: an ELF file with USDT probes, as the header sys/sdt.h makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "base/result.hpp"
#include "elf/file.hpp"
#include "elf_image.hpp"

namespace ringside::test {

// The code is at 0x1000, the base section at 0x2000, semaphores are at 0x3000.
inline constexpr std::uint64_t kCode = 0x1000;
inline constexpr std::uint64_t kBase = 0x2000;
inline constexpr std::uint64_t kSemaphores = 0x3000;

struct ImageProbe {
  std::string provider = "app";
  std::string name = "begin";
  std::string arguments = {};
  std::uint64_t address = kCode;
  std::uint64_t base = kBase;
  std::uint64_t semaphore = 0;
};

class ProbesImage {
public:
  ElfImage image;
  ElfNumbers notes;
  std::uint64_t base_section = kBase;
  std::uint32_t notes_type = SHT_NOTE;
  std::uint32_t code_flags = PF_R | PF_X;
  std::uint32_t data_flags = PF_R | PF_W;
  std::string code = std::string(64, '\x90');
  std::vector<ImageSection> more = {};

  explicit ProbesImage(bool wide = sizeof(void*) == 8, ByteOrder order = kNativeOrder)
      : image{.wide = wide,
              .order = order,
              .type = ET_DYN,
              .machine = static_cast<std::uint16_t>(wide ? EM_X86_64 : EM_386)},
        notes(wide, order) {}

  // add adds a note; add_note one of any kind, whose description is cut or not.
  ProbesImage& add(const ImageProbe& probe) { return add_note("stapsdt", 3, description(probe)); }
  ProbesImage& add_note(std::string_view owner, std::uint32_t type, const std::string& content) {
    notes.u32(owner.size() + 1).u32(content.size()).u32(type);
    return padded(std::string(owner) + '\0').padded(content);
  }
  [[nodiscard]] std::string description(const ImageProbe& probe) const {
    ElfNumbers numbers = image.numbers();
    numbers.word(probe.address).word(probe.base).word(probe.semaphore);
    numbers.text(probe.provider).u8(0).text(probe.name).u8(0).text(probe.arguments).u8(0);
    return numbers.bytes();
  }

  // code_offset and semaphores_offset are where these bytes are in the file.
  [[nodiscard]] std::uint64_t code_offset() const { return laid_out().content_offset(0); }
  [[nodiscard]] std::uint64_t semaphores_offset() const { return laid_out().content_offset(1); }
  [[nodiscard]] std::string bytes() const { return laid_out().bytes(); }

private:
  ProbesImage& padded(const std::string& text) {
    notes.text(text).zeros((4 - text.size() % 4) % 4);
    return *this;
  }

  [[nodiscard]] ElfImage laid_out() const {
    ElfImage made = image;
    made.sections = {
        {.name = ".text", .content = code, .flags = SHF_ALLOC | SHF_EXECINSTR, .address = kCode},
        {.name = ".probes",
         .content = std::string(16, '\0'),
         .flags = SHF_ALLOC | SHF_WRITE,
         .address = kSemaphores},
        {.name = ".note.stapsdt", .type = notes_type, .content = notes.bytes()}};
    if (base_section != 0)
      made.sections.push_back(
          {.name = ".stapsdt.base", .content = std::string(1, '\0'), .address = base_section});
    made.sections.insert(made.sections.end(), more.begin(), more.end());
    made.segments.resize(made.segments.size() + 2);
    auto* const last = &made.segments.back();
    last[-1] = {.flags = code_flags,
                .offset = made.content_offset(0),
                .address = kCode,
                .file_size = code.size(),
                .memory_size = code.size()};
    last[0] = {.flags = data_flags,
               .offset = made.content_offset(1),
               .address = kSemaphores,
               .file_size = 16,
               .memory_size = 32};
    return made;
  }
};

// OpenedImage is such a file, opened.
struct OpenedImage {
  std::string bytes;
  Result<elf::File> file;

  explicit OpenedImage(const ProbesImage& image)
      : bytes(image.bytes()), file(elf::File::open(ByteSource(as_bytes(bytes)), "x")) {}
};

} // namespace ringside::test
