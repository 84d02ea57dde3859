// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// State: copies and look-ups.
#include "linker/state.hpp"

namespace ringside::linker {

Result<void> State::copy(const State& from) {
  if (const auto done = sections.append_all(from.sections); !done)
    return done;
  if (const auto done = symbols.append_all(from.symbols); !done)
    return done;
  indices = from.indices;
  return {};
}

std::optional<std::uint32_t> State::find_section(std::string_view name) const {
  for (std::uint32_t at = 0; at < sections.size(); ++at)
    if (sections[at].name == name)
      return at;
  return std::nullopt;
}

} // namespace ringside::linker
