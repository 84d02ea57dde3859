// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// parse_arguments: one parser for the operands of all machines.
#include "usdt/arguments.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <optional>

#include "base/scan.hpp"

namespace ringside::usdt {
namespace {

constexpr std::string_view kSpaces = " \t\n\v\f\r";

void skip_space(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
}

// take_mark removes a character and the blanks before it.
bool take_mark(std::string_view& text, char mark) {
  std::string_view rest = text;
  skip_space(rest);
  if (mark == '\0' || rest.empty() || rest.front() != mark)
    return false;
  text = rest.substr(1);
  return true;
}

// take_part removes what stands before the first of the `ends`, or all.
std::string_view take_part(std::string_view& text, std::string_view ends) {
  const std::string_view part = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(part.size());
  return part;
}

// Integer is a number with its sign.
struct Integer {
  bool negative = false;
  std::uint64_t magnitude = 0;

  // wrapped is the number in 64 bits. An offset must fit, a constant may wrap.
  [[nodiscard]] std::uint64_t wrapped() const { return negative ? -magnitude : magnitude; }
  [[nodiscard]] bool fits() const {
    return magnitude <= static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  }
};

// take_integer removes a decimal or hexadecimal number, which may have a sign and blanks before it.
// Nothing if there is none, or if it does not fit into 64 bits.
std::optional<Integer> take_integer(std::string_view& text) {
  std::string_view rest = text;
  skip_space(rest);
  Integer integer;
  integer.negative = take_text(rest, "-");
  if (!integer.negative)
    take_text(rest, "+");
  std::string_view digits = rest;
  std::optional<std::uint64_t> magnitude;
  if (take_text(digits, "0x") || take_text(digits, "0X"))
    magnitude = take_number(digits, 16);
  if (!magnitude) {
    digits = rest;
    magnitude = take_number(digits);
  }
  if (!magnitude)
    return std::nullopt;
  integer.magnitude = *magnitude;
  text = digits;
  return integer;
}

// is_size is whether an argument can have that many bytes; an index can have the same scales.
bool is_size(std::uint64_t number) {
  return std::has_single_bit(number) && number <= 8;
}

bool is_symbol_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '.' ||
         character == '$' || character == '@';
}

// Parser removes arguments from the front of a text.
class Parser {
public:
  Parser(const Machine& machine, std::string_view text, const SymbolPlaces& symbols)
      : machine_(machine), text_(text), symbols_(symbols) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] std::string_view rest() const { return text_; }
  // why is the reason of the last failure.
  [[nodiscard]] const char* why() const { return why_; }

  Result<Argument> next();

private:
  Errno refuse(Errno error, const char* why) {
    why_ = why;
    return error;
  }
  Errno refuse(const char* why) { return refuse(Errno(EINVAL), why); }

  Result<void> parse_operand();
  Result<void> parse_constant();
  Result<void> parse_register(std::string_view name);
  Result<void> parse_parentheses(Integer offset);
  Result<void> parse_brackets();
  Result<void> parse_shifted_index(std::string_view index, std::string_view rest);
  Result<void> parse_symbol();
  Result<void> set_base(std::string_view name);
  Result<void> set_index(std::string_view name, std::uint8_t shift);
  Result<void> set_offset(const std::optional<Integer>& offset);
  Result<std::int16_t> offset_of(std::string_view name);

  const Machine& machine_;
  std::string_view text_;
  const SymbolPlaces& symbols_;
  Argument argument_;
  const char* why_ = "";
};

// An unknown register is reported before a size or a scale that is not allowed. So those are
// checked last.
Result<Argument> Parser::next() {
  argument_ = Argument();
  const auto size = take_integer(text_);
  if (!size || !take_mark(text_, '@'))
    return refuse("it is not of the form size@operand");
  if (const auto operand = parse_operand(); !operand)
    return operand.error();
  if (!is_size(size->magnitude))
    return refuse("its size is not 1, 2, 4 or 8");
  argument_.size = static_cast<std::uint8_t>(size->magnitude);
  argument_.is_signed = size->negative;
  skip_space(text_);
  return argument_;
}

Result<void> Parser::parse_operand() {
  skip_space(text_);
  if (take_mark(text_, machine_.register_mark)) {
    skip_space(text_);
    return parse_register(take_part(text_, kSpaces));
  }
  if (take_mark(text_, machine_.constant_mark))
    return parse_constant();
  if (machine_.memory == Machine::Memory::offset_in_brackets && take_mark(text_, '['))
    return parse_brackets();
  if (machine_.memory == Machine::Memory::offset_before_brackets) {
    std::string_view after = text_;
    const auto offset = take_integer(after);
    if (take_mark(after, '(')) {
      text_ = after;
      return parse_parentheses(offset.value_or(Integer()));
    }
  }
  if (machine_.constant_mark == '\0') {
    std::string_view after = text_;
    if (take_integer(after))
      return parse_constant();
  }
  if (machine_.register_mark == '\0')
    return parse_register(take_part(text_, kSpaces));
  if (!machine_.instruction_pointer.empty())
    return parse_symbol();
  return refuse("its operand is of no known form");
}

Result<void> Parser::parse_constant() {
  const auto constant = take_integer(text_);
  if (!constant)
    return refuse("its constant is no number of 64 bits");
  argument_.kind = ArgumentKind::constant;
  argument_.value = constant->wrapped();
  return {};
}

Result<std::int16_t> Parser::offset_of(std::string_view name) {
  const std::int16_t* const offset = register_of(machine_, name);
  if (offset == nullptr)
    return refuse(machine_.unknown_register, "there is no such register that a probe can read");
  return *offset;
}

Result<void> Parser::parse_register(std::string_view name) {
  if (name.empty())
    return refuse("it names no register");
  const auto offset = offset_of(name);
  if (!offset)
    return offset.error();
  if (*offset == kZeroRegister)
    return {};
  argument_.kind = ArgumentKind::in_register;
  argument_.register_offset = *offset;
  return {};
}

Result<void> Parser::set_base(std::string_view name) {
  const auto base = offset_of(name);
  if (!base)
    return base.error();
  if (*base == kZeroRegister)
    return refuse("its base is always 0");
  argument_.kind = ArgumentKind::in_memory;
  argument_.register_offset = *base;
  return {};
}

Result<void> Parser::set_index(std::string_view name, std::uint8_t shift) {
  const auto index = offset_of(name);
  if (!index)
    return index.error();
  if (*index == kZeroRegister)
    return {};
  argument_.kind = ArgumentKind::indexed;
  argument_.index_offset = *index;
  argument_.index_shift = shift;
  return {};
}

Result<void> Parser::set_offset(const std::optional<Integer>& offset) {
  if (!offset || !offset->fits())
    return refuse("its offset is no number of 64 bits");
  argument_.value = offset->wrapped();
  return {};
}

// (base), (base,index) or (base,index,scale); the "(" was read before.
Result<void> Parser::parse_parentheses(Integer offset) {
  std::string_view inside = take_part(text_, ")");
  if (!take_mark(text_, ')'))
    return refuse("its brackets do not close");
  if (const auto set = set_offset(offset); !set)
    return set;
  if (machine_.register_mark != '\0' && !take_mark(inside, machine_.register_mark))
    return refuse("its base is no register");
  // A text that is no list of two or three parts is looked up as the name of one register, and not
  // found.
  std::string_view rest = inside;
  const std::string_view base = take_part(rest, ",");
  if (machine_.index != Machine::Index::scale || !take_mark(rest, ',') ||
      !take_mark(rest, machine_.register_mark))
    return inside.empty() ? refuse("it names no register") : set_base(inside);
  const std::string_view index = take_part(rest, ",");
  std::uint64_t scale = 1;
  if (take_mark(rest, ',')) {
    const auto number = take_integer(rest);
    skip_space(rest);
    if (!number || !rest.empty())
      return set_base(inside);
    scale = number->wrapped();
  }
  if (const auto set = set_base(base); !set)
    return set;
  if (const auto set = set_index(index, static_cast<std::uint8_t>(std::countr_zero(scale))); !set)
    return set;
  return is_size(scale) ? Result<void>() : refuse("its scale is not 1, 2, 4 or 8");
}

// [base], [base, offset], [base, index] or [base, index, lsl #shift]; the "[" was read before.
Result<void> Parser::parse_brackets() {
  std::string_view rest = take_part(text_, "]");
  if (!take_mark(text_, ']'))
    return refuse("its brackets do not close");
  skip_space(rest);
  const std::string_view base = take_part(rest, ",");
  if (const auto set = set_base(base.substr(0, base.find_last_not_of(kSpaces) + 1)); !set)
    return set;
  if (!take_mark(rest, ','))
    return {};
  std::string_view number = rest;
  take_mark(number, '#');
  const auto offset = take_integer(number);
  skip_space(number);
  if (offset && number.empty())
    return set_offset(offset);
  if (machine_.index != Machine::Index::shift)
    return refuse("its offset is no number");
  skip_space(rest);
  const std::string_view index = take_part(rest, ", ");
  return parse_shifted_index(index, rest);
}

Result<void> Parser::parse_shifted_index(std::string_view index, std::string_view rest) {
  constexpr std::uint64_t kMostShift = 15;
  std::uint64_t shift = 0;
  if (take_mark(rest, ',')) {
    skip_space(rest);
    if (!take_text(rest, "lsl"))
      return refuse("its index is extended in a way that cannot be expressed");
    take_mark(rest, '#');
    const auto number = take_integer(rest);
    if (!number || number->wrapped() > kMostShift)
      return refuse("its shift is no number up to 15");
    shift = number->magnitude;
  }
  skip_space(rest);
  if (!rest.empty())
    return refuse("its operand is of no known form");
  return set_index(index, static_cast<std::uint8_t>(shift));
}

// symbol(%rip) or symbol+number(%rip), and without a base in a file that runs at fixed addresses.
// While the program runs, the symbol is as far from the probe as it is in the file.
Result<void> Parser::parse_symbol() {
  const auto* const end = std::find_if_not(text_.begin(), text_.end(), is_symbol_character);
  const std::string_view name = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
  if (name.empty() || (name.front() >= '0' && name.front() <= '9'))
    return refuse("its operand is of no known form");
  text_.remove_prefix(name.size());
  Integer distance;
  if (!text_.empty() && (text_.front() == '+' || text_.front() == '-')) {
    const auto number = take_integer(text_);
    if (!number)
      return refuse("its offset is no number of 64 bits");
    distance = *number;
  }
  if (take_mark(text_, '(')) {
    std::string_view base = take_part(text_, ")");
    if (!take_mark(text_, ')'))
      return refuse("its brackets do not close");
    if (!take_mark(base, machine_.register_mark) || base != machine_.instruction_pointer)
      return refuse("a symbol with another base than the instruction pointer cannot be expressed");
  } else if (!symbols_.fixed()) {
    return refuse("a symbol without a base can be expressed only in a program at fixed addresses");
  }
  const auto symbol = symbols_.distance(name);
  if (!symbol && symbol.error() == Errno(EEXIST))
    return refuse("the file has several symbols of that name");
  if (!symbol && symbol.error() == Errno(ENOENT))
    return refuse("the file has no such symbol; its symbols may have been stripped");
  if (!symbol)
    return refuse(symbol.error(), "the symbols of the file cannot be read");
  argument_.value = *symbol + distance.wrapped();
  return set_base(machine_.instruction_pointer);
}

} // namespace

Result<Arguments> parse_arguments(const Machine* machine, std::string_view text,
                                  const SymbolPlaces& symbols, const Subject& subject) {
  Arguments arguments;
  if (text.empty() || text.front() == ':')
    return arguments;
  if (machine == nullptr)
    return fail(subject, Errno(ENOTSUP), "the arguments of probes on this machine are not known");
  Parser parser(*machine, text, symbols);
  do {
    if (arguments.count == kMostArguments)
      return fail(subject, Errno(E2BIG), "it has more than %zu arguments", kMostArguments);
    std::string_view rest = parser.rest();
    const auto argument = parser.next();
    if (!argument) {
      const std::string_view quoted = take_word(rest);
      return fail(subject, argument.error(), "argument %zu, '%.*s', cannot be read: %s",
                  arguments.count + 1, static_cast<int>(quoted.size()), quoted.data(),
                  parser.why());
    }
    arguments.list[arguments.count++] = *argument;
  } while (!parser.at_end());
  return arguments;
}

} // namespace ringside::usdt
