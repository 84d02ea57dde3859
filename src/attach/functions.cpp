// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Functions: symbols of two tables, weak and strong ones, and versions.
#include "attach/functions.hpp"

#include <algorithm>
#include <cerrno>

#include <elf.h>

#include "base/failure.hpp"
#include "base/near.hpp"
#include "base/scan.hpp"
#include "base/text.hpp"
#include "elf/symbol_lookup.hpp"
#include "elf/symbols.hpp"
#include "elf/versions.hpp"

namespace ringside::attach {
namespace {

using elf::File;
using elf::FoundSymbol;
using elf::Section;
using elf::Symbol;

// The two symbol tables in the orders in which they are searched: .dynsym has versions and what the
// file imports; .symtab, if the file was not stripped, has more functions.
constexpr std::uint32_t kDynamicFirst[] = {SHT_DYNSYM, SHT_SYMTAB};
constexpr std::uint32_t kFullestFirst[] = {SHT_SYMTAB, SHT_DYNSYM};

const Section* table_of(const File& file, std::uint32_t type) {
  for (const Section& section : file.sections())
    if (section.type == type)
      return &section;
  return nullptr;
}

// The file is ELF, so a damaged table is EINVAL and not kErrnoFormat.
Errno damaged(Errno error) {
  return error == kErrnoFormat ? Errno(EINVAL) : error;
}

bool is_function(const Symbol& symbol) {
  return symbol.type == STT_FUNC && symbol.section != elf::kUndefinedSection;
}

// place_of is where in the file a function's code is, or 0 if it is nowhere.
std::uint64_t place_of(const File& file, const Symbol& symbol) {
  const Section* const section = file.section_at(symbol.section);
  return section != nullptr ? symbol.value - section->address + section->offset : 0;
}

// Choice is which of several functions with one name is meant: the strong one, or else the first.
class Choice {
public:
  // add is false where two different strong ones have the name.
  [[nodiscard]] bool add(std::uint64_t place, bool is_weak) {
    if (place == 0)
      return true;
    if (place == place_) {
      is_weak_ = is_weak_ && is_weak;
      return true;
    }
    if (place_ != 0 && !is_weak && !is_weak_)
      return false;
    if (place_ == 0 || (is_weak_ && !is_weak)) {
      place_ = place;
      is_weak_ = is_weak;
    }
    return true;
  }
  // 0 if there was none.
  [[nodiscard]] std::uint64_t place() const { return place_; }

private:
  std::uint64_t place_ = 0;
  bool is_weak_ = false;
};

struct Name {
  std::string_view whole;
  std::string_view bare;
  std::string_view version;
  bool has_version = false; // the name that was asked for has one
};

Name parse_name(std::string_view whole) {
  Name name{whole, whole, {}};
  if (const std::size_t at = whole.find('@'); at != std::string_view::npos) {
    name.has_version = true;
    name.bare = whole.substr(0, at);
    name.version = behind(whole, at + (behind(whole, at).starts_with("@@") ? 2 : 1));
  }
  return name;
}

Errno ambiguous(const File& file, std::string_view name, Errno error) {
  return fail(file.subject(), error,
              "several of its functions are called '%.*s': give the version of one, as in "
              "'%.*s@VERSION', or the offset of one in the file",
              static_cast<int>(name.size()), name.data(), static_cast<int>(name.size()),
              name.data());
}

// Others says what else has the name, if no function of the file has it.
struct Others {
  bool are_imported = false;
  bool are_chosen = false; // when the program starts: STT_GNU_IFUNC

  void see(const Symbol& symbol) {
    if (symbol.section == elf::kUndefinedSection)
      are_imported = true;
    else if (symbol.type == STT_GNU_IFUNC)
      are_chosen = true;
  }
};

// choose decides among the symbols for which `takes` is true. If there are none, the place is 0.
template <class Takes>
Result<std::uint64_t> choose(const File& file, std::span<const FoundSymbol> found,
                             std::string_view name, Others& others, Takes takes) {
  Choice choice;
  for (const FoundSymbol& each : found) {
    others.see(each.symbol);
    if (!is_function(each.symbol) || !takes(each))
      continue;
    if (!choice.add(place_of(file, each.symbol), each.symbol.binding == STB_WEAK))
      return ambiguous(file, name, kErrnoFormat);
  }
  return choice.place();
}

// in_dynsym looks in .dynsym, where versions stand in tables of their own.
Result<std::uint64_t> in_dynsym(const File& file, const Section& table, const Name& name,
                                Others& others) {
  const auto found = elf::find_symbols(file, table, name.bare);
  if (!found)
    return damaged(found.error());
  if (found->empty())
    return std::uint64_t{0};
  auto versions = elf::Versions::open(file, table);
  if (!versions)
    return damaged(versions.error());
  Vector<elf::SymbolVersion> of_found;
  bool has_default = false;
  for (const FoundSymbol& each : *found) {
    const auto version = versions->of(each.index);
    if (!version)
      return damaged(version.error());
    if (const auto kept = of_found.append(*version); !kept)
      return no_memory(file.subject(), "the versions of a function");
    has_default = has_default || (is_function(each.symbol) && !version->hidden);
  }
  const auto version_of = [&](const FoundSymbol& each) {
    return of_found[static_cast<std::size_t>(&each - found->begin())];
  };
  if (!name.has_version) {
    const auto place =
        choose(file, {found->begin(), found->size()}, name.whole, others,
               [&](const FoundSymbol& each) { return !has_default || !version_of(each).hidden; });
    if (place && *place != 0 && !has_default)
      say(LogLevel::warn, file.subject(),
          "'%.*s' is there in old versions alone, which programs that are linked now do not call",
          static_cast<int>(name.whole.size()), name.whole.data());
    return place;
  }
  const auto wanted = versions->defined(name.version);
  if (!wanted)
    return damaged(wanted.error());
  if (*wanted == VER_NDX_LOCAL)
    return std::uint64_t{0};
  return choose(file, {found->begin(), found->size()}, name.whole, others,
                [&](const FoundSymbol& each) { return version_of(each).index == *wanted; });
}

// in_symtab looks in .symtab, where the version is a part of the name.
Result<std::uint64_t> in_symtab(const File& file, const Section& table, const Name& name,
                                Others& others) {
  const auto found = !name.has_version
                         ? elf::find_symbols(file, table, name.bare, elf::NameEnd::before_version)
                         : elf::find_symbols(file, table, name.whole);
  if (!found)
    return damaged(found.error());
  return choose(file, {found->begin(), found->size()}, name.whole, others,
                [](const FoundSymbol&) { return true; });
}

// In larger tables we do not look for a name that may have been meant: it would last too long.
constexpr std::size_t kMostCompared = 20'000;

bool is_small(const File& file, std::uint32_t type) {
  const Section* const table = table_of(file, type);
  return table != nullptr && table->size / elf::symbol_size(file.wide()) <= kMostCompared;
}

// each_function calls visit(symbol, name) for the functions of a table that have a name, until it
// gives false or an error, which is then the result; else the errors are those of Symbols::read.
template <class Visit>
Result<void> each_function(const File& file, const Section& table, Visit visit) {
  auto symbols = elf::Symbols::read(file, table);
  if (!symbols)
    return damaged(symbols.error());
  for (std::size_t index = 0; index < symbols->size(); ++index) {
    const Symbol symbol = (*symbols)[index];
    if (!is_function(symbol))
      continue;
    const auto name = symbols->name(symbol);
    if (!name)
      continue;
    const Result<bool> goes_on = visit(symbol, *name);
    if (!goes_on)
      return goes_on.error();
    if (!*goes_on)
      break;
  }
  return {};
}

// near_name is a function whose name differs by one slip of the keyboard. Null if there is none.
Array<char> near_name(const File& file, std::string_view wanted) {
  for (const std::uint32_t type : kDynamicFirst) {
    if (!is_small(file, type))
      continue;
    Array<char> near;
    const auto keep_first = [&](const Symbol&, std::string_view name) {
      if (!is_near(name.substr(0, name.find('@')), wanted))
        return true;
      if (auto copy = copy_of(name))
        near = std::move(*copy);
      return false;
    };
    // A table that cannot be read has no name to offer.
    static_cast<void>(each_function(file, *table_of(file, type), keep_first));
    if (near.size() != 0)
      return near;
  }
  return {};
}

// others_of looks at all symbols, because .gnu.hash does not list imported ones.
Others others_of(const File& file, std::string_view name) {
  Others others;
  for (const std::uint32_t type : kDynamicFirst) {
    const Section* const table = table_of(file, type);
    if (table == nullptr)
      continue;
    const auto symbols = elf::Symbols::read(file, *table);
    if (!symbols)
      continue;
    for (std::size_t at = symbols->next_named(0, name, '@'); at < symbols->size();
         at = symbols->next_named(at + 1, name, '@'))
      others.see((*symbols)[at]);
  }
  return others;
}

// none fails, with a message that says why the file has no function of this name.
Errno none(const File& file, const Name& name, const Others& others) {
  const auto length = static_cast<int>(name.whole.size());
  const char* const text = name.whole.data();
  if (others.are_chosen)
    return fail(file.subject(), Errno(ENOENT),
                "'%.*s' is no function: it is chosen when the program starts (STT_GNU_IFUNC), so "
                "attach to the one that is chosen, by its own name or offset",
                length, text);
  if (others.are_imported)
    return fail(file.subject(), Errno(ENOENT),
                "it has no function '%.*s', it imports it: attach to the library that has it "
                "(ldd(1) lists the libraries of a program)",
                length, text);
  const Array<char> near = near_name(file, name.bare);
  if (near.size() != 0)
    return fail(file.subject(), Errno(ENOENT), "it has no function '%.*s', but a function '%s'",
                length, text, near.data());
  const bool is_stripped = table_of(file, SHT_SYMTAB) == nullptr;
  return fail(file.subject(), Errno(ENOENT), "it has no function '%.*s'%s", length, text,
              is_stripped ? ": it is stripped, so it has the names of what it exports alone"
                          : ": nm(1) lists those that it has");
}

struct Wanted {
  std::string_view name;
  Choice choice;
};

// look_for notes the places of those functions of one table that are wanted. `wanted` is sorted by
// name. ESRCH: several functions have one name.
Result<void> look_for(const File& file, const Section& table, std::span<Wanted*> sorted) {
  const auto look = [&](const Symbol& symbol, std::string_view name) -> Result<bool> {
    Wanted** const end = sorted.data() + sorted.size();
    Wanted** const found = std::lower_bound(
        sorted.data(), end, name,
        [](const Wanted* wanted, std::string_view sought) { return wanted->name < sought; });
    if (found == end || (*found)->name != name ||
        (*found)->choice.add(place_of(file, symbol), symbol.binding == STB_WEAK))
      return true;
    return ambiguous(file, name, Errno(ESRCH));
  };
  return each_function(file, table, look);
}

// match_in adds the places of those functions of one table whose names fit a pattern.
Result<void> match_in(const File& file, const Section& table, const Glob& glob,
                      Vector<unsigned long>& places) {
  const auto match = [&](const Symbol& symbol, std::string_view name) -> Result<bool> {
    const auto place = static_cast<unsigned long>(place_of(file, symbol));
    if (place == 0 || !glob.fits(name) || places.append(place))
      return true;
    return no_memory(file.subject(), "the places of its functions");
  };
  return each_function(file, table, match);
}

} // namespace

Result<std::uint64_t> find_function(const File& file, std::string_view name) {
  const Name wanted = parse_name(name);
  Others others;
  if (const Section* const table = table_of(file, SHT_DYNSYM)) {
    const auto place = in_dynsym(file, *table, wanted, others);
    if (!place || *place != 0)
      return place;
  }
  if (const Section* const table = table_of(file, SHT_SYMTAB)) {
    const auto place = in_symtab(file, *table, wanted, others);
    if (!place || *place != 0)
      return place;
    // In most files .symtab lists imported symbols too, so the search has seen them.
    if (others.are_imported || others.are_chosen || !is_small(file, SHT_DYNSYM))
      return none(file, wanted, others);
  }
  return none(file, wanted, others_of(file, wanted.bare));
}

Result<Vector<unsigned long>> find_functions(const File& file, std::span<const char* const> names) {
  auto wanted = Array<Wanted>::of_size(names.size());
  Vector<Wanted*> sorted;
  Vector<unsigned long> places;
  if (!wanted || !sorted.reserve(names.size()) || !places.reserve(names.size()))
    return no_memory(file.subject(), "the places of its functions");
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (names[at] == nullptr)
      return fail(file.subject(), Errno(EINVAL), "the name of its function %zu is NULL", at);
    (*wanted)[at].name = names[at];
    static_cast<void>(sorted.append(wanted->begin() + at));
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Wanted* one, const Wanted* other) { return one->name < other->name; });
  for (const std::uint32_t type : kDynamicFirst)
    if (const Section* const table = table_of(file, type))
      if (const auto looked = look_for(file, *table, {sorted.begin(), sorted.size()}); !looked)
        return looked.error();
  // look_for has noted the place at the first of equal names.
  const Wanted* first = nullptr;
  for (Wanted* const each : sorted) {
    if (first != nullptr && first->name == each->name)
      each->choice = first->choice;
    else
      first = each;
  }
  for (const Wanted& each : *wanted) {
    if (each.choice.place() == 0)
      return none(file, {each.name, each.name, {}}, others_of(file, each.name));
    static_cast<void>(places.append(static_cast<unsigned long>(each.choice.place())));
  }
  return places;
}

Result<Vector<unsigned long>> match_functions(const File& file, const Glob& glob) {
  Vector<unsigned long> places;
  for (const std::uint32_t type : kFullestFirst) {
    const Section* const table = table_of(file, type);
    if (table == nullptr || !places.empty())
      continue;
    if (const auto matched = match_in(file, *table, glob, places); !matched)
      return matched.error();
  }
  if (places.empty())
    return fail(file.subject(), Errno(ENOENT),
                "it has no function that the pattern fits, of those that it does not import");
  std::sort(places.begin(), places.end());
  places.truncate(
      static_cast<std::size_t>(std::unique(places.begin(), places.end()) - places.begin()));
  return places;
}

} // namespace ringside::attach
