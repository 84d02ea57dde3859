// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// InstallPaths: where the installed files are that the program needs. They are found from the path
// of the program, so that the installed tree may be moved.
#pragma once

#include <filesystem>

namespace ringside::tool {

struct InstallPaths {
  std::filesystem::path demo_client, demo_target; // programs
  std::filesystem::path reader;                   // libringside.so.1
  std::filesystem::path replacement;              // our libbpf.so.1
  std::filesystem::path simulator;                // libringside-sim.so
  std::filesystem::path conform, outcomes;        // the conformance program, and its record
};

// find_install_paths does not check that the files exist.
InstallPaths find_install_paths();

} // namespace ringside::tool
