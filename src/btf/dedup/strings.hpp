// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings: the part of dedup for strings.
#pragma once

#include <cstdint>
#include <utility>

#include "base/result.hpp"
#include "btf/btf.hpp"
#include "btf/dedup/state.hpp"
#include "btf/ext.hpp"
#include "btf/offset_table.hpp"
#include "btf/strings.hpp"

namespace ringside::btf::dedup {

// Strings is the strings that own types and a .BTF.ext use, once each.
class Strings {
public:
  explicit Strings(const Btf& btf) : btf_(btf) {}

  // collect takes strings in the order in which they are met, and writes their new offsets into the
  // state's words. Those of `ext`, which may be null, are taken as well. ENOMEM.
  Result<void> collect(State& state, Ext* ext);

  // moved is the new offset of a string that was collected. take gives the strings up.
  [[nodiscard]] std::uint32_t moved(std::uint32_t offset);
  StringSet take() { return std::move(strings_); }
  // forget_moved gives memory back where moved is not needed any more.
  void forget_moved() { offsets_ = {}; }

private:
  [[nodiscard]] bool is_own(std::uint32_t offset) const {
    return offset != 0 && offset >= btf_.first_string();
  }
  Result<void> add(std::uint32_t offset);

  const Btf& btf_;
  OffsetTable offsets_; // new ones, by own old ones
  StringSet strings_;
};

} // namespace ringside::btf::dedup
