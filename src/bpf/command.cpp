// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Descriptors that are kept above those of standard input, output and error.
#include "bpf/command.hpp"

#include "os/file.hpp"

namespace ringside::bpf {

Result<os::UniqueFd> duplicate_above_standard(int fd) {
  return os::duplicate(fd, kAboveStandard);
}

} // namespace ringside::bpf
