// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Dumped: what a dump prints, as text.
#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "../types.hpp"
#include "btf/dump/dump.hpp"

namespace ringside::test {

class Dumped {
public:
  explicit Dumped(const btf::Btf& btf) : btf_(btf), dump_(make(btf)) {}

  [[nodiscard]] btf::Dump& dump() { return *dump_; }

  // type is what dump_type prints, all what it prints for all ids.
  std::string type(std::uint32_t id) {
    REQUIRE(dump_->type(id));
    return take();
  }
  std::string all() {
    for (std::uint32_t id = 1; id < btf_.end_id(); ++id)
      REQUIRE(dump_->type(id));
    return take();
  }
  std::string declaration(std::uint32_t id, const char* name = "", bool strips = false) {
    btf::DeclarationStyle style;
    style.name = name;
    style.strip_modifiers = strips;
    REQUIRE(dump_->declaration(id, style));
    return take();
  }
  std::string take() { return std::exchange(text_, {}); }

private:
  Owned<btf::Dump> make(const btf::Btf& btf) {
    auto made = btf::Dump::make(btf, append, this);
    REQUIRE(made);
    return std::move(*made);
  }
  static void append(void* context, const char* text) {
    static_cast<Dumped*>(context)->text_ += text;
  }

  const btf::Btf& btf_;
  std::string text_;
  Owned<btf::Dump> dump_;
};

} // namespace ringside::test
