// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Writing the instructions and the data of a loader.
#include "object/loader/loader_code.hpp"

#include <cerrno>
#include <climits>

#include "bpf/insn.hpp"

namespace ringside::object {
namespace {

// What registers hold all the time. The others are used up by a call.
constexpr unsigned kContext = BPF_REG_6;
constexpr unsigned kFields = BPF_REG_8;
constexpr unsigned kRest = BPF_REG_9;
// Where the address of a place is put that is too far from those.
constexpr unsigned kFar = BPF_REG_5;

// BPF_PSEUDO_MAP_IDX_VALUE: an address in the map whose descriptor is at an index of the array that
// the program is loaded with.
constexpr unsigned kMapIndexValue = 6;
constexpr int kLoad64 = BPF_LD | BPF_IMM | BPF_DW;
constexpr int kAddNumber = BPF_ALU64 | BPF_ADD;

// A jump reaches about 32,768 instructions. This leaves room for what one step writes.
constexpr std::size_t kLongestWay = 30000;
// As much as sizes of the interface and the offsets of instructions can say.
constexpr std::size_t kMostBytes = INT_MAX;

// in_order is the instruction as a machine of a byte order reads it. The registers share a byte,
// whose halves are the other way round.
bpf_insn in_order(bpf_insn insn, ByteOrder order) {
  if (order == kNativeOrder)
    return insn;
  const std::uint8_t registers = insn.dst_reg;
  insn.dst_reg = insn.src_reg;
  insn.src_reg = registers & 0xf;
  insn.off = static_cast<std::int16_t>(swapped_bytes(static_cast<std::uint16_t>(insn.off)));
  insn.imm = static_cast<std::int32_t>(swapped_bytes(static_cast<std::uint32_t>(insn.imm)));
  return insn;
}

} // namespace

Place LoaderCode::add_slots(std::uint32_t count) {
  const Place place = end_of_fields();
  fields_.zeros(std::size_t{count} * sizeof(std::uint32_t));
  slots_ = count;
  return place;
}

Place LoaderCode::rest_bytes(std::span<const std::byte> bytes) {
  rest();
  const Place place = end_of_rest();
  rest_.bytes(bytes);
  return place;
}

Place LoaderCode::rest_text(std::string_view first, std::string_view second) {
  rest();
  const Place place = end_of_rest();
  rest_.bytes(std::as_bytes(std::span(first)));
  rest_.text(second);
  return place;
}

Place LoaderCode::rest_words(std::span<const std::uint32_t> words) {
  rest();
  const Place place = end_of_rest();
  rest_.words(words);
  return place;
}

Place LoaderCode::rest_code(std::span<const bpf_insn> insns) {
  rest();
  const Place place = end_of_rest();
  for (const bpf_insn& insn : insns) {
    const bpf_insn written = in_order(insn, order_);
    rest_.bytes(std::as_bytes(std::span(&written, 1)));
  }
  return place;
}

Place LoaderCode::rest_zeros(std::size_t size) {
  rest();
  const Place place = end_of_rest();
  if (size > kMostBytes)
    too_large_ = true;
  else
    rest_.zeros(size);
  return place;
}

void LoaderCode::emit(const bpf_insn& insn) {
  keep(insns_.append(insn));
}

// The beginning goes over the end after a failure, to which jumps lead back.
void LoaderCode::begin() {
  emit(bpf::insn::make(BPF_ALU64 | BPF_MOV | BPF_X, kContext, BPF_REG_1));
  emit(bpf::insn::make(kLoad64, kFields, kMapIndexValue));
  emit(bpf::insn::make(0));
  rest_address_ = insns_.size();
  emit(bpf::insn::make(kLoad64, kRest, kMapIndexValue));
  emit(bpf::insn::make(0));
  const std::size_t over = skip();
  failure_ = insns_.size();
  for (std::uint32_t slot = 0; slot < slots_; ++slot) {
    load(BPF_REG_1, BPF_W, {true, slot * static_cast<std::uint32_t>(sizeof(std::uint32_t))});
    const std::size_t none = skip_if(BPF_JEQ, BPF_REG_1, 0);
    emit(bpf::insn::call(BPF_FUNC_sys_close));
    land(none);
  }
  emit(bpf::insn::make(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, kResult));
  emit(bpf::insn::exit());
  land(over);
}

// reach is how an instruction names a place: by one of the registers, if that is near enough.
LoaderCode::Near LoaderCode::reach(Place place, std::uint32_t size) {
  const unsigned base = place.is_field ? kFields : kRest;
  if (place.offset + std::uint64_t{size} <= SHRT_MAX)
    return {base, static_cast<std::int16_t>(place.offset)};
  emit(bpf::insn::make(BPF_ALU64 | BPF_MOV | BPF_X, kFar, base));
  emit(bpf::insn::make(kAddNumber, kFar, 0, 0, static_cast<std::int32_t>(place.offset)));
  return {kFar, 0};
}

void LoaderCode::load(unsigned reg, int size, Place from) {
  const Near near = reach(from, sizeof(std::uint64_t));
  emit(bpf::insn::make(BPF_LDX | BPF_MEM | size, reg, near.reg, near.offset));
}

void LoaderCode::store(int size, Place to, unsigned reg) {
  const Near near = reach(to, sizeof(std::uint64_t));
  emit(bpf::insn::make(BPF_STX | BPF_MEM | size, near.reg, reg, near.offset));
}

void LoaderCode::store_number(int size, Place to, std::int32_t number) {
  const Near near = reach(to, sizeof(std::uint64_t));
  emit(bpf::insn::make(BPF_ST | BPF_MEM | size, near.reg, 0, near.offset, number));
}

void LoaderCode::copy(int size, Place from, Place to) {
  load(kValue, size, from);
  store(size, to, kValue);
}

void LoaderCode::load_context(unsigned reg, int size, std::uint32_t offset) {
  too_large_ = too_large_ || offset > SHRT_MAX;
  emit(bpf::insn::make(BPF_LDX | BPF_MEM | size, reg, kContext, static_cast<std::int16_t>(offset)));
}

void LoaderCode::store_context(int size, std::uint32_t offset, unsigned reg) {
  too_large_ = too_large_ || offset > SHRT_MAX;
  emit(bpf::insn::make(BPF_STX | BPF_MEM | size, kContext, reg, static_cast<std::int16_t>(offset)));
}

void LoaderCode::address(unsigned reg, Place place) {
  emit(bpf::insn::make(BPF_ALU64 | BPF_MOV | BPF_X, reg, place.is_field ? kFields : kRest));
  if (place.offset != 0)
    emit(bpf::insn::make(kAddNumber, reg, 0, 0, static_cast<std::int32_t>(place.offset)));
}

void LoaderCode::store_address(Place to, Place place) {
  address(kValue, place);
  store(BPF_DW, to, kValue);
}

std::size_t LoaderCode::skip_if(int comparison, unsigned reg, std::int32_t number) {
  emit(bpf::insn::make(BPF_JMP | comparison | BPF_K, reg, 0, 0, number));
  return insns_.size() - 1;
}

std::size_t LoaderCode::skip() {
  emit(bpf::insn::make(BPF_JMP | BPF_JA));
  return insns_.size() - 1;
}

void LoaderCode::land(std::size_t jump) {
  const std::size_t way = insns_.size() - jump - 1;
  too_large_ = too_large_ || way > SHRT_MAX;
  if (!failed_)
    insns_[jump].off = static_cast<std::int16_t>(way);
}

void LoaderCode::call(std::int32_t function) {
  emit(bpf::insn::call(function));
  emit(bpf::insn::make(BPF_ALU64 | BPF_MOV | BPF_X, kResult, BPF_REG_0));
}

// put_islands writes a jump on the way back to the end after a failure, where that has become long.
void LoaderCode::put_islands() {
  if (insns_.size() - failure_ < kLongestWay)
    return;
  const std::size_t over = skip();
  const auto way = static_cast<std::int64_t>(failure_) - static_cast<std::int64_t>(insns_.size());
  failure_ = insns_.size();
  emit(bpf::insn::make(BPF_JMP | BPF_JA, 0, 0, static_cast<std::int16_t>(way - 1)));
  land(over);
}

void LoaderCode::check() {
  put_islands();
  const auto way = static_cast<std::int64_t>(failure_) - static_cast<std::int64_t>(insns_.size());
  emit(bpf::insn::make(BPF_JMP | BPF_JSLT | BPF_K, kResult, 0, static_cast<std::int16_t>(way - 1),
                       0));
}

void LoaderCode::fail(int error) {
  emit(bpf::insn::move(kResult, -error));
  check();
}

void LoaderCode::command(int command, Place attr, std::uint32_t size) {
  emit(bpf::insn::move(BPF_REG_1, command));
  address(BPF_REG_2, attr);
  emit(bpf::insn::move(BPF_REG_3, static_cast<std::int32_t>(size)));
  call(BPF_FUNC_sys_bpf);
  check();
}

void LoaderCode::close(Place slot) {
  load(BPF_REG_1, BPF_W, slot);
  const std::size_t none = skip_if(BPF_JEQ, BPF_REG_1, 0);
  emit(bpf::insn::call(BPF_FUNC_sys_close));
  store_number(BPF_W, slot, 0);
  land(none);
}

void LoaderCode::succeed() {
  emit(bpf::insn::move(BPF_REG_0, 0));
  emit(bpf::insn::exit());
}

Result<LoaderCode::Finished> LoaderCode::finish() {
  fields_.align(sizeof(std::uint64_t));
  rest_.align(sizeof(std::uint64_t));
  const std::size_t data_size = fields_.size() + rest_.size();
  if (too_large_ || data_size > kMostBytes || insns_.size() > kMostBytes / sizeof(bpf_insn))
    return Errno(ERANGE);
  Finished finished;
  auto data = fields_.take();
  const auto rest = rest_.take();
  if (failed_ || !data || !rest || !data->append_all(*rest))
    return Errno(ENOMEM);
  finished.data = std::move(*data);
  insns_[rest_address_ + 1].imm = static_cast<std::int32_t>(data_size - rest->size());
  for (bpf_insn& insn : insns_)
    insn = in_order(insn, order_);
  if (!finished.insns.append_all(std::as_bytes(std::span(insns_.begin(), insns_.size()))))
    return Errno(ENOMEM);
  return finished;
}

} // namespace ringside::object
