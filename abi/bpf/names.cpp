// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The names of types.
#include "bpf/names.hpp"

#include <bpf/libbpf.h>

namespace bpf = ringside::bpf;

extern "C" LIBBPF_API const char* libbpf_bpf_attach_type_str(enum bpf_attach_type t) {
  return bpf::name_of_attach_type(t);
}

extern "C" LIBBPF_API const char* libbpf_bpf_link_type_str(enum bpf_link_type t) {
  return bpf::name_of_link_type(t);
}

extern "C" LIBBPF_API const char* libbpf_bpf_map_type_str(enum bpf_map_type t) {
  return bpf::name_of_map_type(t);
}

extern "C" LIBBPF_API const char* libbpf_bpf_prog_type_str(enum bpf_prog_type t) {
  return bpf::name_of_prog_type(t);
}
