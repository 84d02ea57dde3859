// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_sites: made-up files of each kind.
#include "usdt/probes.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "probes_image.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using usdt::find_sites;
using usdt::ProbeFeatures;
using usdt::Sites;

constexpr ProbeFeatures kNewKernel = {.counts_references = true, .has_uprobe_call = false};

Result<Sites> sites_of(const OpenedImage& opened, const ProbeFeatures& features = kNewKernel) {
  REQUIRE(opened.file);
  return find_sites(*opened.file, {"app", "begin"}, features);
}

// The error of looking for app:begin, of which there is one message.
Errno error_of(const ProbesImage& image, const char* message,
               const ProbeFeatures& features = kNewKernel) {
  const OpenedImage opened(image);
  const Messages messages;
  const auto sites = sites_of(opened, features);
  REQUIRE_FALSE(sites);
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains(message));
  return sites.error();
}

Result<elf::File> open_traced(const std::string& bytes) {
  return usdt::open_traced(ByteSource(as_bytes(bytes)), "x");
}

} // namespace

TEST_CASE("all sites of a probe are found, in the file's order") {
  const bool wide = GENERATE(true, false);
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  ProbesImage image(wide, order);
  image.add({.address = kCode + 9, .semaphore = kSemaphores + 2});
  image.add({.name = "end", .arguments = "8@%rax", .address = kCode + 1});
  image.add({.name = "begi", .address = kCode + 1});
  image.add({.provider = "ap", .name = "pbegin", .address = kCode + 1});
  image.add({.arguments = "-4@%edi 8@$1", .address = kCode + 3});
  const OpenedImage opened(image);
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  REQUIRE(sites->list.size() == 2);
  CHECK(sites->list[0].offset == image.code_offset() + 9);
  CHECK(sites->list[0].address == kCode + 9);
  CHECK(sites->list[0].semaphore == image.semaphores_offset() + 2);
  CHECK(sites->list[0].arguments.empty());
  CHECK(sites->list[1].offset == image.code_offset() + 3);
  CHECK(sites->list[1].semaphore == 0);
  CHECK(sites->list[1].arguments == "-4@%edi 8@$1");
}

TEST_CASE("the provider may be empty") {
  ProbesImage image;
  image.add({.provider = "", .address = kCode + 2});
  const OpenedImage opened(image);
  CHECK(find_sites(*opened.file, {"", "begin"}, kNewKernel));
}

TEST_CASE("arguments that begin with a colon are none") {
  ProbesImage image;
  image.add({.arguments = ":8@%rax"});
  const OpenedImage opened(image);
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  CHECK(sites->list[0].arguments.empty());
}

TEST_CASE("a file that was moved has its probes and semaphores moved") {
  ProbesImage image;
  image.add(
      {.address = kCode + 5 - 0x700, .base = kBase - 0x700, .semaphore = kSemaphores - 0x700});
  const OpenedImage opened(image);
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  CHECK(sites->list[0].address == kCode + 5);
  CHECK(sites->list[0].offset == image.code_offset() + 5);
  CHECK(sites->list[0].semaphore == image.semaphores_offset());
}

TEST_CASE("a file may be moved down as well, in its own class") {
  const bool wide = GENERATE(true, false);
  ProbesImage image(wide);
  image.add({.address = kCode + 0x700, .base = kBase + 0x700});
  const OpenedImage opened(image);
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  CHECK(sites->list[0].address == kCode);
}

TEST_CASE("without a base in the note or in the file nothing is moved") {
  const auto [section, base] = GENERATE(table<std::uint64_t, std::uint64_t>(
      {{kBase + 0x100, 0}, {0, kBase - 0x100}, {kBase, kBase}}));
  ProbesImage image;
  image.base_section = section;
  image.add({.address = kCode + 4, .base = base, .semaphore = kSemaphores});
  const OpenedImage opened(image);
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  CHECK(sites->list[0].address == kCode + 4);
}

TEST_CASE("notes of others are skipped") {
  ProbesImage image;
  image.add_note("GNU", 3, image.description({}));
  image.add_note("stapsdt", 4, image.description({}));
  image.add_note("stapsdx", 3, "");
  image.add({.address = kCode + 1});
  const OpenedImage opened(image);
  const Messages messages;
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  CHECK(sites->list.size() == 1);
  CHECK(messages.warnings() == 0);
}

TEST_CASE("damaged notes that may be any probe's are skipped with one warning") {
  ProbesImage image;
  const std::string whole = image.description({});
  image.add_note("stapsdt", 3, "");
  image.add_note("stapsdt", 3, whole.substr(0, whole.size() - 8)); // up to "app"
  image.add_note("stapsdt", 3, whole.substr(0, whole.size() - 2)); // "begin" without its NUL
  image.add({});
  const OpenedImage opened(image);
  const Messages messages;
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  CHECK(sites->list.size() == 1);
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains("3 of its notes") && Catch::Contains("offset 0"));
}

TEST_CASE("a note that does not fit into its section ends them, with a warning") {
  ProbesImage image;
  image.add({});
  image.notes.u32(8).u32(1000).u32(3).text("stapsdt").u8(0);
  const OpenedImage opened(image);
  const Messages messages;
  CHECK(sites_of(opened));
  CHECK(messages.warnings() == 1);
}

TEST_CASE("the probe's own note must reach to its arguments") {
  ProbesImage image;
  const std::string whole = image.description({});
  image.add_note("stapsdt", 3, whole.substr(0, whole.size() - 1));
  CHECK(error_of(image, "it ends where the probe's arguments should be") == Errno(EINVAL));
}

TEST_CASE("arguments end where their note does") {
  ProbesImage image;
  const std::string whole = image.description({.arguments = "8@%rax"});
  image.add_note("stapsdt", 3, whole.substr(0, whole.size() - 1));
  const OpenedImage opened(image);
  const auto sites = sites_of(opened);
  REQUIRE(sites);
  CHECK(sites->list[0].arguments == "8@%rax");
}

TEST_CASE("a probe that is not there is told from those that are") {
  ProbesImage image;
  CHECK(error_of(image, "no probe app:begin, and no other") == Errno(ENOENT));
  image.add({.provider = "other", .name = "one"});
  CHECK(error_of(image, "no probe app:begin; it has other:one\n") == Errno(ENOENT));
  for (const char* const name : {"end", "ende", "end", "un\nprintable"})
    image.add({.name = name});
  CHECK(error_of(image, "it has app:end, app:ende\n") == Errno(ENOENT));
  for (char letter = 'a'; letter < 'k'; ++letter)
    image.add({.name = std::string(3, letter)});
  CHECK(error_of(image, "app:fff and others\n") == Errno(ENOENT));
}

TEST_CASE("a file without notes of probes has none") {
  OpenedImage opened{ProbesImage()};
  ElfImage image{.wide = true, .type = ET_DYN, .machine = EM_X86_64};
  opened.bytes = image.bytes();
  opened.file = elf::File::open(ByteSource(as_bytes(opened.bytes)), "x");
  const Messages messages;
  CHECK(sites_of(opened).error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("no section .note.stapsdt"));
}

TEST_CASE("the section with the notes must be one of notes") {
  ProbesImage image;
  image.notes_type = SHT_PROGBITS;
  CHECK(error_of(image.add({}), "of type 1") == Errno(EINVAL));
}

TEST_CASE("a probe must be in code that is loaded") {
  ProbesImage image;
  SECTION("before it") {
    CHECK(error_of(image.add({.address = kCode - 1}), "0xfff, where") == Errno(ESRCH));
  }
  SECTION("behind it") {
    CHECK(error_of(image.add({.address = kCode + 64}), "0x1040, where") == Errno(ESRCH));
  }
  SECTION("not executable") {
    image.code_flags = PF_R;
    CHECK(error_of(image.add({}), "not executable") == Errno(ESRCH));
  }
}

TEST_CASE("a file without segments to load has no place for a probe") {
  ProbesImage image;
  image.add({});
  std::string bytes = image.bytes();
  for (std::size_t number = 0; number < 2; ++number)
    bytes[image.image.header_size() + number * image.image.program_header_size()] = PT_NOTE;
  const auto file = elf::File::open(ByteSource(as_bytes(bytes)), "x");
  REQUIRE(file);
  const Messages messages;
  CHECK(find_sites(*file, {"app", "begin"}, kNewKernel).error() == Errno(ESRCH));
  CHECK(messages.warnings() == 1);
}

TEST_CASE("a segment that begins at the end of all offsets is not in the file") {
  ProbesImage image;
  if (!image.image.wide)
    return;
  image.image.segments = {{.flags = PF_R | PF_X,
                           .offset = UINT64_MAX,
                           .address = kCode,
                           .file_size = 64,
                           .memory_size = 64}};
  CHECK(error_of(image.add({.address = kCode + 1}), "not in the file") == Errno(ESRCH));
}

TEST_CASE("segments without number are refused where there are as many probes") {
  ProbesImage image(true);
  image.image.segments.resize(2500, {.type = PT_NOTE});
  image.add({});
  CHECK(sites_of(OpenedImage(image)));
  for (std::size_t count = 0; count < 2500; ++count)
    image.add({});
  CHECK(error_of(image, "too many segments, 2502") == kErrnoFormat);
}

TEST_CASE("a semaphore must be in memory that can be written") {
  ProbesImage image;
  SECTION("outside") {
    CHECK(error_of(image.add({.semaphore = kSemaphores + 32}), "semaphore is at") == Errno(ESRCH));
  }
  SECTION("in code") {
    CHECK(error_of(image.add({.semaphore = kCode}), "not writable") == Errno(ESRCH));
  }
  SECTION("in code that can be written") {
    image.code_flags |= PF_W;
    const OpenedImage opened(image.add({.semaphore = kCode + 32}));
    const auto sites = sites_of(opened);
    REQUIRE(sites);
    CHECK(sites->list[0].semaphore == image.code_offset() + 32);
  }
}

TEST_CASE("a semaphore needs a kernel that counts") {
  ProbesImage image;
  image.add({.semaphore = kSemaphores});
  CHECK(error_of(image, "4.20", {}) == Errno(ENOTSUP));
}

TEST_CASE("a nop of five bytes behind a nop is where the probe goes, if that saves a trap") {
  ProbesImage image(true, ByteOrder::little);
  image.code = std::string("\xc3\x90\x0f\x1f\x44\0\0\x90\x90\x90", 10);
  image.add({.address = kCode + 1});
  image.add({.address = kCode});
  image.add({.address = kCode + 7});
  const bool has_call = GENERATE(true, false);
  const std::uint16_t machine = GENERATE(as<std::uint16_t>(), EM_X86_64, EM_AARCH64);
  image.image.machine = machine;
  const OpenedImage opened(image);
  const auto sites = sites_of(opened, {.counts_references = true, .has_uprobe_call = has_call});
  REQUIRE(sites);
  REQUIRE(sites->list.size() == 3);
  const std::uint64_t more = has_call && machine == EM_X86_64 ? 1 : 0;
  CHECK(sites->list[0].offset == image.code_offset() + 1 + more);
  CHECK(sites->list[0].address == kCode + 1 + more);
  CHECK(sites->list[1].offset == image.code_offset());
  CHECK(sites->list[2].offset == image.code_offset() + 7);
}

TEST_CASE("sites need memory") {
  ProbesImage image;
  image.add({.address = kCode + 1});
  const OpenedImage opened(image);
  for (unsigned call = 1; call <= 3; ++call) {
    sim_reset(1);
    sim_fail("malloc", call, ENOMEM);
    const Messages messages;
    const auto sites = sites_of(opened);
    REQUIRE_FALSE(sites);
    CHECK(sites.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
  }
  sim_reset(1);
  CHECK(sites_of(opened));
}

TEST_CASE("only programs and libraries of our own kind are traced") {
  ProbesImage image;
  CHECK(open_traced(image.bytes()));
  image.image.type = ET_EXEC;
  CHECK(open_traced(image.bytes()));
  const Messages messages;
  for (const std::uint16_t type : {ET_REL, ET_CORE, ET_NONE}) {
    image.image.type = type;
    CHECK(open_traced(image.bytes()).error() == Errno(EBADF));
  }
  const bool wide = sizeof(void*) == 8;
  const ByteOrder other = kNativeOrder == ByteOrder::little ? ByteOrder::big : ByteOrder::little;
  CHECK(open_traced(ProbesImage(!wide).bytes()).error() == Errno(EBADF));
  CHECK(open_traced(ProbesImage(wide, other).bytes()).error() == Errno(EBADF));
  CHECK(messages.warnings() == 5);
}

TEST_CASE("what is no ELF file is not traced") {
  const Messages messages;
  for (const char* const text : {"", "\177EL", "#!/bin/sh\n"})
    CHECK(open_traced(text).error() == Errno(EBADF));
  CHECK(open_traced("\177ELF").error() == kErrnoFormat);
  CHECK(messages.warnings() == 4);
}

TEST_CASE("a file that cannot be read is not traced") {
  const auto [found, error] =
      GENERATE(table<int, int>({{EISDIR, kErrnoFormat.value()}, {EIO, EIO}}));
  int answer = found;
  const ByteSource source(
      4096,
      [](void* file, std::uint64_t, std::span<std::byte>) -> Result<void> {
        return Errno(*static_cast<const int*>(file));
      },
      &answer);
  const Messages messages;
  CHECK(usdt::open_traced(source, "x").error() == Errno(error));
  CHECK(messages.warnings() == 1);
}

} // namespace ringside::test
