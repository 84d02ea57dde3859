// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LayoutReference: a library without code whose debug information says what a release declares, and
// what abidiff must not compare. Both were built from abi/manifests with tools/gen/skeleton.py.
#pragma once

#include <string_view>
#include <vector>

namespace ringside::tool::abi {

struct LayoutReference {
  std::string_view version;
  std::string_view library; // the bytes of an ELF file
  std::string_view suppressions;
};

std::vector<LayoutReference> layout_references(); // oldest first

} // namespace ringside::tool::abi
