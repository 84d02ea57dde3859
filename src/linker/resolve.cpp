// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the symbols of an input are in the output. Global ones of one name become one.
#include <algorithm>
#include <cerrno>

#include <elf.h>

#include "linker/add.hpp"

namespace ringside::linker {
namespace {

// Symbols of tables of jumps have no type in BTF.
constexpr std::string_view kJumpTables = ".jumptables";

class Resolve {
public:
  explicit Resolve(Adding& adding) : adding_(adding), input_(adding.input()) {}

  Result<void> run() {
    Placed& placed = adding_.placed;
    const std::size_t count = input_.symbols().size();
    if (!placed.symbols.reserve(count) || !placed.takes_effect.append_default(count) ||
        !adding_.state.symbols.reserve(adding_.state.symbols.size() + count))
      return no_memory_for();
    for (std::uint32_t index = 0; index < count; ++index) {
      const auto number = index == 0 ? Result<std::uint32_t>(0U) : number_of(index);
      if (!number)
        return number.error();
      if (!placed.symbols.append(*number))
        return no_memory_for();
    }
    return {};
  }

private:
  [[nodiscard]] Errno no_memory_for() const {
    return no_memory(input_.subject(), "the symbols of the output");
  }
  [[nodiscard]] bool is_left_out(const InputSymbol& symbol) const {
    return !is_special(symbol.section) && adding_.placed.parts[symbol.section].section == kNone;
  }

  Result<std::uint32_t> number_of(std::uint32_t index) {
    const InputSymbol& symbol = input_.symbols()[index];
    if (is_left_out(symbol))
      return kNone;
    if (symbol.type == STT_SECTION)
      return of_section(symbol);
    if (symbol.binding == STB_LOCAL || is_in_jump_tables(symbol))
      return add(symbol);
    return of_global(index, symbol);
  }

  [[nodiscard]] bool is_in_jump_tables(const InputSymbol& symbol) const {
    return !is_special(symbol.section) && input_.sections()[symbol.section].name == kJumpTables;
  }

  Result<std::uint32_t> of_section(const InputSymbol& symbol) {
    if (is_special(symbol.section))
      return add(symbol);
    OutputSection& section = adding_.state.sections[adding_.placed.parts[symbol.section].section];
    if (section.symbol == kNone) {
      const auto added = add(symbol);
      if (!added)
        return added;
      section.symbol = *added;
      adding_.state.symbols[*added].value = 0;
    }
    return section.symbol;
  }

  Result<std::uint32_t> add(const InputSymbol& symbol) {
    OutputSymbol added;
    added.name = symbol.text;
    added.first_input = adding_.number();
    added.type = symbol.type;
    added.binding = symbol.binding;
    added.visibility = symbol.visibility;
    define(added, symbol);
    if (!adding_.state.symbols.append(added))
      return no_memory_for();
    return static_cast<std::uint32_t>(adding_.state.symbols.size() - 1);
  }

  void define(OutputSymbol& output, const InputSymbol& symbol) const {
    output.type = symbol.type;
    output.size = symbol.size;
    output.value = symbol.value;
    output.place = kNone;
    output.special = 0;
    if (is_special(symbol.section)) {
      output.special = symbol.section;
      return;
    }
    const Part& part = adding_.placed.parts[symbol.section];
    output.place = part.section;
    output.value += part.offset;
  }

  Result<std::uint32_t> of_global(std::uint32_t index, const InputSymbol& symbol) {
    const auto type = input_.find_global(symbol);
    if (!type)
      return type.error();
    const bool is_extern = symbol.section == elf::kUndefinedSection;
    const std::uint32_t there = find(symbol.text);
    if (there != kNone) {
      const Subject subject(input_.subject(), "symbol", symbol.text);
      const auto joined = join(adding_.state.symbols[there], index, symbol, *type, subject);
      return joined ? Result<std::uint32_t>(there) : joined.error();
    }
    const auto added = add(symbol);
    if (!added)
      return added;
    OutputSymbol& output = adding_.state.symbols[*added];
    output.input = adding_.number();
    output.type_id = *type;
    output.is_extern = is_extern;
    if (is_extern)
      output.place = place_of_extern(*type);
    return added;
  }

  [[nodiscard]] std::uint32_t find(std::string_view name) const {
    return adding_.globals.find(hash_text(name), [&](std::uint32_t number) {
      return adding_.state.symbols[number].name == name;
    });
  }

  [[nodiscard]] std::uint32_t place_of_extern(std::uint32_t type) const {
    const std::uint32_t section = input_.datasec_of(type);
    return section != 0 ? adding_.placed.parts[section].section : kNone;
  }

  [[nodiscard]] std::string_view section_name(std::uint32_t place) const {
    return place != kNone ? adding_.state.sections[place].name : std::string_view();
  }

  // Externs that the kernel or its configuration defines go with nothing else.
  Result<void> check_place(const OutputSymbol& there, std::uint32_t place,
                           const Subject& subject) const {
    const std::string_view one = section_name(there.place);
    const std::string_view other = section_name(place);
    const auto is_kernels = [](std::string_view name) {
      return name == ".ksyms" || name == ".kconfig";
    };
    if (one != other && (is_kernels(one) || is_kernels(other)))
      return fail(subject, Errno(EINVAL),
                  "is in '%.*s' here and in '%.*s' in another file: what the kernel defines cannot "
                  "be defined by a file",
                  static_cast<int>(other.size()), other.data(), static_cast<int>(one.size()),
                  one.data());
    return {};
  }

  Result<void> join(OutputSymbol& there, std::uint32_t index, const InputSymbol& symbol,
                    std::uint32_t type, const Subject& subject) {
    const bool is_extern = symbol.section == elf::kUndefinedSection;
    const bool is_weak = symbol.binding == STB_WEAK;
    const bool is_weak_there = there.binding == STB_WEAK;
    if (!is_extern && !there.is_extern && !is_weak && !is_weak_there)
      return fail(
          subject, Errno(EINVAL),
          "is defined in two files, and in none as weak (a weak definition counts as strong "
          "once a file refers to it by a declaration that is not weak)");
    const std::uint32_t place =
        is_extern ? place_of_extern(type) : adding_.placed.parts[symbol.section].section;
    if (const auto goes = check_place(there, place, subject); !goes)
      return goes;
    const Input& other =
        there.input == adding_.number() ? input_ : *adding_.before[there.input].input;
    const Declaration mine{input_.btf(), type};
    const Declaration theirs{other.btf(), there.type_id};
    const bool is_map = section_name(place) == ".maps" && section_name(there.place) == ".maps";
    if (const auto same =
            is_map ? match_maps(theirs, mine, subject) : match_types(theirs, mine, subject);
        !same)
      return same;
    const bool is_taken = !is_extern && (there.is_extern || (is_weak_there && !is_weak));
    if (is_taken) {
      define(there, symbol);
      there.is_extern = false;
      there.input = adding_.number();
      there.type_id = type;
      adding_.placed.takes_effect[index] = 1;
    } else if (is_extern && there.is_extern && there.place == kNone) {
      there.place = place;
    }
    if (!is_weak)
      there.binding = STB_GLOBAL;
    if (symbol.visibility == STV_HIDDEN)
      there.visibility = STV_HIDDEN;
    return {};
  }

  Adding& adding_;
  const Input& input_;
};

} // namespace

Result<void> resolve_symbols(Adding& adding) {
  return Resolve(adding).run();
}

} // namespace ringside::linker
