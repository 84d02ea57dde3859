// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LineInfo: the records that it finds are those that a walk from the first one finds, and memory
// that is refused is an error.
#include "bpf/line_info.hpp"

#include <algorithm>
#include <cerrno>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::bpf::test {
namespace {

// Program has functions of random lengths. Each begins with a line, and each instruction is 16
// bytes of machine code.
struct Program {
  std::vector<bpf_line_info> lines;
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint64_t> starts;
  std::vector<std::uint32_t> lengths;
  std::vector<std::size_t> first_lines;

  [[nodiscard]] bpf_prog_info info() const {
    bpf_prog_info info{};
    info.nr_line_info = static_cast<__u32>(lines.size());
    info.line_info_rec_size = sizeof(lines[0]);
    info.line_info = address(lines.data());
    info.nr_jited_line_info = static_cast<__u32>(addresses.size());
    info.jited_line_info_rec_size = sizeof(addresses[0]);
    info.jited_line_info = address(addresses.data());
    info.nr_jited_ksyms = static_cast<__u32>(starts.size());
    info.jited_ksyms = address(starts.data());
    info.nr_jited_func_lens = static_cast<__u32>(lengths.size());
    info.jited_func_lens = address(lengths.data());
    return info;
  }

private:
  static __u64 address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }
};

using Random = std::mt19937;

std::uint32_t up_to(Random& random, std::uint32_t most) {
  return std::uniform_int_distribution<std::uint32_t>(0, most)(random);
}

Program random_program(Random& random) {
  Program made;
  std::uint32_t insn = 0;
  std::uint64_t start = 0x1000;
  for (std::uint32_t function = 0, count = 1 + up_to(random, 4); function < count; ++function) {
    const std::uint32_t length = 1 + up_to(random, 30);
    made.starts.push_back(start);
    made.lengths.push_back(length * 16);
    made.first_lines.push_back(made.lines.size());
    for (std::uint32_t at = 0; at < length; at += 1 + up_to(random, 5)) {
      bpf_line_info line{};
      line.insn_off = insn + at;
      made.lines.push_back(line);
      made.addresses.push_back(start + at * 16);
    }
    insn += length;
    start += length * 16 + 0x100;
  }
  return made;
}

// last_up_to is the last of the numbers from `begin` to `end` before the first above `limit`; `end`
// if there is none.
template <class Number, class NumberAt>
std::size_t last_up_to(Number limit, std::size_t begin, std::size_t end, NumberAt number_at) {
  std::size_t found = end;
  for (std::size_t at = begin; at < end && number_at(at) <= limit; ++at)
    found = at;
  return found;
}

} // namespace

TEST_CASE("a line is found as by a walk from the first one") {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const Program program = random_program(random);
    const auto made = LineInfo::make(program.info());
    REQUIRE(made);
    const LineInfo& lines = **made;
    const auto count = static_cast<std::uint32_t>(program.lines.size());
    for (int question = 0; question < 50; ++question) {
      const std::uint32_t insn = up_to(random, program.lines.back().insn_off + 3);
      const std::uint32_t skip = up_to(random, count + 1);
      const std::size_t expected =
          last_up_to(insn, skip, count, [&](std::size_t at) { return program.lines[at].insn_off; });
      const bpf_line_info* const found = lines.find(insn, skip);
      REQUIRE((found != nullptr) == (skip < count && expected < count));
      if (found != nullptr)
        REQUIRE(found->insn_off == program.lines[expected].insn_off);
    }
  }
}

TEST_CASE("the line of an address is found as by a walk through its function") {
  Random random(2);
  for (int round = 0; round < 200; ++round) {
    const Program program = random_program(random);
    const auto made = LineInfo::make(program.info());
    REQUIRE(made);
    const LineInfo& lines = **made;
    for (std::uint32_t function = 0; function < program.starts.size(); ++function) {
      const std::size_t begin = program.first_lines[function];
      const std::size_t end = function + 1 < program.starts.size()
                                  ? program.first_lines[function + 1]
                                  : program.lines.size();
      const std::uint64_t address =
          program.starts[function] + up_to(random, program.lengths[function] + 16) - 8;
      const std::uint32_t skip = up_to(random, 3);
      const std::size_t expected =
          last_up_to(address, std::min(begin + skip, end), end,
                     [&](std::size_t at) { return program.addresses[at]; });
      const bpf_line_info* const found = lines.find_address(address, function, skip);
      REQUIRE((found != nullptr) == (expected < end));
      if (found != nullptr)
        REQUIRE(found->insn_off == program.lines[expected].insn_off);
    }
  }
}

TEST_CASE("memory that is refused is ENOMEM, whichever part it was for") {
  sim_reset(1);
  Random random(3);
  const Program program = random_program(random);
  unsigned refused = 0;
  for (unsigned nth = 1;; ++nth) {
    sim_fail("malloc", nth, ENOMEM);
    const auto made = LineInfo::make(program.info());
    sim_fail("malloc", 0, 0);
    if (made)
      break;
    CHECK(made.error() == Errno(ENOMEM));
    ++refused;
  }
  // The object, its lines, their addresses, and the functions.
  CHECK(refused == 4);
}

} // namespace ringside::bpf::test
