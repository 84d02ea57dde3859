// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Linker: makes one object of several. Bytes come in and go out; files are its user's.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/array.hpp"
#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "linker/state.hpp"

namespace ringside::linker {

class Linker {
public:
  // add takes an object, of which messages speak by `name`. What fails changes nothing, with a
  // message:
  //   EINVAL      it is broken, or does not go together with what was added before
  //   EOPNOTSUPP  it is not for BPF, or of another byte order
  //   ENOENT      BTF lacks a global symbol, or the symbols a variable
  //   ENOMEM
  Result<void> add(Array<std::byte> bytes, std::string_view name);

  // output is the object that all inputs become. It may be asked for again, after more inputs.
  // ENOMEM; E2BIG: more sections than ELF can count.
  [[nodiscard]] Result<Vector<std::byte>> output() const;

private:
  Result<void> begin();

  State state_;
  Vector<Placed> inputs_;
  HashIndex globals_; // of the state's symbols, by name
};

} // namespace ringside::linker
