// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// parse_arguments: operands of every machine, odd texts as stock reads them, and symbols.
#include "usdt/arguments.hpp"

#include <cerrno>
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "messages.hpp"

namespace ringside::test {
namespace {

using usdt::Argument;
using usdt::ArgumentKind;
using usdt::Machine;
using usdt::SymbolPlaces;

// An argument as text: its kind, value, registers, and its size with the sign.
std::string described(const Argument& argument) {
  std::string text;
  const auto value = std::to_string(static_cast<std::int64_t>(argument.value));
  const auto base = "r" + std::to_string(argument.register_offset);
  switch (argument.kind) {
  case ArgumentKind::constant:
    text = "$" + value;
    break;
  case ArgumentKind::in_register:
    text = base;
    break;
  case ArgumentKind::in_memory:
    text = value + "(" + base + ")";
    break;
  case ArgumentKind::indexed:
    text = value + "(" + base + ",r" + std::to_string(argument.index_offset) + "<<" +
           std::to_string(argument.index_shift) + ")";
    break;
  }
  return text + (argument.is_signed ? ":-" : ":") + std::to_string(argument.size);
}

// What a text gives, or the name of its error.
std::string parsed(const Machine& machine, std::string_view text,
                   const SymbolPlaces& symbols = SymbolPlaces()) {
  const Messages messages;
  const auto arguments = usdt::parse_arguments(&machine, text, symbols, "probe");
  if (!arguments) {
    CHECK(messages.warnings() == 1);
    switch (arguments.error().value()) {
    case EINVAL:
      return "EINVAL";
    case ENOENT:
      return "ENOENT";
    case E2BIG:
      return "E2BIG";
    default:
      return "error " + std::to_string(arguments.error().value());
    }
  }
  CHECK(messages.warnings() == 0);
  std::string all;
  for (std::size_t index = 0; index < arguments->count; ++index)
    all += (index == 0 ? "" : " ") + described(arguments->list[index]);
  return all;
}

std::string x86(std::string_view text) {
  return parsed(usdt::kAmd64, text);
}

// A file with one symbol, g at 0x4000, and a probe at 0x1000.
SymbolPlaces symbols(bool fixed) {
  return {[](void*, std::string_view name) -> Result<std::uint64_t> {
            if (name != "g")
              return Errno(ENOENT);
            return std::uint64_t{0x4000};
          },
          nullptr, 0x1000, fixed};
}

} // namespace

TEST_CASE("operands of x86-64") {
  CHECK(x86("-4@%edi 8@%rsi -4@-20(%rbp) 8@$5") == "r112:-4 r104:8 -20(r32):-4 $5:8");
  CHECK(x86("8@(%rax)") == "0(r80):8");
  CHECK(x86("8@8(%rax,%rbx,4)") == "8(r80,r40<<2):8");
  CHECK(x86("8@(%rax,%rbx,8)") == "0(r80,r40<<3):8");
  CHECK(x86("8@-8(%rax,%rbx)") == "-8(r80,r40<<0):8");
  CHECK(x86("8@(%rax,%rbx)") == "0(r80,r40<<0):8");
  CHECK(x86("1@%al -2@%r15w 4@%r8d 8@%rip") == "r80:1 r0:-2 r72:4 r128:8");
  CHECK(x86("1@%ah 1@%dh") == "r81:1 r97:1");
  CHECK(x86("8@16(%rip)") == "16(r128):8");
  CHECK(x86("8@$-5 8@$0x10 8@$18446744073709551615") == "$-5:8 $16:8 $-1:8");
  CHECK(x86("8@0x10(%rax) 8@-0x10(%rax)") == "16(r80):8 -16(r80):8");
}

TEST_CASE("no arguments") {
  CHECK(x86("").empty());
  CHECK(x86(":").empty());
  CHECK(x86(":4@%eax").empty());
  CHECK(x86(" ") == "EINVAL");
  CHECK(x86(" :") == "EINVAL");
}

TEST_CASE("blanks between the parts, and none between arguments") {
  CHECK(x86(" 8 @ %rax ") == "r80:8");
  CHECK(x86("\n8\t@\v%rax\r\f4@%eax") == "r80:8 r80:4");
  CHECK(x86("8@ 5 ( %rax)") == "5(r80):8");
  CHECK(x86("8@-8( %rax, %rbx, 8 )") == "-8(r80,r40<<3):8");
  CHECK(x86("8@% rax") == "r80:8");
  CHECK(x86("8@(%rax)8@%rbx 8@$5-4@%rbx") == "0(r80):8 r40:8 $5:8 r40:-4");
  // Not inside the names of registers.
  CHECK(x86("8@5(%rax )") == "ENOENT");
  CHECK(x86("8@5( % rax)") == "ENOENT");
  CHECK(x86("8@(%rax ,%rbx)") == "ENOENT");
  CHECK(x86("8@%rdi,8@%rsi") == "ENOENT");
}

TEST_CASE("sizes") {
  CHECK(x86("+8@%rax 08@%rax -1@%al") == "r80:8 r80:8 r80:-1");
  for (const char* text : {"0@%rax", "-0@%rax", "3@%rax", "16@%rax", "4294967304@%rax", "@%rax",
                           "8", "8@", "--8@%rax", "8f@%rax", "x"})
    CHECK(x86(text) == "EINVAL");
  // What the register is comes first.
  CHECK(x86("3@%zzz") == "ENOENT");
}

TEST_CASE("registers that a probe cannot read are ENOENT") {
  for (const char* text : {"8@%xmm0", "-8@%eflags", "8@%RAX", "8@%gs:0(%rax)", "8@%fs:0", "8@%r16",
                           "8@%rax)", "8@(%zzz)", "8@(%rax,%zzz)", "8@(%zzz,%rbx,3)", "8@(%rax,8)",
                           "8@(%rax,%rbx,)", "8@%abcdefghijklmnopqrstuvwxyz"})
    CHECK(x86(text) == "ENOENT");
}

TEST_CASE("operands of no form are EINVAL") {
  for (const char* text : {"8@5",
                           "8@*5",
                           "8@%",
                           "8@$",
                           "8@$x",
                           "8@()",
                           "8@(%)",
                           "8@(rax)",
                           "8@rax",
                           "8@(,%rax,8)",
                           "8@fs:5(%rax)",
                           "8@4+g(%rip)",
                           "8@$5x",
                           "8@%rax :x",
                           "8@(%rax",
                           "8@5(%rax,%rbx",
                           "8@(%rax,%rbx,3)",
                           "8@(%rax,%rbx,16)",
                           "8@(%rax,%rbx,0)",
                           "8@(%rax,%rbx,-1)",
                           "8@9223372036854775808(%rax)",
                           "8@-9223372036854775809(%rax)",
                           "8@$18446744073709551616"})
    CHECK(x86(text) == "EINVAL");
  CHECK(x86("8@-9223372036854775808(%rax)") == "-9223372036854775808(r80):8");
}

TEST_CASE("a base and an index are not looked for in the next argument") {
  CHECK(x86("4@-20(%rax) 2@(%rsp,%r8)") == "-20(r80):4 0(r152,r72<<0):2");
}

TEST_CASE("at most twelve arguments") {
  std::string text;
  for (int count = 0; count < 12; ++count)
    text += "8@%rax ";
  CHECK(x86(text) != "E2BIG");
  CHECK(x86(text + "8@%rax") == "E2BIG");
  CHECK(x86(text + "x") == "E2BIG");
}

TEST_CASE("an operand that names a symbol is as far from the probe as the symbol") {
  const auto of = [](std::string_view text, bool fixed = false) {
    return parsed(usdt::kAmd64, text, symbols(fixed));
  };
  CHECK(of("-8@g(%rip)") == "12288(r128):-8");
  CHECK(of("8@g+16(%rip) 8@g-0x3008(%rip) 8@g (%rip)") == "12304(r128):8 -8(r128):8 12288(r128):8");
  CHECK(of("8@g", true) == "12288(r128):8");
  CHECK(of("8@g+8 8@%rax", true) == "12296(r128):8 r80:8");
  CHECK(of("8@g") == "EINVAL");
  CHECK(of("8@h(%rip)") == "EINVAL");
  CHECK(of("8@g(%rax)") == "EINVAL");
  CHECK(of("8@g(%rip") == "EINVAL");
  CHECK(of("8@g+(%rip)") == "EINVAL");
  CHECK(parsed(usdt::kI386, "4@g(%eip)", symbols(false)) == "12288(r48):4");
  CHECK(x86("8@g(%rip)") == "EINVAL");
}

TEST_CASE("operands of i386") {
  CHECK(parsed(usdt::kI386, "-4@8(%ebp) 4@%eax 4@%rax 1@%ch 4@(%esp,%ecx,4)") ==
        "8(r20):-4 r24:4 r24:4 r5:1 0(r60,r4<<2):4");
  CHECK(parsed(usdt::kI386, "4@%r8") == "ENOENT");
}

TEST_CASE("operands of s390x") {
  CHECK(parsed(usdt::kS390x, "8@%r2 -4@164(%r11) 8@5 8@-7 8@%r15") ==
        "r40:8 164(r112):-4 $5:8 $-7:8 r144:8");
  CHECK(parsed(usdt::kS390x, "8@%r16") == "EINVAL");
  CHECK(parsed(usdt::kS390x, "8@%f0") == "EINVAL");
  CHECK(parsed(usdt::kS390x, "8@0(%r1,%r2)") == "EINVAL");
}

TEST_CASE("operands of aarch64") {
  CHECK(parsed(usdt::kAarch64, "8@x0 -4@[sp, 60] 8@[x29] 4@5 -8@-1 8@x30") ==
        "r0:8 60(r248):-4 0(r232):8 $5:4 $-1:-8 r240:8");
  CHECK(parsed(usdt::kAarch64, "4@w3 8@xzr 4@wzr") == "r24:4 $0:8 $0:4");
  CHECK(parsed(usdt::kAarch64, "8@[x0, x1] 8@[x0,x1,lsl #3] 8@[ x0 , #-8 ]") ==
        "0(r0,r8<<0):8 0(r0,r8<<3):8 -8(r0):8");
  CHECK(parsed(usdt::kAarch64, "8@[x0, xzr]") == "0(r0):8");
  CHECK(parsed(usdt::kAarch64, "8@x31") == "ENOENT");
  CHECK(parsed(usdt::kAarch64, "8@[x31]") == "ENOENT");
  for (const char* text : {"8@[x0", "8@[x0, w1, sxtw #3]", "8@[x0, x1, lsl #16]", "8@[xzr]",
                           "8@[x0, x1, lsl]", "8@[x0, 8, 9]", "8@"})
    CHECK((parsed(usdt::kAarch64, text) == "EINVAL" || parsed(usdt::kAarch64, text) == "ENOENT"));
}

TEST_CASE("operands of RISC-V") {
  CHECK(parsed(usdt::kRiscv64, "8@a0 -4@-20(s0) 8@5 8@t6 8@sp") ==
        "r80:8 -20(r64):-4 $5:8 r248:8 r16:8");
  CHECK(parsed(usdt::kRiscv64, "8@x1") == "ENOENT");
  CHECK(parsed(usdt::kRiscv64, "8@4(x1)") == "ENOENT");
}

TEST_CASE("operands of Arm") {
  CHECK(parsed(usdt::kArm, "4@r0 -4@[fp, #-8] 4@[sp] 4@#5 4@pc") ==
        "r0:4 -8(r44):-4 0(r52):4 $5:4 r60:4");
  CHECK(parsed(usdt::kArm, "4@r11") == "ENOENT");
  CHECK(parsed(usdt::kArm, "4@[r0, r1]") == "EINVAL");
  CHECK(parsed(usdt::kArm, "4@5") == "ENOENT");
}

TEST_CASE("arguments of another machine are ENOTSUP") {
  const Messages messages;
  CHECK(usdt::parse_arguments(nullptr, "8@r1", SymbolPlaces(), "probe").error() == Errno(ENOTSUP));
  CHECK(messages.warnings() == 1);
  CHECK(usdt::parse_arguments(nullptr, "", SymbolPlaces(), "probe")->count == 0);
}

TEST_CASE("a symbol that is not found fails with the reason") {
  const auto [found, error, reason] = GENERATE(
      table<int, int, const char*>({{ENOENT, EINVAL, "may have been stripped"},
                                    {EEXIST, EINVAL, "several symbols of that name"},
                                    {ENOMEM, ENOMEM, "symbols of the file cannot be read"}}));
  int answer = found;
  const SymbolPlaces places(
      [](void* context, std::string_view) -> Result<std::uint64_t> {
        return Errno(*static_cast<const int*>(context));
      },
      &answer, 0, false);
  const Messages messages;
  CHECK(usdt::parse_arguments(&usdt::kAmd64, "8@g(%rip)", places, "probe").error() == Errno(error));
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains(reason));
}

TEST_CASE("a failure quotes the argument") {
  const Messages messages;
  CHECK_FALSE(usdt::parse_arguments(&usdt::kAmd64, "8@%rax  8@%xmm0 4@%eax", SymbolPlaces(),
                                    "usdt 'libc:setjmp'"));
  CHECK(messages.last() == "usdt 'libc:setjmp': argument 2, '8@%xmm0', cannot be read: there is "
                           "no such register that a probe can read\n");
}

} // namespace ringside::test
