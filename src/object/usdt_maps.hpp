// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs of an object on USDT probes: the maps that bpf/usdt.bpf.h gives the object.
#pragma once

#include "attach/link.hpp"
#include "object/object.hpp"
#include "usdt/attach.hpp"

namespace ringside::object {

// attach_usdt attaches a program to all places of a probe. The path may be a name without '/': then
// find_file looks for the file. EINVAL: the program is not loaded, or the path, the provider or the
// name is null; ENOENT: there is no such file; ESRCH: the object has no maps of bpf/usdt.bpf.h;
// else as usdt::attach_usdt. Each with a message.
Result<Owned<attach::Link>> attach_usdt(const Program& program, usdt::Target target);

} // namespace ringside::object
