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
  explicit Strings(const Btf& btf) : btf_(btf), first_(btf.first_string()) {}

  // begin comes first. see notes that an offset, of any size, is used. ENOMEM.
  Result<void> begin();
  void see(std::uint32_t offset) {
    if (offset - first_ < size_)
      offsets_.name(offset - first_);
  }
  // collect takes strings that were seen in the order in which they are met, and writes their new
  // offsets into the state's words. Those of `ext`, which may be null, are taken as well. ENOMEM.
  Result<void> collect(State& state, Ext* ext);

  // moved is the new offset of a string that was collected. take gives the strings up.
  [[nodiscard]] std::uint32_t moved(std::uint32_t offset) {
    return is_own(offset) ? offsets_.number(offset - first_) : offset;
  }
  StringSet take() { return std::move(strings_); }
  // forget_moved gives memory back where moved is not needed any more.
  void forget_moved() { offsets_ = {}; }

private:
  [[nodiscard]] bool is_own(std::uint32_t offset) const { return offset != 0 && offset >= first_; }
  Result<void> add(std::uint32_t offset, std::uint32_t& moved);

  const Btf& btf_;
  const std::uint32_t first_;
  std::uint32_t size_ = 0;
  OffsetTable offsets_; // new ones, by own old ones
  StringSet strings_;
};

} // namespace ringside::btf::dedup
