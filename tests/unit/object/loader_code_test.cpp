// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LoaderCode: where its jumps lead, and what it writes in either byte order.
#include "object/loader/loader_code.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "bpf/insn.hpp"

namespace ringside::test {
namespace {

using object::LoaderCode;

std::vector<bpf_insn> insns_of(const LoaderCode::Finished& finished) {
  std::vector<bpf_insn> insns(finished.insns.size() / sizeof(bpf_insn));
  std::memcpy(insns.data(), finished.insns.data(), finished.insns.size());
  return insns;
}

bool is_check(const bpf_insn& insn) {
  return insn.code == (BPF_JMP | BPF_JSLT | BPF_K) && insn.dst_reg == LoaderCode::kResult;
}

// end_of follows jumps without a condition, and returns the first instruction that is none.
std::size_t end_of(const std::vector<bpf_insn>& insns, std::size_t at) {
  const auto target = [&](std::size_t jump) {
    return static_cast<std::size_t>(static_cast<std::int64_t>(jump) + 1 + insns[jump].off);
  };
  at = target(at);
  while (at < insns.size() && insns[at].code == (BPF_JMP | BPF_JA))
    at = target(at);
  return at;
}

// The instructions before the end after a failure: registers, and a jump over it.
constexpr std::size_t kEnd = 6;

} // namespace

TEST_CASE("all checks lead to the end after a failure, however far it is") {
  LoaderCode code(kNativeOrder);
  code.add_slots(3);
  code.begin();
  for (int step = 0; step < 20000; ++step) {
    code.call(BPF_FUNC_sys_close);
    code.check();
    code.emit(bpf::insn::move(BPF_REG_0, step));
  }
  code.succeed();
  const auto finished = code.finish();
  REQUIRE(finished);
  const auto insns = insns_of(*finished);
  CHECK(insns.size() > 2 * 32768);
  std::size_t checks = 0;
  std::size_t astray = 0;
  for (std::size_t at = 0; at < insns.size(); ++at) {
    if (!is_check(insns[at]))
      continue;
    ++checks;
    if (end_of(insns, at) != kEnd)
      ++astray;
  }
  CHECK(checks == 20000);
  CHECK(astray == 0);
}

TEST_CASE("a jump over more than an instruction can say fails") {
  LoaderCode code(kNativeOrder);
  code.add_slots(1);
  code.begin();
  const std::size_t over = code.skip();
  for (int step = 0; step < 40000; ++step)
    code.emit(bpf::insn::move(BPF_REG_0, step));
  code.land(over);
  code.succeed();
  const auto finished = code.finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error() == Errno(ERANGE));
}

TEST_CASE("far places are reached by an address, near ones by an offset") {
  LoaderCode code(kNativeOrder);
  code.add_slots(1);
  code.begin();
  code.store(BPF_W, {true, 32000}, BPF_REG_1);
  code.store(BPF_W, {false, 40000}, BPF_REG_1);
  code.succeed();
  const auto finished = code.finish();
  REQUIRE(finished);
  const auto insns = insns_of(*finished);
  const std::size_t stores = insns.size() - 2 - 4;
  CHECK(insns[stores].code == (BPF_STX | BPF_MEM | BPF_W));
  CHECK(insns[stores].off == 32000);
  CHECK(insns[stores + 2].code == (BPF_ALU64 | BPF_ADD | BPF_K));
  CHECK(insns[stores + 2].imm == 40000);
  CHECK(insns[stores + 3].off == 0);
}

TEST_CASE("data is in the byte order of the machine that will run it") {
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  LoaderCode code(order);
  code.add_slots(2);
  code.fields().u32(0x01020304);
  const bpf_insn insn = bpf::insn::make(BPF_JMP | BPF_JA, 3, 7, 0x0102, 0x01020304);
  const std::uint32_t word = 0x05060708;
  CHECK(code.rest_code({&insn, 1}).offset == 0);
  CHECK(code.rest_words({&word, 1}).offset == 8);
  CHECK(code.rest_text("ab", "c").offset == 16);
  code.begin();
  code.succeed();
  const auto finished = code.finish();
  REQUIRE(finished);
  const auto* const data = reinterpret_cast<const unsigned char*>(finished->data.data());
  const unsigned char little[] = {0, 0, 0,    0,    0,   0,   0,   0, 4, 3, 2, 1, 0, 0,
                                  0, 0, 0x05, 0x73, 2,   1,   4,   3, 2, 1, 8, 7, 6, 5,
                                  0, 0, 0,    0,    'a', 'b', 'c', 0, 0, 0, 0, 0};
  const unsigned char big[] = {0, 0, 0,    0,    0,   0,   0,   0, 1, 2, 3, 4, 0, 0,
                               0, 0, 0x05, 0x37, 1,   2,   1,   2, 3, 4, 5, 6, 7, 8,
                               0, 0, 0,    0,    'a', 'b', 'c', 0, 0, 0, 0, 0};
  REQUIRE(finished->data.size() == sizeof(little));
  CHECK(std::memcmp(data, order == ByteOrder::little ? little : big, sizeof(little)) == 0);
}

} // namespace ringside::test
