// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The checks of a library against its contract. They look at facts alone, and read no file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abi/contract.hpp"
#include "abi/elf_file.hpp"

namespace ringside::tool::abi {

// Finding: one thing that is not as promised.
struct Finding {
  std::string what;
  std::string since;  // the release that introduced what is wrong; empty if none did
  std::string breaks; // who would notice, and how
};

// CheckResult: a check that was carried out, or the reason why it was not.
struct CheckResult {
  std::string_view id; // one word
  std::vector<Finding> findings;
  std::string skipped;
};

// run_checks carries out all checks but that of layouts, in a fixed order.
std::vector<CheckResult> run_checks(const ElfFile& file, const Contract& contract);

// What is no fault and yet good to know.
std::vector<std::string> notes_on(const ElfFile& file, const Contract& contract);

} // namespace ringside::tool::abi
