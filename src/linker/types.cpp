// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The types of all inputs in one BTF.
#include "linker/types.hpp"

#include <elf.h>

#include "base/text.hpp"
#include "btf/change.hpp"
#include "btf/dedup/dedup.hpp"
#include "btf/edit.hpp"
#include "btf/sizes.hpp"
#include "linker/records.hpp"

namespace ringside::linker {
namespace {

// Compose copies the types of one input after the other. `symbol_types` is, by symbol of the
// output, the type that all files share.
class Compose {
public:
  Compose(const State& state, std::span<const Placed> inputs, btf::Btf& btf)
      : state_(state), inputs_(inputs), btf_(btf) {}

  Result<void> run(Records& records) {
    if (const auto room = symbol_types_.append_default(state_.symbols.size()); !room)
      return room;
    if (const auto room = listed_as_.append_default(state_.symbols.size()); !room)
      return room;
    for (const Placed& placed : inputs_) {
      if (placed.input->btf() == nullptr)
        continue;
      if (const auto done = add_input(placed); !done)
        return done;
      if (const auto done = records.add(placed, ids_); !done)
        return done;
      if (const auto done = keep_variables(placed); !done)
        return done;
    }
    return add_datasecs();
  }

private:
  // A variable of a section, with its type's id in the output.
  struct Entry {
    std::uint32_t section, type, symbol, offset, size;
    bool is_defined = false; // its input defines it, and that definition stays
    bool is_again = false;   // several inputs list it
  };

  Result<void> add_input(const Placed& placed) {
    const btf::Btf& from = *placed.input->btf();
    if (const auto done = complete_names(placed); !done)
      return done;
    ids_.clear();
    if (const auto room = ids_.append_default(from.end_id()); !room)
      return room;
    if (const auto done = number_types(placed); !done)
      return done;
    btf::Change change(btf_);
    if (const auto begun = change.begin(); !begun)
      return begun;
    for (std::uint32_t id = 1; id < from.end_id(); ++id)
      if (is_written_[id] != 0)
        if (const auto done = copy(change, from, from.type(id)); !done)
          return done;
    take_targets(placed, change);
    return {};
  }

  // number_types gives each type its id in the output, and marks those that are written down: of a
  // symbol, the first is.
  Result<void> number_types(const Placed& placed) {
    const btf::Btf& from = *placed.input->btf();
    is_written_.clear();
    std::uint32_t next = btf_.end_id();
    if (const auto room = is_written_.append_default(from.end_id()); !room)
      return room;
    for (std::uint32_t id = 1; id < from.end_id(); ++id)
      switch (fate_of(placed, id)) {
      case Fate::copied:
        ids_[id] = next++;
        is_written_[id] = 1;
        break;
      case Fate::of_symbol: {
        std::uint32_t& shared = symbol_types_[symbol_of_type(placed, id)];
        if (shared == 0) {
          shared = next++;
          is_written_[id] = 1;
        }
        ids_[id] = shared;
        break;
      }
      case Fate::left_out:
        break;
      }
    return {};
  }

  Result<void> copy(btf::Change& change, const btf::Btf& from, btf::Type type) {
    words_.clear();
    if (const auto room = words_.append_all({type.words(), btf::words_of(type.info())}); !room)
      return room;
    if (const auto moved = btf::move_strings(change, words_.data(), from); !moved)
      return moved;
    btf::each_id(words_.data(), [&](std::uint32_t& id) { id = ids_[id]; });
    const auto added = change.append(words_);
    return added ? Result<void>() : added.error();
  }

  // The names of a function's parameters are those of the definition that takes effect: a
  // declaration has none.
  Result<void> complete_names(const Placed& placed) {
    const auto symbols = placed.input->symbols();
    for (std::uint32_t index = 1; index < symbols.size(); ++index) {
      const auto [shared, type] = taken(placed, index);
      if (shared == 0 || !btf_.type(shared).is(btf::kFunc))
        continue;
      const btf::Btf& from = *placed.input->btf();
      const std::uint32_t prototype = btf_.type(shared).target();
      const btf::Type mine = from.type(from.type(type).target());
      if (!btf_.type(prototype).is(btf::kFuncProto) || !mine.is(btf::kFuncProto))
        continue;
      btf::Change change(btf_);
      if (const auto begun = change.begin(); !begun)
        return begun;
      for (std::uint32_t at = 0; at < btf_.type(prototype).elements() && at < mine.elements();
           ++at) {
        if (mine.parameter(at).name == 0)
          continue;
        const auto name = change.string(from.string(mine.parameter(at).name));
        if (!name)
          return name.error();
        *change.element(prototype, at) = *name;
      }
    }
    return {};
  }

  struct Taken {
    std::uint32_t shared = 0; // the type in the output, 0 if it is not there yet
    std::uint32_t type = 0;   // the type in the input, if its definition is used
  };
  [[nodiscard]] Taken taken(const Placed& placed, std::uint32_t index) const {
    if (placed.takes_effect[index] == 0)
      return {};
    const auto type = placed.input->find_global(placed.input->symbols()[index]);
    return type ? Taken{symbol_types_[placed.symbols[index]], *type} : Taken{};
  }

  void take_targets(const Placed& placed, btf::Change& change) {
    const btf::Btf& from = *placed.input->btf();
    for (std::uint32_t index = 1; index < placed.symbols.size(); ++index) {
      const auto [shared, type] = taken(placed, index);
      if (shared == 0)
        continue;
      std::uint32_t* const words = change.words(shared);
      words[btf::kTargetWord] = ids_[from.type(type).target()];
      if (btf::kind_of(words[btf::kInfoWord]) == btf::kFunc)
        words[btf::kInfoWord] = btf::info_of(btf::kFunc, kGlobal);
      else
        words[btf::kHeadWords] = kGlobal;
    }
  }

  Result<void> keep_variables(const Placed& placed) {
    const auto sections = placed.input->sections();
    for (std::uint32_t index = 1; index < sections.size(); ++index) {
      const Part& part = placed.parts[index];
      if (part.section == kNone)
        continue;
      for (const DatasecEntry& variable : sections[index].variables)
        if (const auto done = keep_variable(placed, part, variable); !done)
          return done;
    }
    return {};
  }

  Result<void> keep_variable(const Placed& placed, const Part& part, const DatasecEntry& variable) {
    Entry entry{part.section, ids_[variable.type], kNone,
                variable.offset + static_cast<std::uint32_t>(part.offset), variable.size};
    switch (fate_of(placed, variable.type)) {
    case Fate::left_out:
      return {};
    case Fate::copied:
      return entries_.append(entry);
    case Fate::of_symbol:
      break;
    }
    entry.symbol = symbol_of_type(placed, variable.type);
    // The definition that stays says where the variable is; others have no place in the section.
    const OutputSymbol& symbol = state_.symbols[entry.symbol];
    if (symbol.place != kNone && symbol.place != part.section)
      return {};
    if (!symbol.is_extern) {
      entry.is_defined = is_definition(placed, variable) && entry.offset == symbol.value;
      entry.offset = static_cast<std::uint32_t>(symbol.value);
    }
    std::uint32_t& listed = listed_as_[entry.symbol];
    if (listed != 0 && entries_[listed - 1].section == entry.section) {
      Entry& there = entries_[listed - 1];
      there.is_again = true;
      if (entry.is_defined) {
        there.is_defined = true;
        there.size = entry.size;
      }
      return {};
    }
    listed = static_cast<std::uint32_t>(entries_.size()) + 1;
    return entries_.append(entry);
  }

  static bool is_definition(const Placed& placed, const DatasecEntry& variable) {
    const btf::Type type = placed.input->btf()->type(variable.type);
    return type.is(btf::kVar) && type.extra() == kGlobal;
  }

  Result<void> add_datasecs() {
    for (std::uint32_t at = 0; at < state_.sections.size(); ++at) {
      const OutputSection& section = state_.sections[at];
      if (!section.has_datasec)
        continue;
      if (const auto done = add_datasec(section, at); !done)
        return done;
    }
    return {};
  }

  Result<void> add_datasec(const OutputSection& section, std::uint32_t at) {
    btf::Change change(btf_);
    if (const auto begun = change.begin(); !begun)
      return begun;
    const auto text = copy_of(section.name);
    if (!text)
      return text.error();
    const auto name = change.string(text->data());
    if (!name)
      return name.error();
    const std::uint32_t words[] = {*name, btf::info_of(btf::kDatasec),
                                   static_cast<std::uint32_t>(section.size)};
    if (const auto added = change.append(words); !added)
      return added.error();
    for (const Entry& entry : entries_) {
      if (entry.section != at)
        continue;
      std::uint32_t size = entry.size;
      // Declarations need not know the size.
      if (entry.is_again && !entry.is_defined)
        if (const auto computed = btf::resolve_size(btf_, entry.type))
          size = static_cast<std::uint32_t>(*computed);
      const std::uint32_t element[] = {entry.type, entry.offset, size};
      if (const auto added = change.append_element(element); !added)
        return added;
    }
    return {};
  }

  const State& state_;
  std::span<const Placed> inputs_;
  btf::Btf& btf_;
  Vector<std::uint32_t> ids_;          // by type of the input: its id in the output
  Vector<std::uint8_t> is_written_;    // by type of the input
  Vector<std::uint32_t> symbol_types_; // by symbol of the output
  Vector<std::uint32_t> listed_as_;    // by symbol of the output: its last entry's number, + 1
  Vector<Entry> entries_;
  Vector<std::uint32_t> words_;
};

} // namespace

elf::Relocation read_relocation(const Input& input, const InputSection& section,
                                std::size_t index) {
  const auto entry = section.content.subspan(index * sizeof(Elf64_Rel), sizeof(Elf64_Rel));
  return elf::decode_relocation(ByteReader(entry, input.order()), true, false);
}

Fate fate_of(const Placed& placed, std::uint32_t type) {
  const btf::Type words = placed.input->btf()->type(type);
  if (words.is(btf::kDatasec))
    return Fate::left_out;
  if (!Input::is_global_type(words))
    return Fate::copied;
  const auto symbol = placed.input->symbol_of(words);
  return symbol && placed.symbols[*symbol] != kNone ? Fate::of_symbol : Fate::left_out;
}

std::uint32_t symbol_of_type(const Placed& placed, std::uint32_t type) {
  return placed.symbols[*placed.input->symbol_of(placed.input->btf()->type(type))];
}

Result<OutputTypes> compose_types(const State& state, std::span<const Placed> inputs) {
  auto btf = btf::Btf::empty(nullptr);
  if (!btf)
    return btf.error();
  Records records(**btf);
  if (const auto done = Compose(state, inputs, **btf).run(records); !done)
    return done.error();
  OutputTypes types;
  if ((*btf)->end_id() == 1)
    return types;
  auto ext = records.finish(state);
  if (!ext)
    return ext.error();
  if (const auto done = btf::dedup::run(**btf, ext->get()); !done)
    return done.error();
  types.btf = std::move(*btf);
  types.ext = std::move(*ext);
  return types;
}

} // namespace ringside::linker
