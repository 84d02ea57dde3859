// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Giving the kernel BTF.
#pragma once

#include "bpf/command.hpp"

namespace ringside::bpf {

// load_btf gives the kernel BTF. Where btf_log_level is 0, there is room for a log, and the kernel
// refuses, it tries once more with level 1. btf_log_true_size is then what the kernel wrote.
Result<os::UniqueFd> load_btf(BtfLoadAttr& attr);

} // namespace ringside::bpf
