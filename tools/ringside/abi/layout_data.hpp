// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LayoutReference: a library without code, with debug information of all that a release declares,
// and the list of what abidiff must not compare. tools/gen/skeleton.py makes both from
// abi/manifests.
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
