// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// each_line: lines that end anywhere in the blocks that are read, and lines that are too long.
#include "kernel/lines.hpp"

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "kernel/kallsyms.hpp"
#include "sim/sim_control.h"
#include "temporary_folder.hpp"

namespace ringside::test {
namespace {

struct Read {
  Result<void> done;
  std::vector<std::string> lines;
};

Read read(const std::string& text, std::size_t most = SIZE_MAX) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << text;
  Read read;
  read.done = kernel::each_line((folder / "file").c_str(), [&](std::string_view line) {
    read.lines.emplace_back(line);
    return read.lines.size() < most;
  });
  return read;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("lines come without newlines, the last with or without one") {
  CHECK(read("").lines.empty());
  CHECK(read("a\nb\n").lines == Lines{"a", "b"});
  CHECK(read("a\nb").lines == Lines{"a", "b"});
  CHECK(read("\n\na").lines == Lines{"", "", "a"});
}

TEST_CASE("reading ends where the visitor says so") {
  CHECK(read("a\nb\nc\n", 2).lines == Lines{"a", "b"});
  CHECK(read("a\nb\nc\n", 2).done);
}

TEST_CASE("a line that a block cuts comes whole") {
  // The first block, and the largest.
  const std::size_t block = GENERATE(std::size_t{4608}, std::size_t{64} << 10);
  for (const std::size_t first : {block - 2, block - 1}) {
    const std::string line(first, 'a');
    const Read whole = read(line + "\nbcd\n");
    REQUIRE(whole.done);
    CHECK(whole.lines == Lines{line, "bcd"});
  }
  // Lines of all lengths, so that blocks end at each place of one.
  std::string text;
  Lines lines;
  for (std::size_t size = 0; size < 700; ++size) {
    lines.emplace_back(size, static_cast<char>('a' + size % 26));
    text += lines.back() + '\n';
  }
  CHECK(read(text).lines == lines);
}

TEST_CASE("a line may be longer than a block by any number of bytes") {
  constexpr std::size_t kBlock = 4608;
  const std::string before = "a\n";
  for (const std::size_t size : {kBlock, kBlock + 1, 2 * kBlock, 4 * kBlock + 1}) {
    const std::string line(size, 'b');
    const Read whole = read(before + line);
    REQUIRE(whole.done);
    CHECK(whole.lines == Lines{"a", line});
  }
}

TEST_CASE("a line that a block cannot hold is EINVAL, behind those before it") {
  const Read cut = read("a\n" + std::string(70'000, 'b') + "\nc\n");
  REQUIRE_FALSE(cut.done);
  CHECK(cut.done.error() == Errno(EINVAL));
  CHECK(cut.lines == Lines{"a"});
}

TEST_CASE("a file that cannot be opened or read is its errno") {
  const auto none = [](std::string_view) { return true; };
  CHECK(kernel::each_line("/nothing", none).error() == Errno(ENOENT));
  CHECK(kernel::each_line("/", none).error() == Errno(EISDIR));
  sim_reset(1);
  sim_fail("malloc", 1, ENOMEM);
  CHECK(kernel::each_line("/proc/self/status", none).error() == Errno(ENOMEM));
  sim_reset(1);
  // The second block, for a line that the first cannot hold.
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << std::string(10'000, 'a');
  sim_fail("malloc", 2, ENOMEM);
  CHECK(kernel::each_line((folder / "file").c_str(), none).error() == Errno(ENOMEM));
  sim_reset(1);
}

TEST_CASE("a symbol is an address, a type and a name") {
  const kernel::Symbol symbol = kernel::parse_symbol("ffffffff81000000 T _stext\t[module]");
  CHECK(symbol.address == 0xffffffff81000000);
  CHECK(symbol.type == 'T');
  CHECK(symbol.name == "_stext");
  CHECK(kernel::parse_symbol("10 t f").name == "f");
  for (const char* const other : {"", "10", "10 ", "10 T", "10 T ", "x T f", "10  T f", "10 Tf g"})
    CHECK(kernel::parse_symbol(other).name.empty());
}

} // namespace ringside::test
