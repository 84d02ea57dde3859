// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mapped BTF, in real files.
#include "kernel/mapped_btf.hpp"

#include <fstream>

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

} // namespace

TEST_CASE("what is mapped first is shared, and can be changed by each alone") {
  const TemporaryFolder folder;
  std::string path = "/sys/kernel/btf/vmlinux";
  if (kernel::mapped_btf(path.c_str()) == nullptr) {
    path = folder / "first";
    write_btf(path);
  }
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
  std::ofstream(folder / "empty");
  CHECK(kernel::mapped_btf((folder / "empty").c_str()) == nullptr);
}

} // namespace ringside::test
