// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Obstacles: why the loader does not load our library into a program, as far as the program's file
// shows.
#pragma once

#include <string>
#include <vector>

#include "abi/elf_file.hpp"

namespace ringside::tool::abi {

// Obstacle: the text is a sentence about the program, and what to do: "it is linked statically,
// ...".
struct Obstacle {
  std::string text;
  bool for_us = true; // false if only other users than this process's meet it
};

// obstacles_of looks at the file and its rights. The file must be a program: for a library, the
// answer depends on the program that loads it.
std::vector<Obstacle> obstacles_of(const ElfFile& program);

} // namespace ringside::tool::abi
