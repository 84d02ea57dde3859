// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Descriptors that commands give, kept above those of standard input, output and error.
#include "bpf/command.hpp"

#include "os/file.hpp"

namespace ringside::bpf {
namespace {

constexpr int kAboveStandard = 3;

} // namespace

Result<os::UniqueFd> owned(Result<int> fd) {
  if (!fd)
    return fd.error();
  os::UniqueFd given(*fd);
  if (given.get() >= kAboveStandard)
    return given;
  return duplicate_above_standard(given.get());
}

Result<os::UniqueFd> duplicate_above_standard(int fd) {
  return os::duplicate(fd, kAboveStandard);
}

} // namespace ringside::bpf
