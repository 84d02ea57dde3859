// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// MapDefinition: what a map is to be, and reading it from the type of a variable in .maps.
#pragma once

#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::object {

struct MapDefinition {
  std::uint32_t type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::uint32_t numa_node = 0;
  std::uint64_t extra = 0;
  // In the object's BTF; 0: none.
  std::uint32_t key_type_id = 0;
  std::uint32_t value_type_id = 0;
};

// Values is the initial content of a map of maps or programs: an array of pointers, the last member
// of the definition. Relocations say what each points to.
struct Values {
  bool there = false;
  std::uint32_t offset = 0; // in the variable
  // The struct that defines the maps within, 0 for programs.
  std::uint32_t inner_type_id = 0;
};

struct MapVariable {
  MapDefinition map;
  MapDefinition inner; // if there are values that are maps
  Values values;
  bool pin_by_name = false;
};

// read_map_variable reads the struct `type_id`, modifiers and typedefs around it included. With
// `relaxed`, members of unknown names are left out. Errors, each with a message:
//   EINVAL   a member has another form than it must have, or contradicts an earlier one
//   ENOTSUP  a member is not known, or is not one of this type of map
//   what resolve_size fails with, for a key or value without a size
Result<MapVariable> read_map_variable(const btf::Btf& btf, std::uint32_t type_id, bool relaxed,
                                      const Subject& subject);

// ring_size is the size that the kernel takes for a BPF ring buffer of at least `wanted` bytes: a
// power of two of pages. 0 and what does not fit into 32 bits stay as they are.
std::uint32_t ring_size(std::uint32_t wanted, std::uint32_t page_size);

// is_map_of_maps: the values of such a map are maps.
bool is_map_of_maps(std::uint32_t map_type);
// is_ring: the number of entries of such a map is a size in bytes.
bool is_ring(std::uint32_t map_type);

} // namespace ringside::object
