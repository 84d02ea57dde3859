// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The doors to bpf file systems, where objects of BPF have names.
#pragma once

#include "base/result.hpp"

namespace ringside::os {

// in_bpf_file_system is whether a file or folder, which must be there, is in a bpf file system.
Result<bool> in_bpf_file_system(const char* path);

// make_folder makes a folder that its owner alone may use. EEXIST if there is a file or folder.
Result<void> make_folder(const char* path);

// remove_name removes the name of a file.
Result<void> remove_name(const char* path);

} // namespace ringside::os
