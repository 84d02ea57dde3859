// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LineInfo: which source line an instruction of a loaded program comes from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <linux/bpf.h>

#include "base/array.hpp"
#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"

namespace ringside::bpf {

// LineInfo has copies of the records that bpf_prog_info points to: for each the offset of an
// instruction and its line, and where the program was translated, the address of the machine code.
class LineInfo : public HandleMark {
public:
  // make copies them. `info` must be filled. EINVAL if it has no records of lines, or records of
  // addresses that do not lie in its functions; ENOMEM. Without
  // addresses it finds by instruction alone.
  static Result<Owned<LineInfo>> make(const bpf_prog_info& info);

  LineInfo() = default;

  // find gives the last record up to an instruction, where only those from `skip` on are looked at.
  // Null if the first of these lies behind it. The record belongs to the object.
  [[nodiscard]] const bpf_line_info* find(std::uint32_t insn_off, std::uint32_t skip) const;

  // find_address is the same for the address of machine code, among the records of one function.
  [[nodiscard]] const bpf_line_info* find_address(std::uint64_t address, std::uint32_t function,
                                                  std::uint32_t skip) const;

private:
  // Records are `count` pieces of `size` bytes, of which the first ones are a number.
  template <class Number>
  class Records {
  public:
    Result<void> copy(std::uint64_t from, std::uint32_t count, std::uint32_t size);

    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] const char* at(std::size_t index) const { return &bytes_[index * size_]; }
    [[nodiscard]] Number number(std::size_t index) const {
      Number number;
      std::memcpy(&number, at(index), sizeof(number));
      return number;
    }

    // rise is whether no number from `begin` to `end` is below the one before it.
    [[nodiscard]] bool rise(std::size_t begin, std::size_t end) const;

    // last_up_to is the index before the first number above `limit`; `end` if the first is above
    // it, or there is none.
    [[nodiscard]] std::size_t last_up_to(Number limit, std::size_t begin, std::size_t end,
                                         bool rising) const;

  private:
    Array<char> bytes_;
    std::uint32_t count_ = 0;
    std::uint32_t size_ = 0;
  };

  // The records of a function are those from `begin` to `end`.
  struct Function {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool rising = false;
  };

  Result<void> copy_addresses(const bpf_prog_info& info);
  Result<void> find_functions(const bpf_prog_info& info);
  [[nodiscard]] const bpf_line_info* line(std::size_t index) const;

  Records<std::uint32_t> lines_;
  bool rising_ = false;
  Records<std::uint64_t> addresses_;
  Array<Function> functions_;
};

} // namespace ringside::bpf
