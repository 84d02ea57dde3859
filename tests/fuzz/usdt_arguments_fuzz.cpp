// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// parse_arguments: any text for any machine. The first byte chooses the machine. What is read from
// a text can be written down again, and that reads the same.
#include "usdt/arguments.hpp"

#include <bit>
#include <iterator>
#include <string>

#include "check.hpp"
#include "fuzzed_file.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using usdt::Argument;
using usdt::ArgumentKind;
using usdt::Machine;

std::string mark(char character) {
  return character == '\0' ? std::string() : std::string(1, character);
}

std::string register_at(const Machine& machine, std::int16_t offset) {
  for (const usdt::Register& known : machine.registers)
    if (known.offset == offset)
      return mark(machine.register_mark) +
             std::string(known.names.substr(0, known.names.find(' ')));
  require(false, "a register of the machine is read");
  return {};
}

std::string written(const Machine& machine, const Argument& argument) {
  const std::string value = std::to_string(static_cast<std::int64_t>(argument.value));
  std::string text = std::to_string(argument.is_signed ? -argument.size : argument.size) + "@";
  if (argument.kind == ArgumentKind::constant)
    return text + mark(machine.constant_mark) + value;
  const std::string base = register_at(machine, argument.register_offset);
  if (argument.kind == ArgumentKind::in_register)
    return text + base;
  const bool indexed = argument.kind == ArgumentKind::indexed;
  const std::string index = indexed ? register_at(machine, argument.index_offset) : "";
  if (machine.memory == Machine::Memory::offset_before_brackets)
    return text + value + "(" + base +
           (indexed ? "," + index + "," + std::to_string(1 << argument.index_shift) : "") + ")";
  return text + "[" + base +
         (indexed ? "," + index + ",lsl#" + std::to_string(argument.index_shift) : "," + value) +
         "]";
}

void check_argument(const Machine& machine, const Argument& argument) {
  require(std::has_single_bit(argument.size) && argument.size <= 8, "a size is 1, 2, 4 or 8");
  require(argument.index_shift <= 15, "a shift fits into four bits");
  require(argument.kind == ArgumentKind::indexed ||
              (argument.index_offset == 0 && argument.index_shift == 0),
          "only an indexed operand has an index");
  require(argument.kind != ArgumentKind::indexed || machine.index != Machine::Index::none,
          "only some machines have indices");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static constexpr const Machine* kMachines[] = {&usdt::kAmd64,   &usdt::kI386,    &usdt::kS390x,
                                                 &usdt::kAarch64, &usdt::kRiscv64, &usdt::kArm};
  const Messages messages;
  Input input(bytes, size);
  const unsigned choice = input.take<std::uint8_t>();
  const Machine& machine = *kMachines[choice % std::size(kMachines)];
  const usdt::SymbolPlaces symbols(
      [](void*, std::string_view name) -> Result<std::uint64_t> {
        return std::uint64_t{name.size()} << 20;
      },
      nullptr, 0x1000, choice >= 128);
  const auto rest = input.take_rest();
  const FuzzedFile guarded(rest.data(), rest.size());
  const std::string_view text(reinterpret_cast<const char*>(guarded.bytes().data()), rest.size());
  const auto arguments = usdt::parse_arguments(&machine, text, symbols, "fuzzed");
  if (!arguments)
    return 0;
  require(arguments->count <= usdt::kMostArguments, "there are at most twelve arguments");
  std::string again;
  for (std::size_t index = 0; index < arguments->count; ++index) {
    check_argument(machine, arguments->list[index]);
    again += written(machine, arguments->list[index]) + " ";
  }
  const auto reread = usdt::parse_arguments(&machine, again, symbols, "again");
  require(reread && *reread == *arguments, "arguments that are written down read the same");
  return 0;
}

} // namespace ringside::test
