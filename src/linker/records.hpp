// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Records: what .BTF.ext of all inputs says about instructions, put together by section.
#pragma once

#include <cstdint>
#include <span>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"
#include "linker/state.hpp"

namespace ringside::linker {

class Records {
public:
  // Strings go into `btf`, the BTF of the output.
  explicit Records(btf::Btf& btf) : btf_(btf) {}

  // add takes the records of an input, whose types have these ids in the output. ENOMEM.
  Result<void> add(const Placed& placed, std::span<const std::uint32_t> ids);
  // finish gives all records: null if there are none. ENOMEM.
  Result<Owned<btf::Ext>> finish(const State& state);

private:
  // A run of records of one kind and section.
  struct Run {
    btf::ExtKind kind;
    std::uint32_t section;
    std::size_t begin, words;
  };

  Result<void> add_run(const Placed& placed, std::span<const std::uint32_t> ids, btf::ExtKind kind,
                       std::uint32_t name, std::span<const std::uint32_t> records);
  [[nodiscard]] std::uint32_t count(btf::ExtKind kind, std::uint32_t section) const;

  btf::Btf& btf_;
  std::uint32_t record_words_[btf::kExtKinds] = {};
  Vector<std::uint32_t> words_;
  Vector<Run> runs_;
};

} // namespace ringside::linker
