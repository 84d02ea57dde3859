// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Files: the texts of /proc and /sys that are simulated: those that follow from the CPUs, and those
// that a test has set.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "sim/kernel/core.hpp"
#include "sim/kernel/files/cpus.hpp"

namespace ringside::sim {

class Files {
public:
  Files(Core& core, Cpus& cpus) : core_(core), cpus_(cpus) {}

  // These enter the kernel. open: nothing means that the path is not simulated.
  std::optional<int> open(const char* path, bool close_on_exec);
  // read_text is open, read and close of a whole file, a real one if it is not simulated: the
  // length, or -errno; -E2BIG if it fills `text` or more.
  long read_text(const char* path, std::span<char> text);
  void set(const char* path, const char* text);

  void reset() { texts_.clear(); }

private:
  // find is whether a path is simulated; `text` is then what the file holds, or nothing if there is
  // no such file.
  bool find(const char* path, std::optional<std::string>& text) const;

  Core& core_;
  Cpus& cpus_;
  std::map<std::string, std::optional<std::string>, std::less<>> texts_;
};

} // namespace ringside::sim
