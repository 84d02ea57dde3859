// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// stored_member: archives with comments and extra fields, and those that cannot be used.
#include "elf/zip.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "read_file.hpp"
#include "sim/sim_control.h"
#include "zip_image.hpp"

namespace ringside::test {
namespace {

constexpr const char* kName = "lib/x86_64/libx.so";

ZipImage small_archive() {
  return {.members = {{.name = "AndroidManifest.xml", .content = "compressed", .method = 8},
                      {.name = kName,
                       .content = "library",
                       .local_extra = std::string(5, '\0'),
                       .directory_extra = "extra"},
                      {.name = "lib/x86_64/liby.so"}}};
}

Result<elf::StoredMember> find(const std::string& bytes, std::string_view name = kName) {
  return elf::stored_member(ByteSource(as_bytes(bytes)), name, "x.apk");
}

void check_found(const std::string& bytes) {
  const auto member = find(bytes);
  REQUIRE(member);
  CHECK(bytes.compare(member->offset, 7, "library") == 0);
  const auto content = member->content.piece(0, member->content.size());
  REQUIRE(content->size() == 7);
  CHECK(std::memcmp(content->view().data(), "library", 7) == 0);
}

void check_refused(const std::string& bytes, int error, const std::string& message,
                   std::string_view name = kName) {
  const Messages messages;
  const auto member = find(bytes, name);
  REQUIRE_FALSE(member);
  CHECK(member.error() == Errno(error));
  CHECK(messages.warnings() == 1);
  CHECK(messages.last() == "x.apk: " + message + "\n");
}

constexpr const char* kFile = "file 'lib/x86_64/libx.so': ";

} // namespace

TEST_CASE("a file that is stored is found by its whole name") {
  ZipImage archive = small_archive();
  SECTION("no comment") {}
  SECTION("a comment") {
    archive.comment = "about";
  }
  SECTION("the longest comment") {
    archive.comment = std::string(UINT16_MAX, 'c');
  }
  SECTION("a comment that looks like an end record") {
    archive.comment = std::string("PK\5\6", 4) + std::string(18, '\1');
  }
  check_found(archive.bytes());
}

TEST_CASE("an archive without the file is ENOENT") {
  const std::string bytes = small_archive().bytes();
  check_refused(bytes, ENOENT, "file 'libx.so': the archive has no such file", "libx.so");
  check_refused(bytes, ENOENT, "file '': the archive has no such file", "");
  check_refused(ZipImage().bytes(), ENOENT, kFile + std::string("the archive has no such file"));
}

TEST_CASE("a file that cannot be probed in its archive is refused") {
  ZipImage archive = small_archive();
  SECTION("compressed") {
    archive.members[1].method = 8;
    check_refused(archive.bytes(), kErrnoFormat.value(),
                  kFile + std::string("the file is compressed (method 8); only files stored as "
                                      "they are can be probed"));
  }
  SECTION("encrypted") {
    archive.members[1].flags = 1;
    check_refused(archive.bytes(), ENOENT, kFile + std::string("the file is encrypted"));
  }
  SECTION("with a data descriptor") {
    archive.members[1].flags = 8;
    check_refused(archive.bytes(), ENOENT,
                  kFile + std::string("the file's size stands behind it in the archive"));
  }
}

TEST_CASE("archives of other forms are ENOTSUP, and no archives are EINVAL") {
  ZipImage archive = small_archive();
  SECTION("several disks") {
    archive.disk = 1;
    check_refused(archive.bytes(), ENOTSUP, "the archive is one of several parts");
  }
  SECTION("zip64") {
    std::string bytes = archive.bytes();
    bytes.replace(bytes.size() - 6, 4, 4, '\xff');
    check_refused(bytes, ENOTSUP, "the archive is of the large form, zip64");
  }
  SECTION("no archive") {
    check_refused("", EINVAL, "this is not a zip archive");
    check_refused(std::string(100'000, '\0'), EINVAL, "this is not a zip archive");
  }
  SECTION("bytes behind the end") {
    check_refused(archive.bytes() + 'x', EINVAL, "this is not a zip archive");
  }
}

TEST_CASE("an archive that is cut anywhere is refused") {
  const Messages messages;
  const std::string bytes = small_archive().bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    REQUIRE_FALSE(find(bytes.substr(0, size)));
}

TEST_CASE("an archive that was changed anywhere is read or refused") {
  const Messages messages;
  ZipImage archive = small_archive();
  archive.comment = "about";
  const std::string bytes = archive.bytes();
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const char value : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
      std::string hostile = bytes;
      hostile[at] = value;
      const auto member = find(hostile);
      if (member)
        REQUIRE(member->content.size() <= hostile.size());
    }
}

TEST_CASE("places that lie outside of the archive are EINVAL") {
  std::string bytes = small_archive().bytes();
  SECTION("the directory") {
    bytes.replace(bytes.size() - 10, 4, "\xf0\xff\xff\x7f", 4);
    check_refused(bytes, EINVAL, "the archive is damaged: its directory is not in the file");
  }
  SECTION("an entry") {
    bytes[bytes.size() - 12] = '\4';
    bytes[bytes.size() - 14] = '\4';
    check_refused(bytes, EINVAL,
                  "file 'none': the archive is damaged: entry 3 of its directory is not in order",
                  "none");
  }
  SECTION("the header of the file") {
    bytes.replace(bytes.rfind(kName) - 4, 4, "\xf0\xff\xff\x7f", 4);
    check_refused(bytes, EINVAL,
                  kFile + std::string("the archive is damaged: the header of the file is not in "
                                      "the file"));
  }
  SECTION("what is no header") {
    bytes.replace(bytes.rfind(kName) - 4, 4, 4, '\1');
    const Messages messages;
    CHECK(find(bytes).error() == Errno(EINVAL));
  }
  SECTION("the content") {
    bytes.replace(bytes.find(kName) - 4, 4, 4, '\xff');
    bytes.replace(bytes.rfind(kName) - 26, 4, "\xff\xff\xff\x7f", 4);
    const Messages messages;
    CHECK(find(bytes).error() == Errno(EINVAL));
  }
}

TEST_CASE("reading an archive may fail, each time") {
  for (int reads = 0;; ++reads) {
    ReadFile broken{small_archive().bytes(), reads + 1};
    const Messages messages;
    const auto member = elf::stored_member(broken.source(), kName, "x.apk");
    if (member) {
      CHECK(reads == 3);
      break;
    }
    CHECK(member.error() == Errno(EIO));
    CHECK(messages.warnings() == 1);
  }
  sim_reset(1);
  sim_fail("malloc", 2, ENOMEM);
  ReadFile broken{small_archive().bytes()};
  const Messages messages;
  CHECK(elf::stored_member(broken.source(), kName, "x.apk").error() == Errno(ENOMEM));
  CHECK(messages.last() == "x.apk: there is no memory for its directory\n");
}

} // namespace ringside::test
