// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What stands behind the opaque structs of BTF.
#pragma once

#include <bpf/btf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"

template <>
struct ringside::Core<struct btf> {
  using Type = ringside::btf::Btf;
};

template <>
struct ringside::Core<struct btf_ext> {
  using Type = ringside::btf::Ext;
};
