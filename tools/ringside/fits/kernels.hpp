// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernels to compare with, and their types.
#pragma once

#include <string>
#include <vector>

#include "base/owned.hpp"
#include "btf/btf.hpp"
#include "kernel/running_types.hpp"

namespace ringside::tool::fits {

// Kernel is where the types of one are.
struct Kernel {
  std::string name; // for people
  std::string path;
  std::vector<std::string> modules; // files; each is named as its module
  bool is_running = false;
};

struct Kernels {
  std::vector<Kernel> kernels;
  std::vector<std::string> left_out; // files in folders that are no BTF, each with the reason
};

// find_running is the kernel that runs now. Nothing but its name may be there.
Kernel find_running();

// find_kernels finds those that a path stands for: a file with BTF; a folder with a file "vmlinux",
// which is one kernel, its other files being its modules; or a folder of such files and folders.
// Throws std::runtime_error where there is nothing.
void find_kernels(const std::string& path, Kernels& found);

// Types is the BTF of a kernel and of its modules.
struct Types {
  Owned<btf::Btf> kernel;
  Vector<kernel::ModuleBtf> modules;
};

// read_types throws std::runtime_error, with the file and the reason.
Types read_types(const Kernel& kernel);

} // namespace ringside::tool::fits
