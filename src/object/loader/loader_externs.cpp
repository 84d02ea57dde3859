// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Looking up symbols of the kernel in a loader, and putting them into instructions.
#include "object/loader/loader_externs.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>

#include "base/text.hpp"
#include "bpf/insn.hpp"

namespace ringside::object {
namespace {

constexpr unsigned kUpperHalf = BPF_REG_2;
// Where the parts of an instruction are.
constexpr std::uint32_t kRegisters = offsetof(bpf_insn, code) + 1;
constexpr std::uint32_t kOffset = offsetof(bpf_insn, off);
constexpr std::uint32_t kNumber = offsetof(bpf_insn, imm);
constexpr std::uint32_t kSecondNumber = sizeof(bpf_insn) + offsetof(bpf_insn, imm);

bool is_symbol(const Parsed& parsed, const Reference& reference) {
  return reference.to == RefersTo::external &&
         parsed.externs[reference.index].kind != Extern::Kind::kconfig;
}

// is_first is whether no reference before names the same symbol.
bool is_first(const Code& code, const Reference& reference) {
  return std::none_of(code.references.begin(), &reference, [&](const Reference& earlier) {
    return earlier.to == RefersTo::external && earlier.index == reference.index;
  });
}

// SymbolWriter writes the look-up of one symbol, and what follows from it.
class SymbolWriter {
public:
  SymbolWriter(LoaderWork& work, const Code& code, Place insns, std::uint32_t index)
      : work_(work), loader_(work.code), code_(code), insns_(insns), index_(index),
        external_(work.loading.object.parsed().externs[index]) {}

  void run() {
    if (external_.kind == Extern::Kind::untyped_symbol)
      write_address();
    else
      write_type();
  }

private:
  void write_address();
  void write_type();
  void put_type(const Reference& reference, Place insn);
  template <class Put>
  void each_place(Put put) const {
    for (const Reference& reference : code_.references)
      if (reference.to == RefersTo::external && reference.index == index_)
        put(reference, insns_.behind(std::uint64_t{reference.insn} * sizeof(bpf_insn)));
  }

  LoaderWork& work_;
  LoaderCode& loader_;
  const Code& code_;
  Place insns_;
  std::uint32_t index_;
  const Extern& external_;
};

// write_address: a weak symbol that there is not has the address 0.
void SymbolWriter::write_address() {
  loader_.fields();
  const Place found = loader_.end_of_fields();
  loader_.fields().zeros(sizeof(std::uint64_t));
  loader_.address(BPF_REG_1, loader_.rest_text(external_.name));
  loader_.emit(bpf::insn::move(BPF_REG_2, static_cast<std::int32_t>(external_.name.size() + 1)));
  loader_.emit(bpf::insn::move(BPF_REG_3, 0));
  loader_.address(BPF_REG_4, found);
  loader_.call(BPF_FUNC_kallsyms_lookup_name);
  if (external_.is_weak) {
    const std::size_t missing = loader_.skip_if(BPF_JEQ, LoaderCode::kResult, -ENOENT);
    loader_.check();
    loader_.land(missing);
  } else {
    const std::size_t other = loader_.skip_if(BPF_JNE, LoaderCode::kResult, -ENOENT);
    loader_.fail(ESRCH);
    loader_.land(other);
    loader_.check();
  }
  each_place([&](const Reference&, Place insn) {
    loader_.load(LoaderCode::kValue, BPF_DW, found);
    loader_.store(BPF_W, insn.behind(kNumber), LoaderCode::kValue);
    loader_.emit(bpf::insn::make(BPF_ALU64 | BPF_RSH | BPF_K, LoaderCode::kValue, 0, 0, 32));
    loader_.store(BPF_W, insn.behind(kSecondNumber), LoaderCode::kValue);
  });
}

void SymbolWriter::put_type(const Reference& reference, Place insn) {
  loader_.store(BPF_W, insn.behind(kNumber), LoaderCode::kResult);
  if (reference.is_call) {
    // The kernel's own functions have no place in the array of descriptors.
    const std::size_t of_kernel = loader_.skip_if(BPF_JEQ, kUpperHalf, 0);
    loader_.store_number(BPF_H, insn.behind(kOffset),
                         static_cast<std::int32_t>(work_.module_index(index_)));
    loader_.land(of_kernel);
    return;
  }
  loader_.store(BPF_W, insn.behind(kSecondNumber), kUpperHalf);
  const unsigned destination = code_.insns[reference.insn].dst_reg;
  const bool is_little = work_.loading.object.parsed().order == ByteOrder::little;
  const unsigned registers =
      is_little ? destination | BPF_PSEUDO_BTF_ID << 4 : destination << 4 | BPF_PSEUDO_BTF_ID;
  loader_.store_number(BPF_B, insn.behind(kRegisters), static_cast<std::int32_t>(registers));
}

// write_type: a weak symbol that there is not leaves the instructions as they are.
void SymbolWriter::write_type() {
  const bool is_function = external_.kind == Extern::Kind::function;
  write_btf_lookup(work_, "", external_.kernel_name, is_function ? btf::kFunc : btf::kVar);
  std::size_t missing = 0;
  if (external_.is_weak)
    missing = loader_.skip_if(BPF_JSLT, LoaderCode::kResult, 0);
  else
    loader_.check();
  loader_.emit(bpf::insn::make(BPF_ALU64 | BPF_MOV | BPF_X, kUpperHalf, LoaderCode::kResult));
  loader_.emit(bpf::insn::make(BPF_ALU64 | BPF_RSH | BPF_K, kUpperHalf, 0, 0, 32));
  loader_.store(BPF_W, work_.slot(work_.module_index(index_)), kUpperHalf);
  each_place([&](const Reference& reference, Place insn) { put_type(reference, insn); });
  if (external_.is_weak)
    loader_.land(missing);
}

} // namespace

void write_btf_lookup(LoaderWork& work, std::string_view prefix, std::string_view name,
                      btf::Kind kind) {
  LoaderCode& code = work.code;
  const Place text = code.rest_text(prefix, name);
  code.address(BPF_REG_1, text);
  code.emit(bpf::insn::move(BPF_REG_2, static_cast<std::int32_t>(prefix.size() + name.size() + 1)));
  code.emit(bpf::insn::move(BPF_REG_3, static_cast<std::int32_t>(kind)));
  code.emit(bpf::insn::move(BPF_REG_4, 0));
  code.call(BPF_FUNC_btf_find_by_name_kind);
}

Result<void> write_externs(LoaderWork& work, const Code& code, Place insns,
                           const Subject& subject) {
  const Parsed& parsed = work.loading.object.parsed();
  for (const Reference& reference : code.references) {
    if (!is_symbol(parsed, reference) || !is_first(code, reference))
      continue;
    if (work.module_index(reference.index) > SHRT_MAX)
      return fail(subject, Errno(E2BIG), "it names more symbols of the kernel than it can");
    SymbolWriter(work, code, insns, reference.index).run();
  }
  return {};
}

void close_externs(LoaderWork& work, const Code& code) {
  const Parsed& parsed = work.loading.object.parsed();
  for (const Reference& reference : code.references)
    if (is_symbol(parsed, reference) && is_first(code, reference) &&
        parsed.externs[reference.index].kind != Extern::Kind::untyped_symbol)
      work.code.close(work.slot(work.module_index(reference.index)));
}

} // namespace ringside::object
