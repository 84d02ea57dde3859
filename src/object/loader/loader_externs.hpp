// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Symbols of the kernel in a loader: it looks them up when it runs.
#pragma once

#include <string_view>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "btf/kinds.hpp"
#include "object/compose.hpp"
#include "object/loader/loader_work.hpp"

namespace ringside::object {

// write_btf_lookup looks for a type of the kernel or a module. The result, if it is not below 0, is
// its id, with the descriptor of the module's BTF in the upper half.
void write_btf_lookup(LoaderWork& work, std::string_view prefix, std::string_view name,
                      btf::Kind kind);

// write_externs finds each symbol that a program names, once, and writes it into the instructions
// that name it, which are at `insns`. E2BIG: there are more than instructions can name.
Result<void> write_externs(LoaderWork& work, const Code& code, Place insns, const Subject& subject);
// close_externs closes what was opened for that, once the program is loaded.
void close_externs(LoaderWork& work, const Code& code);

} // namespace ringside::object
