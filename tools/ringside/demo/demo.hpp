// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside demo`: one libbpf client, run on the stock library and then on ours.
#pragma once

#include <cstdint>
#include <optional>

namespace ringside::tool {

struct DemoOptions {
  unsigned seconds = 4;
  std::optional<std::uint64_t> calls; // else 10,000 a second
  bool simulated = false;
  bool verbose = false;
  bool json = false;
};

// run_demo returns the exit status of the program: 0 if both libraries saw the same, 1 if they did
// not or if the demo failed, 128 + n if signal n ended it.
int run_demo(const DemoOptions& options);

} // namespace ringside::tool
