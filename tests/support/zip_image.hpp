// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ZipImage: zip archives that tests make, good and bad.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elf_image.hpp"

namespace ringside::test {

struct ZipMember {
  std::string name;
  std::string content = {};
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::string local_extra = {};
  std::string directory_extra = {};
};

struct ZipImage {
  std::vector<ZipMember> members = {};
  std::string comment = {};
  std::uint16_t disk = 0;

  [[nodiscard]] std::string bytes() const {
    ElfNumbers file;
    ElfNumbers directory;
    for (const ZipMember& member : members) {
      const std::size_t offset = file.bytes().size();
      file.u32(0x04034b50).u16(10);
      add_common(file, member);
      file.u16(member.name.size()).u16(member.local_extra.size());
      file.text(member.name).text(member.local_extra).text(member.content);
      directory.u32(0x02014b50).u16(20).u16(10);
      add_common(directory, member);
      directory.u16(member.name.size()).u16(member.directory_extra.size()).u16(0).zeros(8);
      directory.u32(offset).text(member.name).text(member.directory_extra);
    }
    const std::size_t offset = file.bytes().size();
    file.text(directory.bytes()).u32(0x06054b50).u16(disk).u16(disk);
    file.u16(members.size()).u16(members.size());
    file.u32(directory.bytes().size()).u32(offset).u16(comment.size()).text(comment);
    return file.bytes();
  }

private:
  static void add_common(ElfNumbers& to, const ZipMember& member) {
    to.u16(member.flags).u16(member.method).zeros(8);
    to.u32(member.content.size()).u32(member.content.size());
  }
};

} // namespace ringside::test
