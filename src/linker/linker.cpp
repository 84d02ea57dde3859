// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Linker: inputs are added to a copy of the State, which takes its place.
#include "linker/linker.hpp"

#include <cerrno>
#include <utility>

#include "base/failure.hpp"
#include "linker/add.hpp"
#include "linker/output.hpp"

namespace ringside::linker {

Result<void> Linker::begin() {
  if (!state_.symbols.empty())
    return {};
  return state_.symbols.append(OutputSymbol());
}

Result<void> Linker::add(Array<std::byte> bytes, std::string_view name) {
  auto input = Input::read(std::move(bytes), name);
  if (!input)
    return input.error();
  if (!inputs_.empty() && inputs_[0].input->order() != (*input)->order())
    return fail((*input)->subject(), Errno(EOPNOTSUPP),
                "has another byte order than the files before");
  State next;
  Placed placed;
  if (!begin() || !next.copy(state_) || !inputs_.reserve(inputs_.size() + 1))
    return no_memory((*input)->subject(), "the output");
  placed.input = std::move(*input);
  Adding adding{next, inputs_, globals_, placed};
  for (const auto step : {place_sections, resolve_symbols, check_references, place_relocations})
    if (const auto done = step(adding); !done)
      return done;
  if (!globals_.reserve(next.symbols.size()) || !inputs_.append(std::move(placed)))
    return no_memory(name, "the output");
  // Nothing fails from here on: there is room for all symbols.
  for (auto number = static_cast<std::uint32_t>(state_.symbols.size());
       number < next.symbols.size(); ++number)
    if (next.symbols[number].type_id != 0)
      (void)globals_.insert(hash_text(next.symbols[number].name), number);
  state_ = std::move(next);
  return {};
}

Result<Vector<std::byte>> Linker::output() const {
  return write_output(state_, inputs_);
}

} // namespace ringside::linker
