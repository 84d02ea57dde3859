// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside conform`: the conformance cases over any libbpf.
#pragma once

#include <functional>

namespace CLI { // NOLINT(readability-identifier-naming): the library names itself so
class App;
}

namespace ringside::tool::conform {

// define_conform gives a subcommand its options and returns what it does. The exit status is 0 if
// every library conforms, 1 if one does not, 2 if that could not be found out, 128 + n when signal
// n ended it.
std::function<int()> define_conform(CLI::App& command);

} // namespace ringside::tool::conform
