// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The checks of a library against its contract. They compare facts, and do not read files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abi/contract.hpp"
#include "abi/elf_file.hpp"

namespace ringside::tool::abi {

// Finding: one thing that differs from the contract.
struct Finding {
  std::string what;
  std::string since;  // the release that introduced what is wrong; empty if none did
  std::string breaks; // who would notice, and how
};

// CheckResult: the result of a check, or the reason why it did not run.
struct CheckResult {
  std::string_view id; // one word
  std::vector<Finding> findings;
  std::string skipped;
};

// run_checks runs all checks except that of layouts, in a fixed order.
std::vector<CheckResult> run_checks(const ElfFile& file, const Contract& contract);

// Facts that are no faults, but useful to know; one of them is what no loader reads.
std::vector<std::string> notes_on(const ElfFile& file, const Contract& contract);

} // namespace ringside::tool::abi
