// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The names of types of programs, maps, attachments and links: what the kernel's enumerators are
// called behind their prefix, in lower case. BPF_PROG_TYPE_XDP is "xdp".
#pragma once

#include <cstdint>

namespace ringside::bpf {

// Null for a number that is none.
const char* name_of_attach_type(std::uint32_t type);
const char* name_of_link_type(std::uint32_t type);
const char* name_of_map_type(std::uint32_t type);
const char* name_of_prog_type(std::uint32_t type);

} // namespace ringside::bpf
