// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The subcommands of `ringside`. A program has those that its list of them names.
#pragma once

#include <functional>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library names itself so
class App;
}

namespace ringside::tool {

struct Subcommand {
  const char* name;
  const char* summary;
  // Gives the subcommand its options, and returns what it does: a function whose result is the
  // exit status.
  std::function<int()> (*define)(CLI::App&);
};

// subcommands is defined by each program that has this command line.
std::vector<Subcommand> subcommands();

extern const Subcommand kDemoSubcommand;

} // namespace ringside::tool
