// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What stands behind the opaque structs of objects, and of the links that attach them.
#pragma once

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "attach/link.hpp"
#include "object/object.hpp"

template <>
struct ringside::Core<bpf_object> {
  using Type = ringside::object::Object;
};

template <>
struct ringside::Core<bpf_map> {
  using Type = ringside::object::Map;
};

template <>
struct ringside::Core<bpf_program> {
  using Type = ringside::object::Program;
};

template <>
struct ringside::Core<bpf_link> {
  using Type = ringside::attach::Link;
};
