// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LoaderCode: a program of type syscall while it is written, and the data that it works on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <linux/bpf.h>

#include "base/byte_order.hpp"
#include "base/byte_writer.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::object {

// Place is where something lies in the data, which has two parts: fields, which the program reads
// and writes in most of its instructions, and the rest, which is large.
struct Place {
  bool is_field = true;
  std::uint32_t offset = 0;

  [[nodiscard]] Place behind(std::uint64_t bytes) const {
    return {is_field, offset + static_cast<std::uint32_t>(bytes)};
  }
};

// LoaderCode writes instructions and data in the byte order of the machine that will run them. Once
// there is no memory, or a part has become larger than instructions can address, it has failed for
// good, and finish says so.
//
// A kernel function that fails ends the program with its result: all descriptors in the slots are
// closed.
class LoaderCode {
public:
  explicit LoaderCode(ByteOrder order) : order_(order), fields_(order), rest_(order) {}

  // Slots are 32-bit fields with descriptors, 0 for none. add_slots comes first, and once.
  Place add_slots(std::uint32_t count);

  // Data. fields and rest add at a multiple of 8; rest_bytes is the same bytes in any byte order.
  ByteWriter& fields() { return aligned(fields_); }
  ByteWriter& rest() { return aligned(rest_); }
  Place rest_bytes(std::span<const std::byte> bytes);
  // rest_text puts a NUL behind the end.
  Place rest_text(std::string_view first, std::string_view second = {});
  Place rest_words(std::span<const std::uint32_t> words);
  Place rest_code(std::span<const bpf_insn> insns);
  Place rest_zeros(std::size_t size);
  // end_of_fields is where the next of them will be; the same for the rest.
  [[nodiscard]] Place end_of_fields() const {
    return {true, static_cast<std::uint32_t>(fields_.size())};
  }
  [[nodiscard]] Place end_of_rest() const {
    return {false, static_cast<std::uint32_t>(rest_.size())};
  }

  // begin writes the beginning: what ends the program after a failure. The slots must be there.
  void begin();

  // Instructions. Results of kernel functions are in kResult; the others are for values.
  static constexpr unsigned kResult = BPF_REG_7;
  static constexpr unsigned kValue = BPF_REG_1;
  void emit(const bpf_insn& insn);
  void load(unsigned reg, int size, Place from);
  void store(int size, Place to, unsigned reg);
  void store_number(int size, Place to, std::int32_t number);
  void copy(int size, Place from, Place to);
  // load_context and store_context are for the caller's struct.
  void load_context(unsigned reg, int size, std::uint32_t offset);
  void store_context(int size, std::uint32_t offset, unsigned reg);
  // address puts the address of a place into a register; store_address puts it into the data.
  void address(unsigned reg, Place place);
  void store_address(Place to, Place place);
  // skip_if writes a jump over what is written until land.
  [[nodiscard]] std::size_t skip_if(int comparison, unsigned reg, std::int32_t number);
  [[nodiscard]] std::size_t skip();
  void land(std::size_t jump);
  // call calls a kernel function whose arguments are in the registers, and keeps the result.
  void call(std::int32_t function);
  // check ends the program if the last result is below 0.
  void check();
  // fail ends the program with an error.
  void fail(int error);
  // command calls bpf(2), and checks the result.
  void command(int command, Place attr, std::uint32_t size);
  // close closes the descriptor of a slot, if there is one, and empties the slot.
  void close(Place slot);
  // succeed ends the program with 0.
  void succeed();

  struct Finished {
    Vector<std::byte> insns;
    Vector<std::byte> data;
  };
  // finish gives both. ERANGE: a part is too large; ENOMEM.
  Result<Finished> finish();

private:
  struct Near {
    unsigned reg;
    std::int16_t offset;
  };
  static ByteWriter& aligned(ByteWriter& writer) {
    writer.align(sizeof(std::uint64_t));
    return writer;
  }
  Near reach(Place place, std::uint32_t size);
  void keep(const Result<void>& done) { failed_ = failed_ || !done; }
  void put_islands();

  ByteOrder order_;
  ByteWriter fields_;
  ByteWriter rest_;
  Vector<bpf_insn> insns_;
  std::uint32_t slots_ = 0;
  std::size_t rest_address_ = 0; // the instruction that says where the rest begins
  std::size_t failure_ = 0;      // the nearest instruction that leads to the end after a failure
  bool failed_ = false;
  bool too_large_ = false;
};

} // namespace ringside::object
