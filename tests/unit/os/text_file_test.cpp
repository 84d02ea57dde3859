// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Writing text to real files.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "os/text_file.hpp"
#include "temporary_folder.hpp"

namespace ringside::test {

TEST_CASE("a file grows by what is put at its end") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  REQUIRE(os::append_text(path.c_str(), "one\n"));
  REQUIRE(os::append_text(path.c_str(), "two\n"));
  CHECK(TemporaryFolder::text(path) == "one\ntwo\n");
}

TEST_CASE("a file is replaced by another, which readers of the old one do not notice") {
  const TemporaryFolder folder;
  const std::string path = folder / "metrics.prom";
  REQUIRE(os::replace_text(path.c_str(), "old\n"));
  std::ifstream reader(path);
  REQUIRE(os::replace_text(path.c_str(), "new\n"));
  CHECK(std::string(std::istreambuf_iterator<char>(reader), {}) == "old\n");
  CHECK(TemporaryFolder::text(path) == "new\n");
  CHECK(folder.count() == 1);
}

TEST_CASE("what cannot be replaced stays, and nothing is left beside it") {
  const TemporaryFolder folder;
  const std::string path = folder / "metrics.prom";
  std::filesystem::create_directories(path + "/not empty");
  const auto replaced = os::replace_text(path.c_str(), "new\n");
  REQUIRE_FALSE(replaced);
  CHECK(replaced.error() == Errno(EISDIR));
  CHECK(folder.count() == 1);
  CHECK(os::replace_text((folder / "nowhere/metrics.prom").c_str(), "new\n").error() ==
        Errno(ENOENT));
  CHECK(os::replace_text(std::string(5000, 'x').c_str(), "new\n").error() == Errno(ENAMETOOLONG));
}

TEST_CASE("a file that lies where the new one would be made is not written to") {
  const TemporaryFolder folder;
  const std::string path = folder / "metrics.prom";
  const std::string beside = path + "." + std::to_string(getpid());
  std::ofstream(folder / "secret") << "untouched";
  std::filesystem::create_symlink(folder / "secret", beside);
  CHECK(os::replace_text(path.c_str(), "new\n").error() == Errno(EEXIST));
  CHECK(TemporaryFolder::text(folder / "secret") == "untouched");
  CHECK(std::filesystem::is_symlink(beside));
}

} // namespace ringside::test
