// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The subcommands of `ringside` as it is installed.
#include "commands.hpp"

#include "abi/abi_command.hpp"
#include "conform/conform_command.hpp"
#include "fits/fits_command.hpp"
#include "run/run_command.hpp"

namespace ringside::tool {

std::vector<Subcommand> subcommands() {
  return {
      {"abi", "does a library keep libbpf's ABI, and what does a program need of it?",
       [](CLI::App& command, const Words&) { return abi::define_abi(command); }, abi::kUnknown},
      kDemoSubcommand,
      {"conform", "run the conformance cases over any libbpf",
       [](CLI::App& command, const Words&) { return conform::define_conform(command); },
       conform::kUnknown},
      {"fits", "would a BPF object load on this kernel, and on others?",
       [](CLI::App& command, const Words&) { return fits::define_fits(command); }, fits::kUnknown},
      {"run", "run a program on ringside", define_run, kNotServed},
  };
}

} // namespace ringside::tool
