// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mapped BTF, in real files.
#include "kernel/mapped_btf.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "btf/edit.hpp"
#include "messages.hpp"
#include "temporary_folder.hpp"
#include "unit/btf/raw_btf.hpp"

namespace ringside::test {
namespace {

// A file with one int.
void write_btf(const std::string& path) {
  RawBtf raw;
  raw.add_int("int");
  const auto bytes = raw.bytes();
  std::ofstream(path).write(reinterpret_cast<const char*>(bytes.data()),
                            static_cast<std::streamsize>(bytes.size()));
}

// first_path is that of the file that this process maps first, and so shares.
std::string first_path(const TemporaryFolder& folder) {
  std::string path = "/sys/kernel/btf/vmlinux";
  if (kernel::mapped_btf(path.c_str()) == nullptr) {
    path = folder / "first";
    write_btf(path);
  }
  return path;
}

// What a child of this process maps after the library has freed what has no user.
const char* mapped_at_end = nullptr;

[[gnu::destructor(101)]] void map_at_end() {
  if (mapped_at_end == nullptr)
    return;
  for (int turn = 0; turn < 2; ++turn)
    if (const auto btf = kernel::mapped_btf(mapped_at_end);
        btf == nullptr || !btf->find("int", btf::kInt))
      ::_exit(EXIT_FAILURE);
  ::_exit(EXIT_SUCCESS);
}

} // namespace

TEST_CASE("what is mapped first is shared, and can be changed by each alone") {
  const TemporaryFolder folder;
  const std::string path = first_path(folder);
  const auto one = kernel::mapped_btf(path.c_str());
  REQUIRE(one != nullptr);
  const btf::Image* const image = one->image();
  const std::uint32_t end = one->end_id();
  {
    const auto other = kernel::mapped_btf(path.c_str());
    REQUIRE(other != nullptr);
    CHECK(other->image() == image);
    CHECK(btf::add_int(*other, "a number of ours", 4, 0));
    CHECK(other->end_id() == end + 1);
  }
  CHECK(one->image() == image);
  CHECK(one->end_id() == end);
}

TEST_CASE("threads share it, and each gives back its own") {
  const TemporaryFolder folder;
  const std::string path = first_path(folder);
  constexpr int kTurns = 50;
  std::vector<int> found(4);
  std::vector<std::thread> threads;
  for (int& count : found)
    threads.emplace_back([&path, &count] {
      for (int turn = 0; turn < kTurns; ++turn)
        if (const auto btf = kernel::mapped_btf(path.c_str()); btf != nullptr)
          count += btf->find("int", btf::kInt).has_value() ? 1 : 0;
    });
  for (std::thread& thread : threads)
    thread.join();
  for (const int count : found)
    CHECK(count == kTurns);
}

TEST_CASE("it can be mapped while the process ends") {
  const TemporaryFolder folder;
  const std::string path = first_path(folder);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    mapped_at_end = path.c_str();
    std::exit(EXIT_FAILURE);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == EXIT_SUCCESS);
}

TEST_CASE("another file is mapped for itself") {
  const TemporaryFolder folder;
  const std::string paths[] = {folder / "one", folder / "other"};
  for (const std::string& path : paths)
    write_btf(path);
  const auto one = kernel::mapped_btf(paths[0].c_str());
  const auto other = kernel::mapped_btf(paths[1].c_str());
  REQUIRE(one != nullptr);
  REQUIRE(other != nullptr);
  CHECK(one->image() != other->image());
  CHECK(one->find("int", btf::kInt) == 1U);
  CHECK(other->find("int", btf::kInt) == 1U);
}

TEST_CASE("what cannot be mapped is none") {
  const TemporaryFolder folder;
  const Messages messages;
  CHECK(kernel::mapped_btf((folder / "none").c_str()) == nullptr);
  std::ofstream(folder / "text") << "a text that is no BTF, and has more than 24 bytes";
  CHECK(kernel::mapped_btf((folder / "text").c_str()) == nullptr);
  std::ofstream(folder / "empty") << "";
  CHECK(kernel::mapped_btf((folder / "empty").c_str()) == nullptr);
}

} // namespace ringside::test
