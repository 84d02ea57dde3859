// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside` as `./dev demo` builds and runs it: with the demo alone, because the other subcommands
// take long to compile, and with the demo's parts where the build puts them.
#include "commands.hpp"
#include "common/install_paths.hpp"

namespace ringside::tool {

std::vector<Subcommand> subcommands() {
  return {kDemoSubcommand};
}

InstallPaths find_install_paths() {
  InstallPaths paths;
  paths.demo_client = RINGSIDE_DEMO_CLIENT;
  paths.demo_target = RINGSIDE_DEMO_TARGET;
  paths.reader = RINGSIDE_DEMO_READER;
  paths.replacement = RINGSIDE_DEMO_REPLACEMENT;
  paths.simulator = RINGSIDE_DEMO_SIMULATOR;
  return paths;
}

} // namespace ringside::tool
