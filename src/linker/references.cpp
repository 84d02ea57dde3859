// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What of an input refers to something that is left out, or that cannot be moved.
#include <cerrno>
#include <optional>

#include <elf.h>

#include "elf/relocations.hpp"
#include "linker/add.hpp"
#include "linker/types.hpp"

namespace ringside::linker {
namespace {

// The symbol of a section that is there once is that of the file which brought the section.
std::optional<std::uint32_t> kept_symbol(const Adding& adding, const InputSymbol& symbol) {
  const std::string_view section = adding.input().sections()[symbol.section].name;
  if (!is_kept_once(section))
    return std::nullopt;
  const auto symbols = std::span<const OutputSymbol>(adding.state.symbols);
  for (std::uint32_t number = 1; number < symbols.size(); ++number)
    if (symbols[number].name == symbol.text && symbols[number].place != kNone &&
        adding.state.sections[symbols[number].place].name == section)
      return number;
  return std::nullopt;
}

Result<void> check_entry(Adding& adding, const elf::Relocation& entry, const InputSection& target,
                         const Subject& subject) {
  const Input& input = adding.input();
  const InputSymbol& symbol = input.symbols()[entry.symbol];
  std::uint32_t& number = adding.placed.symbols[entry.symbol];
  if (number == kNone) {
    const auto kept = kept_symbol(adding, symbol);
    if (!kept)
      return fail(subject, Errno(EINVAL),
                  "refers to the symbol '%.*s' in section '%.*s', which is left out",
                  static_cast<int>(symbol.text.size()), symbol.text.data(),
                  static_cast<int>(input.sections()[symbol.section].name.size()),
                  input.sections()[symbol.section].name.data());
    number = *kept;
  }
  if (symbol.type == STT_SECTION && !target.is_code())
    return fail(subject, Errno(EINVAL),
                "data of section '%.*s' points to something that is static: the linker moves that, "
                "and cannot change data",
                static_cast<int>(target.name.size()), target.name.data());
  const std::uint64_t bytes = target.is_code() ? kInstructionBytes : entry.type == 3 ? 4 : 8;
  const bool is_changed = symbol.type == STT_SECTION || target.type != SHT_NOBITS;
  if (is_changed &&
      (entry.offset > target.content.size() || target.content.size() - entry.offset < bytes))
    return fail(subject, Errno(EINVAL), "is behind the end of what it is for");
  return {};
}

Result<void> check_relocations(Adding& adding) {
  const Input& input = adding.input();
  for (std::uint32_t index = 1; index < input.sections().size(); ++index) {
    const InputSection& section = input.sections()[index];
    if (section.use != Use::relocations || adding.placed.parts[section.target].section == kNone)
      continue;
    const InputSection& target = input.sections()[section.target];
    const Subject subject(input.subject(), "section", section.name);
    const auto count = section.content.size() / sizeof(Elf64_Rel);
    for (std::size_t at = 0; at < count; ++at)
      if (const auto done =
              check_entry(adding, read_relocation(input, section, at), target,
                          Subject(subject, "relocation", static_cast<std::int64_t>(at)));
          !done)
        return done;
  }
  return {};
}

Result<void> check_types(const Adding& adding) {
  const btf::Btf* const btf = adding.input().btf();
  if (btf == nullptr)
    return {};
  for (std::uint32_t id = 1; id < btf->end_id(); ++id) {
    if (fate_of(adding.placed, id) == Fate::left_out)
      continue;
    std::uint32_t wrong = 0;
    btf::each_id(btf->type(id).words(), [&](std::uint32_t target) {
      if (target != 0 && fate_of(adding.placed, target) == Fate::left_out)
        wrong = target;
    });
    if (wrong != 0)
      return fail(
          adding.input().subject(), Errno(EINVAL),
          "type %u of its BTF refers to type %u, the %s '%s', which is left out because the "
          "file has no symbol for it",
          id, wrong, btf::kind_name(btf->type(wrong).kind()), btf->name(btf->type(wrong)));
  }
  return {};
}

Result<void> check_record_sizes(const Adding& adding) {
  const btf::Ext* const ext = adding.input().ext();
  if (ext == nullptr)
    return {};
  for (const Placed& other : adding.before) {
    if (other.input->ext() == nullptr)
      continue;
    for (std::size_t at = 0; at < btf::kExtKinds; ++at) {
      const auto kind = static_cast<btf::ExtKind>(at);
      const std::uint32_t mine = ext->record_words(kind);
      const std::uint32_t theirs = other.input->ext()->record_words(kind);
      if (mine != 0 && theirs != 0 && mine != theirs)
        return fail(adding.input().subject(), Errno(EINVAL),
                    "its .BTF.ext has %s records of %u bytes, and that of an earlier file of %u "
                    "bytes",
                    btf::kExtLines[at].name, mine * 4, theirs * 4);
    }
  }
  return {};
}

} // namespace

Result<void> check_references(Adding& adding) {
  if (const auto done = check_relocations(adding); !done)
    return done;
  if (const auto done = check_types(adding); !done)
    return done;
  return check_record_sizes(adding);
}

} // namespace ringside::linker
