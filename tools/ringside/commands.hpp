// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The subcommands of `ringside`. Each program lists those that it has.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library names itself so
class App;
}

namespace ringside::tool {

using Words = std::vector<std::string>;

struct Subcommand {
  const char* name;
  const char* summary;
  // Adds the options of the subcommand, and returns the function that runs it. The result of that
  // function is the exit status. `program` is the command line of another program, behind "--".
  std::function<int()> (*define)(CLI::App&, const Words& program);
  int failed; // the exit status if that function throws
};

// Each program with this command line defines subcommands().
std::vector<Subcommand> subcommands();

extern const Subcommand kDemoSubcommand;

} // namespace ringside::tool
