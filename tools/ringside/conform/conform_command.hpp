// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside conform`: runs the conformance cases with any libbpf.
#pragma once

#include <functional>

namespace CLI { // NOLINT(readability-identifier-naming): the library names itself so
class App;
}

namespace ringside::tool::conform {

// The exit status if the cases could not run.
constexpr int kUnknown = 2;

// define_conform adds the options to a subcommand and returns the function that runs it. The exit
// status is 0 if every library conforms, 1 if one does not, kUnknown if the cases could not run or
// the function throws, 128 + n if signal n ended it.
std::function<int()> define_conform(CLI::App& command);

} // namespace ringside::tool::conform
