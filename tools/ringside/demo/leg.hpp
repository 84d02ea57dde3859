// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A leg of the demo: one run of the client, with the target on the real kernel, or alone on the
// simulated one.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <variant>

#include "common/child.hpp"
#include "common/install_paths.hpp"
#include "demo/report.hpp"

namespace ringside::tool {

struct LegPlan {
  std::string name;
  bool preload_reader = false; // libringside.so.1
  bool simulated = false;
  std::uint64_t calls = 0;
  unsigned seconds = 0;
  bool back_to_back = false; // the calls, instead of spread over the seconds
};

// SetupFailure: the client could not start, because a function of libbpf failed.
struct SetupFailure {
  std::string function;
  int error;
  std::string diagnostics;
};

// LegError: a leg failed for a reason that is not a missing privilege.
struct LegError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// LegEvents: what a caller can show while a leg runs.
struct LegEvents {
  std::function<void(const Command&)> start;           // before each of its programs
  std::function<void(std::uint64_t received)> advance; // some ten times a second
};

// run_leg throws LegError and Interrupted; whatever happens, it leaves no process behind.
std::variant<LegResult, SetupFailure> run_leg(const LegPlan& plan, const InstallPaths& paths,
                                              Signals& signals, const LegEvents& events);

} // namespace ringside::tool
