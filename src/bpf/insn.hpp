// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Instructions of BPF, as functions that make them. Source: Documentation/bpf/standardization in
// the kernel.
#pragma once

#include <cstdint>

#include <linux/bpf.h>

namespace ringside::bpf::insn {

inline constexpr std::uint32_t kBytes = sizeof(bpf_insn);

// The parts of the code byte.
constexpr std::uint8_t class_of(const bpf_insn& insn) {
  return insn.code & 0x07;
}
constexpr std::uint8_t size_of(const bpf_insn& insn) {
  return insn.code & 0x18;
}
constexpr std::uint8_t mode_of(const bpf_insn& insn) {
  return insn.code & 0xe0;
}

// is_load_64 is the first half of a load of a 64-bit number, which takes two instructions.
constexpr bool is_load_64(const bpf_insn& insn) {
  return insn.code == (BPF_LD | BPF_IMM | BPF_DW);
}

constexpr bool is_call(const bpf_insn& insn) {
  return insn.code == (BPF_JMP | BPF_CALL);
}

// A number of 64 bits stands in the two halves of such a load.
constexpr std::uint64_t number_of(const bpf_insn& first, const bpf_insn& second) {
  return std::uint64_t{static_cast<std::uint32_t>(second.imm)} << 32 |
         static_cast<std::uint32_t>(first.imm);
}
constexpr std::int32_t low_half(std::uint64_t number) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(number));
}
constexpr void set_number(bpf_insn& first, bpf_insn& second, std::uint64_t number) {
  first.imm = low_half(number);
  second.imm = low_half(number >> 32);
}

// access_bytes is how many bytes a load or store moves. size_code is the way back for 1, 2, 4
// and 8.
constexpr std::uint32_t access_bytes(const bpf_insn& insn) {
  switch (size_of(insn)) {
  case BPF_B:
    return 1;
  case BPF_H:
    return 2;
  case BPF_W:
    return 4;
  default:
    return 8;
  }
}
constexpr std::uint8_t size_code(std::uint32_t bytes) {
  switch (bytes) {
  case 1:
    return BPF_B;
  case 2:
    return BPF_H;
  case 4:
    return BPF_W;
  default:
    return BPF_DW;
  }
}

// One instruction; the functions below name those that this library writes.
constexpr bpf_insn make(int code, unsigned dst = 0, unsigned src = 0, std::int16_t off = 0,
                        std::int32_t imm = 0) {
  bpf_insn made{};
  made.code = static_cast<__u8>(code);
  made.dst_reg = dst & 15U;
  made.src_reg = src & 15U;
  made.off = off;
  made.imm = imm;
  return made;
}

// move puts a number into a register.
constexpr bpf_insn move(unsigned dst, std::int32_t number) {
  return make(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, number);
}
// call calls a helper of the kernel.
constexpr bpf_insn call(std::int32_t helper) {
  return make(BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}
constexpr bpf_insn exit() {
  return make(BPF_JMP | BPF_EXIT);
}

} // namespace ringside::bpf::insn
