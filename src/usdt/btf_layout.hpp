// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// btf_spec_layout: the layout of specs, read from an object's own BTF.
#pragma once

#include <cstdint>
#include <optional>

#include "btf/btf.hpp"
#include "usdt/specs.hpp"

namespace ringside::usdt {

// btf_spec_layout is that of the struct with an id, the type of the values of __bpf_usdt_specs. It
// recognises members by their types and places, not by their names. Nothing if the struct has
// another form.
std::optional<SpecLayout> btf_spec_layout(const btf::Btf& btf, std::uint32_t id);

} // namespace ringside::usdt
