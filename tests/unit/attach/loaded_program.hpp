// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LoadedProgram: a program that does nothing, on the simulated kernel.
#pragma once

#include <iterator>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "attach/program.hpp"
#include "bpf/prog.hpp"
#include "os/unique_fd.hpp"

namespace ringside::test {

class LoadedProgram {
public:
  explicit LoadedProgram(std::uint32_t type = BPF_PROG_TYPE_TRACEPOINT,
                         std::uint32_t attach_type = 0) {
    static constexpr bpf_insn kNothing[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
    bpf::ProgLoadAttr attr{.prog_type = type,
                           .insn_cnt = static_cast<std::uint32_t>(std::size(kNothing)),
                           .insns = kNothing,
                           .license = "GPL",
                           .expected_attach_type = attach_type};
    auto loaded = bpf::load_program(attr);
    REQUIRE(loaded);
    fd_ = std::move(*loaded);
    program_.fd = fd_.get();
    program_.type = type;
    program_.attach_type = attach_type;
  }

  [[nodiscard]] const attach::Program& program() const { return program_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  os::UniqueFd fd_;
  attach::Program program_{.subject = "x"};
};

} // namespace ringside::test
