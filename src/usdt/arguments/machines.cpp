// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// machine_of: the machines whose arguments are known.
#include <elf.h>

#include "base/scan.hpp"
#include "usdt/arguments/machine.hpp"

namespace ringside::usdt {

const Machine* machine_of(std::uint16_t number, bool wide) {
  for (const Machine* const machine : {&kAmd64, &kI386, &kAarch64, &kArm, &kRiscv64, &kS390x})
    if (machine->number == number && machine->wide == wide)
      return machine;
  return nullptr;
}

const std::int16_t* register_of(const Machine& machine, std::string_view name) {
  for (const Register& known : machine.registers) {
    std::string_view names = known.names;
    for (auto word = take_word(names); !word.empty(); word = take_word(names))
      if (word == name)
        return &known.offset;
  }
  return nullptr;
}

} // namespace ringside::usdt
