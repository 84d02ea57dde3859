// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Whether this kernel takes common attributes.
#include "bpf/common_attr.hpp"

#include <cerrno>

#include "base/cached.hpp"

namespace ringside::bpf {

// Such a kernel reads them before anything else, from a null pointer here.
bool knows_common_attr() {
  static Cached<cached_fact("common attributes of bpf(2)")> kept;
  return kept.holds([]() -> Result<bool> {
    ProgLoadAttr attr;
    const auto refused =
        os::bpf_with_common(BPF_PROG_LOAD | kWithCommonAttr, &attr, passed_size<ProgLoadAttr>(),
                            nullptr, sizeof(CommonAttr));
    return !refused && refused.error() == Errno(EFAULT);
  });
}

} // namespace ringside::bpf
