// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocating: what the instructions name becomes numbers that the kernel understands.
#pragma once

#include <cstdint>
#include <span>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "object/compose.hpp"
#include "object/parsed.hpp"

namespace ringside::object {

// A program may refer to a map that was left out, or call a kernel function that does not exist.
// Such an instruction becomes a call of the helper kMissingMap + index, or kMissingFunction +
// index; the index is that of the map or extern. No helper has such a number. So the verifier
// refuses the program, unless the instruction cannot be reached.
inline constexpr std::int32_t kMissingMap = 2001000000;
inline constexpr std::int32_t kMissingFunction = 2002000000;

// LiveMap is what instructions need to know of a map.
struct LiveMap {
  bool exists = false;
  int fd = -1;
};

// LiveExtern is what an extern is on the running kernel. The kind of extern decides which members
// are set.
struct LiveExtern {
  bool is_set = false;
  std::uint64_t address = 0; // of an untyped symbol
  std::uint32_t btf_id = 0;  // of a typed symbol or a function
  int btf_fd = 0;            // of the module that has it; 0: vmlinux
  std::int16_t fd_index = 0; // of that module, in the array of descriptors of a program
};

struct RelocationTargets {
  std::span<const LiveMap> maps;
  std::span<const LiveExtern> externs;
  // Where the globals of the arena begin.
  std::uint64_t arena_offset = 0;
  // Gives the descriptor of the map for a jump table, made when it is first asked for.
  Result<int> (*jump_table)(void* context, const Code& code, std::uint32_t insn,
                            const Reference& table) = nullptr;
  void* context = nullptr;
};

// relocate changes all instructions of `code` that its references name. EINVAL, with a message: an
// instruction, which the program may have set, is none that its reference fits; what making a jump
// table fails with.
Result<void> relocate(Code& code, const Parsed& parsed, const RelocationTargets& targets,
                      const Subject& subject);

} // namespace ringside::object
