// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Functions of an ELF file, and where in the file their code is. Bytes come in through elf::File:
// nothing here makes a system call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "attach/glob.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "elf/file.hpp"

namespace ringside::attach {

// find_function is where in the file a function begins. `name` may have a version behind it:
// "memcpy@GLIBC_2.14" or with two '@'. Without one it means the version that a linker would choose.
// Symbols that the file imports do not count as its functions. Errors, each with a message:
//   ENOENT        there is no such function; the message says if it is imported, or chosen at run
//                 time (STT_GNU_IFUNC)
//   kErrnoFormat  several functions have the name
//   EINVAL        a table of the file is damaged
//   ENOMEM, or what reading fails with
Result<std::uint64_t> find_function(const elf::File& file, std::string_view name);

// find_functions is where each of several functions begins, in their order. Names are those in the
// tables, versions and all. ESRCH: several functions have one name; EINVAL: a name is null; else as
// find_function.
Result<Vector<unsigned long>> find_functions(const elf::File& file,
                                             std::span<const char* const> names);

// match_functions is where the functions begin whose names fit a pattern: each place once, in
// rising order. It looks in .symtab, and in .dynsym if no name of .symtab fits. ENOENT: no name
// fits; else as find_function.
Result<Vector<unsigned long>> match_functions(const elf::File& file, const Glob& glob);

} // namespace ringside::attach
