// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The subcommands of `ringside` as it is installed.
#include "commands.hpp"

#include "abi/abi_command.hpp"
#include "conform/conform_command.hpp"

namespace ringside::tool {

std::vector<Subcommand> subcommands() {
  return {
      {"abi", "does a library keep libbpf's ABI, and what does a program need of it?",
       abi::define_abi, abi::kUnknown},
      kDemoSubcommand,
      {"conform", "run the conformance cases over any libbpf", conform::define_conform,
       conform::kUnknown},
  };
}

} // namespace ringside::tool
