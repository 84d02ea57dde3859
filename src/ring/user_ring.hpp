// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// UserRing: the BPF ring buffer that a program fills and BPF code drains. One producer thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/owned.hpp"
#include "os/os.hpp"
#include "ring/bpf_mapping.hpp"
#include "ring/ready_set.hpp"

namespace ringside {

class UserRing {
public:
  // open maps the ring buffer behind `map_fd`, which stays the caller's. Failures as BpfRing::open.
  static Result<Owned<UserRing>> open(int map_fd);

  // reserve publishes a busy record and returns where its `size` bytes go, aligned to 8. The record
  // keeps BPF code from those behind it until it is submitted or discarded. E2BIG if the ring can
  // never hold it, ENOSPC if it cannot now.
  Result<void*> reserve(std::uint32_t size);
  // reserve_blocking waits for room, for ever if timeout_ms is -1. ENOSPC if there still is none
  // when the time is over, EINTR if a signal came first, EINVAL for a timeout below -1.
  Result<void*> reserve_blocking(std::uint32_t size, int timeout_ms);

  // commit hands a reserved record to BPF code: all of it, or as one to skip.
  enum class Commit { submit, discard };
  void commit(void* data, Commit how);

private:
  BpfMapping mapping_;
  ReadySet ready_;
};

} // namespace ringside
