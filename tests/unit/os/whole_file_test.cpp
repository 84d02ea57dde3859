// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Whole files, on the real kernel.
#include "os/whole_file.hpp"

#include <cerrno>
#include <fstream>

#include <catch2/catch.hpp>

#include "temporary_folder.hpp"

namespace ringside::test {
namespace {

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

TEST_CASE("a file is read to its end, in parts or from any place, and mapped") {
  const TemporaryFolder folder;
  const std::string path = folder / "file";
  CHECK(!os::exists(path.c_str()));
  CHECK(!os::can_be_read(path.c_str()));
  CHECK(os::open_to_read(path.c_str()).error() == Errno(ENOENT));
  std::ofstream(path) << "some text";
  CHECK(os::exists(path.c_str()));
  CHECK(os::can_be_read(path.c_str()));
  const auto fd = os::open_to_read(path.c_str());
  REQUIRE(fd);
  CHECK(*os::file_size(fd->get()) == 9);
  Vector<std::byte> bytes;
  REQUIRE(os::read_rest(fd->get(), bytes, 4));
  CHECK(text_of(bytes) == "some");
  REQUIRE(os::read_rest(fd->get(), bytes));
  CHECK(text_of(bytes) == "some text");
  std::byte part[4] = {};
  REQUIRE(os::read_at(fd->get(), 5, part));
  CHECK(text_of(part) == "text");
  CHECK(os::read_at(fd->get(), 6, part).error() == Errno(ERANGE));
  const auto mapping = os::map_private(fd->get(), 9);
  REQUIRE(mapping);
  CHECK(text_of({mapping->data(), mapping->size()}) == "some text");
}

TEST_CASE("files of sysfs are known by their file system") {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "text";
  CHECK_FALSE(os::is_in_sysfs((folder / "file").c_str()));
  CHECK_FALSE(os::is_in_sysfs((folder / "none").c_str()));
  CHECK_FALSE(os::is_in_sysfs("/proc/self/status"));
  if (os::exists("/sys/kernel/uevent_seqnum"))
    CHECK(os::is_in_sysfs("/sys/kernel/uevent_seqnum"));
}

TEST_CASE("files are told from each other, whatever leads to them") {
  const TemporaryFolder folder;
  std::ofstream(folder / "one") << "text";
  std::ofstream(folder / "other") << "text";
  const auto identity = [&](const char* name) {
    const auto fd = os::open_to_read((folder / name).c_str());
    REQUIRE(fd);
    const auto file = os::identity_of(fd->get());
    REQUIRE(file);
    return *file;
  };
  CHECK(identity("one") == identity("one"));
  CHECK(identity("one") != identity("other"));
  CHECK(identity("one").size == 4);
  CHECK(os::identity_of(-1).error() == Errno(EBADF));
}

TEST_CASE("files that do not say their size are read as well") {
  const auto fd = os::open_to_read("/proc/self/status");
  REQUIRE(fd);
  Vector<std::byte> bytes;
  REQUIRE(os::read_rest(fd->get(), bytes));
  CHECK(text_of(bytes).find("Name:") == 0);
  CHECK(text_of(bytes).find("Threads:") != std::string::npos);
}

TEST_CASE("a folder cannot be read") {
  const auto fd = os::open_to_read("/");
  REQUIRE(fd);
  Vector<std::byte> bytes;
  CHECK(os::read_rest(fd->get(), bytes).error() == Errno(EISDIR));
}

} // namespace ringside::test
