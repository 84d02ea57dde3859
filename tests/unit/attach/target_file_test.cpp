// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// TargetFile: files, files in archives, and paths that look like archives'.
#include "attach/target_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "attach/find_file.hpp"
#include "attach/functions.hpp"
#include "elf_symbols_image.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"
#include "temporary_folder.hpp"
#include "zip_image.hpp"

namespace ringside::test {
namespace {

using attach::find_file;
using attach::split_archive;
using attach::TargetFile;

std::string library() {
  return SymbolsImage(true, ByteOrder::little, {{.name = "f", .value = 0x1008}}, {}, HashKind::gnu)
      .image.bytes();
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// An archive whose member has a longer header than its directory says.
std::string archive() {
  return ZipImage{.members = {{.name = "first", .content = "text"},
                              {.name = "lib/libx.so",
                               .content = library(),
                               .local_extra = std::string(5, 'x'),
                               .directory_extra = "y"},
                              {.name = "packed", .content = "text", .method = 8}}}
      .bytes();
}

const Subject kSubject("x");

Errno error_of(const std::string& path) {
  const auto file = TargetFile::open(path.c_str(), kSubject);
  if (!file)
    return file.error();
  const auto elf = (*file)->elf();
  REQUIRE_FALSE(elf);
  return elf.error();
}

} // namespace

TEST_CASE("an archive's name ends before the first !/ of a path that is no file's") {
  const TemporaryFolder folder;
  CHECK(split_archive("/tmp/x.apk!/lib/x.so") == 10);
  CHECK(split_archive("x.apk!/a!/b") == 5);
  CHECK(split_archive("/usr/lib/libc.so.6") == 0);
  CHECK(split_archive("x!") == 0);
  CHECK(split_archive("!/x") == 0);
  CHECK(split_archive("") == 0);
  std::filesystem::create_directory(folder / "x!");
  write(folder / "x!/file", "");
  CHECK(split_archive((folder / "x!/file").c_str()) == 0);
  CHECK(split_archive((folder / "x!/other").c_str()) == (folder / "x").size());
}

TEST_CASE("a file and a member of an archive are read the same") {
  const TemporaryFolder folder;
  write(folder / "libx.so", library());
  write(folder / "x.apk", archive());
  const std::string path = folder / "libx.so";
  const auto file = TargetFile::open(path.c_str(), kSubject);
  REQUIRE(file);
  CHECK((*file)->base() == 0);
  const auto elf = (*file)->elf();
  REQUIRE(elf);
  const auto place = attach::find_function(**elf, "f");
  REQUIRE(place);

  const std::string member_path = folder / "x.apk!/lib/libx.so";
  const auto member = TargetFile::open(member_path.c_str(), kSubject);
  REQUIRE(member);
  CHECK((*member)->path() == folder / "x.apk");
  CHECK((*member)->base() == archive().find("\177ELF"));
  const auto member_elf = (*member)->elf();
  REQUIRE(member_elf);
  CHECK(*attach::find_function(**member_elf, "f") == *place);
  CHECK((*member)->source().size() == library().size());
}

TEST_CASE("what cannot be probed says why") {
  const TemporaryFolder folder;
  write(folder / "text", "no ELF file, but more than the 64 bytes of a header: ............");
  write(folder / "empty", "");
  write(folder / "x.apk", archive());
  const Messages messages;
  CHECK(error_of(folder / "nothing") == Errno(ENOENT));
  CHECK(error_of(folder / "text") == kErrnoFormat);
  CHECK(error_of(folder / "empty") == kErrnoFormat);
  CHECK(messages.warnings() == 3);
  CHECK(error_of(folder / "") == kErrnoFormat);
  CHECK(messages.warnings() == 4);
  CHECK_THAT(messages.last(), Catch::Contains("it is a folder"));
  CHECK(error_of(folder / "nothing!/x") == Errno(ENOENT));
  CHECK(error_of(folder / "text!/x") == Errno(EINVAL));
  CHECK(error_of(folder / "x.apk!/libx.so") == Errno(ENOENT));
  CHECK(error_of(folder / "x.apk!/packed") == kErrnoFormat);
  CHECK(error_of(folder / "x.apk!/first") == kErrnoFormat);
  CHECK(messages.warnings() == 9);
}

TEST_CASE("a path that is to be plain is no archive's") {
  const TemporaryFolder folder;
  write(folder / "x.apk", archive());
  const Messages messages;
  CHECK(TargetFile::open_plain((folder / "x.apk!/lib/libx.so").c_str(), kSubject).error() ==
        Errno(ENOENT));
}

TEST_CASE("a bare name is looked for in the folders of a variable, a path is as it is") {
  const TemporaryFolder folder;
  write(folder / "program", "");
  write(folder / "libx.so.1", "");
  std::filesystem::create_directory(folder / "libfolder.so");
  const Messages messages;
  setenv("LD_LIBRARY_PATH", ("::/nothing:" + (folder / "") + ":").c_str(), 1);
  const auto found = [](const char* name) {
    const auto path = find_file(name, "x");
    return path ? std::string(path->data()) : "error " + std::to_string(path.error().value());
  };
  const std::string missing = "error " + std::to_string(ENOENT);
  CHECK(std::filesystem::equivalent(found("libx.so.1"), folder / "libx.so.1"));
  CHECK(found("libfolder.so") == missing);
  CHECK(found("program") == missing);
  CHECK(found("./program") == "./program");
  CHECK(found("") == missing);
  CHECK(messages.warnings() == 3);
  const std::string path = getenv("PATH");
  setenv("PATH", (folder / "").c_str(), 1);
  CHECK(found("program") == missing); // It may not be run.
  std::filesystem::permissions(folder / "program", std::filesystem::perms::owner_all);
  CHECK(std::filesystem::equivalent(found("program"), folder / "program"));
  setenv("PATH", path.c_str(), 1);
  unsetenv("LD_LIBRARY_PATH");
}

TEST_CASE("each allocation of opening an archive may fail") {
  const TemporaryFolder folder;
  write(folder / "x.apk", archive());
  const std::string path = folder / "x.apk!/lib/libx.so";
  for (unsigned nth = 1;; ++nth) {
    REQUIRE(nth < 100);
    sim_reset(1);
    sim_fail("malloc", nth, ENOMEM);
    const Messages messages;
    bool is_open = false;
    {
      auto file = TargetFile::open(path.c_str(), kSubject);
      is_open = file && (*file)->elf();
    }
    CHECK(sim_live().bytes == 0);
    if (is_open)
      break;
    CHECK(messages.warnings() == 1);
  }
  sim_reset(1);
}

} // namespace ringside::test
