// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// write_spec: a probe's arguments in the layout of the header that the BPF program was built with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/byte_order.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "usdt/arguments.hpp"

namespace ringside::usdt {

// SpecLayout says where the members of a header's struct __bpf_usdt_spec are. The struct begins
// with an array, a struct for each argument, and each of those with the 8 bytes of its value.
struct SpecLayout {
  std::size_t size = 0; // of a value of __bpf_usdt_specs
  std::size_t cookie = 0;
  std::size_t count = 0;
  std::size_t argument_size = 0;
  // In the struct for an argument:
  std::size_t kind = 0;
  std::size_t kind_size = 0; // 4 bytes, or 1
  std::size_t index = 0;     // 16 bits for the index register and its shift; 0 if there are none
  std::size_t register_offset = 0;
  std::size_t is_signed = 0;
  std::size_t shift = 0;

  bool operator==(const SpecLayout&) const = default;
};

// spec_layout is the layout of the header whose values have this size: 208 bytes in libbpf 0.8 to
// 1.6, 304 bytes since then. Nothing for other sizes.
std::optional<SpecLayout> spec_layout(std::size_t value_size, ByteOrder order = kNativeOrder);

// write_spec is a value of __bpf_usdt_specs. EINVAL for an argument with an index in a layout that
// has no room for one; ENOMEM.
Result<Vector<std::byte>> write_spec(const SpecLayout& layout, const Arguments& arguments,
                                     std::uint64_t cookie, ByteOrder order = kNativeOrder);

} // namespace ringside::usdt
