// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LoaderWork: what the steps of making a loader have at hand, and the steps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "bpf/attr.hpp"
#include "object/loader/loader.hpp"
#include "object/loader/loader_code.hpp"
#include "object/loading.hpp"

namespace ringside::object {

// The caller's struct: bpf_loader_ctx, then a bpf_map_desc for each map, then a bpf_prog_desc for
// each program. Source: include/bpf/skel_internal.h.
namespace loader_context {
inline constexpr std::uint32_t kFlags = 4;
inline constexpr std::uint32_t kLogLevel = 8;
inline constexpr std::uint32_t kLogSize = 12;
inline constexpr std::uint32_t kLogBuffer = 16;
inline constexpr std::uint32_t kSize = 24;
inline constexpr std::uint32_t kMapSize = 16;
inline constexpr std::uint32_t kMapEntries = 4;
inline constexpr std::uint32_t kMapInitial = 8;
inline constexpr std::uint32_t kProgramSize = 4;
inline constexpr std::int32_t kFromKernel = 1; // a flag
} // namespace loader_context

struct LoaderWork {
  LoaderWork(Loading& loaded, const Loader& made)
      : loading(loaded), loader(made), code(loaded.object.parsed().order),
        map_count(static_cast<std::uint32_t>(loaded.object.maps().size())),
        extern_count(static_cast<std::uint32_t>(loaded.object.parsed().externs.size())) {}

  Loading& loading;
  const Loader& loader;
  LoaderCode code;
  std::uint32_t map_count;
  std::uint32_t extern_count;

  // Slots of descriptors. The first are also the array that programs are loaded with: maps by their
  // index, then the BTF of the modules that have the externs. Its place 0 is never a module's.
  Place slots;
  Place zero_key;
  Place license;

  [[nodiscard]] std::uint32_t module_index(std::uint32_t external) const {
    return (map_count != 0 ? map_count : 1) + external;
  }
  [[nodiscard]] std::uint32_t program_index(std::size_t program) const {
    return module_index(extern_count) + static_cast<std::uint32_t>(program);
  }
  [[nodiscard]] std::uint32_t slot_count() const {
    return program_index(loading.object.programs().size()) + 3;
  }
  [[nodiscard]] Place slot(std::uint32_t index) const {
    return slots.behind(std::uint64_t{index} * sizeof(std::uint32_t));
  }
  [[nodiscard]] Place btf_slot() const { return slot(slot_count() - 1); }
  [[nodiscard]] Place inner_slot() const { return slot(slot_count() - 2); }
  [[nodiscard]] Place target_slot() const { return slot(slot_count() - 3); }

  [[nodiscard]] static std::uint32_t map_context(std::uint32_t map) {
    return loader_context::kSize + map * loader_context::kMapSize;
  }
  [[nodiscard]] std::uint32_t program_context(std::size_t program) const {
    return map_context(map_count) +
           static_cast<std::uint32_t>(program) * loader_context::kProgramSize;
  }
};

// write_log has the kernel's log of a load go where the caller wants it. The members of the
// request that say so have the places `level`, `size` and `buffer`.
void write_log(LoaderWork& work, Place level, Place size, Place buffer);

// check_maps: ENOTSUP if a map that is made is one that no loader can make.
Result<void> check_maps(Loading& loading);
Result<void> write_maps(LoaderWork& work);
Result<void> write_programs(LoaderWork& work);

} // namespace ringside::object
