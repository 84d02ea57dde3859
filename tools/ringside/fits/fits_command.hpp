// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside fits`: would a BPF object load on other kernels? Nothing is loaded.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library names itself so
class App;
}

namespace ringside::tool::fits {

// The exit statuses.
constexpr int kFits = 0;       // on all kernels, as far as their types tell
constexpr int kDoesNotFit = 1; // on one at least
constexpr int kUnknown = 2;    // the object or a kernel's types cannot be read

struct FitsOptions {
  std::string object;
  std::vector<std::string> kernels; // files and folders with BTF
  bool only_given = false;          // not this kernel
  bool json = false;
  bool verbose = false;
};

// run_fits prints what each kernel lacks, and returns the exit status.
int run_fits(const FitsOptions& options);

std::function<int()> define_fits(CLI::App& command);

} // namespace ringside::tool::fits
