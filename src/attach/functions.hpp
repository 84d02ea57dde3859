// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Functions of an ELF file, and where in the file their code is. Bytes come in through elf::File,
// so it is as pure as that.
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
// "memcpy@GLIBC_2.14" or with two '@'. Without one it means the version that a linker would take.
// Symbols that the file imports are none of its functions. Errors, each with a message:
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

// match_functions is where all functions begin that a pattern fits, each once, in rising order. The
// names are those of .symtab, or where that has none that fits, of .dynsym. ENOENT: there is none;
// else as find_function.
Result<Vector<unsigned long>> match_functions(const elf::File& file, const Glob& glob);

} // namespace ringside::attach
