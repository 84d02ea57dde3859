// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Hooks: programs that one call attaches, by a link of the kernel.
#pragma once

#include <cstdint>

#include "attach/link.hpp"
#include "attach/program.hpp"
#include "bpf/attr.hpp"

namespace ringside::attach {

// attach_hook makes the link that `attr` describes; prog_fd in it is filled in here. A kernel that
// has no links of this kind may have an older way to attach; then the program is attached that way.
// The error is the kernel's; the message says which version of the kernel has such links.
Result<Owned<Link>> attach_hook(const Program& program, bpf::LinkCreateAttr attr);

// attach_tracing attaches to what the program was loaded for: fentry, fexit, tp_btf, lsm and the
// like.
Result<Owned<Link>> attach_tracing(const Program& program, std::uint64_t cookie);

// attach_raw_tracepoint attaches to a tracepoint by its name.
Result<Owned<Link>> attach_raw_tracepoint(const Program& program, const char* name,
                                          std::uint64_t cookie);

// attach_replacement puts a program in the place of a function of another program. With a
// descriptor of 0 and a name of null, it replaces the function that it was loaded for. EINVAL: only
// one of these is given, or the program is not of type EXT; ENOENT: there is no such function.
Result<Owned<Link>> attach_replacement(const Program& program, int target_fd, const char* name);

// attach_iterator makes a link of an iterator, from which a program opens files to read. `info`, a
// struct of `size` bytes, says what it iterates over; null: all there is.
Result<Owned<Link>> attach_iterator(const Program& program, const void* info, std::uint32_t size);

// attach_struct_ops registers the value of a struct_ops map, by a link if the map was made for
// that. The link has a descriptor of its own.
Result<Owned<Link>> attach_struct_ops(int map_fd, const void* value, bool by_link,
                                      const Subject& subject);
// register_struct_ops writes the value of the map. If it was written before, that is no error.
Result<void> register_struct_ops(int map_fd, const void* value, bool by_link,
                                 const Subject& subject);

} // namespace ringside::attach
