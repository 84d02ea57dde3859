// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// parse_arguments: where a USDT probe's arguments are when it fires, from the text in its note.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "usdt/arguments/machine.hpp"

namespace ringside::usdt {

// The numbers are those that BPF programs know.
enum class ArgumentKind : std::uint8_t {
  constant = 0,    // `value`
  in_register = 1, // the register
  in_memory = 2,   // what is at register + `value`
  indexed = 3,     // what is at register + (index register << shift) + `value`
};

struct Argument {
  ArgumentKind kind = ArgumentKind::constant;
  std::uint8_t size = 8; // in bytes: 1, 2, 4, 8
  bool is_signed = false;
  std::uint64_t value = 0; // a constant, or an offset: then a signed number
  // Where registers stand in the kernel's struct of registers.
  std::int16_t register_offset = 0;
  std::int16_t index_offset = 0;
  std::uint8_t index_shift = 0;

  bool operator==(const Argument&) const = default;
};

inline constexpr std::size_t kMostArguments = 12;

struct Arguments {
  std::array<Argument, kMostArguments> list = {};
  std::size_t count = 0;

  bool operator==(const Arguments&) const = default;
};

// SymbolPlaces says where a symbol of the probed file is, for operands that name one.
class SymbolPlaces {
public:
  // AddressOf is the address that a symbol has in the file's own numbers. ENOENT if there is none,
  // EEXIST if there are several, or what reading the file fails with.
  using AddressOf = Result<std::uint64_t> (*)(void* context, std::string_view name);

  // Without symbols, operands that name one are refused.
  SymbolPlaces() = default;
  // `probe_address` is where the probe fires, in the same numbers. `fixed` is whether the file runs
  // at just these addresses, as ET_EXEC does.
  SymbolPlaces(AddressOf address_of, void* context, std::uint64_t probe_address, bool fixed)
      : address_of_(address_of), context_(context), probe_address_(probe_address), fixed_(fixed) {}

  [[nodiscard]] bool fixed() const { return fixed_; }
  // distance is how far behind the probe a symbol is. ENOENT, EEXIST.
  [[nodiscard]] Result<std::uint64_t> distance(std::string_view name) const {
    if (address_of_ == nullptr)
      return Errno(ENOENT);
    const auto address = address_of_(context_, name);
    if (!address)
      return address.error();
    return *address - probe_address_;
  }

private:
  AddressOf address_of_ = nullptr;
  void* context_ = nullptr;
  std::uint64_t probe_address_ = 0;
  bool fixed_ = false;
};

// parse_arguments reads the text of a probe for a machine. Errors, each with a message that quotes
// the argument:
//   EINVAL   the text is no list of arguments, or has one that struct Argument cannot express
//   ENOENT   there is no such register (EINVAL on s390x)
//   E2BIG    more than kMostArguments
//   ENOTSUP  there are arguments, and `machine` is nullptr: we do not know this machine
// and what looking for a symbol fails with; ENOENT and EEXIST of that become EINVAL.
Result<Arguments> parse_arguments(const Machine* machine, std::string_view text,
                                  const SymbolPlaces& symbols, const Subject& subject);

} // namespace ringside::usdt
