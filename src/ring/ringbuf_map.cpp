// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mapping a BPF ring buffer: the check on its type, and messages about what failed.
#include "ring/ringbuf_map.hpp"

#include <cerrno>
#include <cinttypes>

#include <linux/bpf.h>

#include "base/log.hpp"
#include "bpf/info.hpp"
#include "kernel/reason.hpp"

namespace ringside {
namespace {

struct MapType {
  std::uint32_t type;
  const char* name;
};
constexpr MapType kFilledByKernel{BPF_MAP_TYPE_RINGBUF, "BPF_MAP_TYPE_RINGBUF"};
// Since 6.1; its number is part of the kernel's interface, and older headers lack the name.
constexpr MapType kFilledByProgram{31, "BPF_MAP_TYPE_USER_RINGBUF"};

} // namespace

Result<RingbufMapping> map_ringbuf(const char* who, int map_fd, RingbufMapping::Filler filler) {
  const auto refused = [&](const char* step, kernel::RefusedCall call, Errno error) {
    const auto reason = kernel::explain_now(call, error, {});
    log(LogLevel::warn, "%s: map_fd %d: %s failed: %s\n", who, map_fd, step, reason.text);
    return error;
  };

  const auto info = bpf::map_info(map_fd);
  if (!info)
    return refused("asking about the map", kernel::RefusedCall::bpf, info.error());
  const MapType& wanted_type =
      filler == RingbufMapping::Filler::kernel ? kFilledByKernel : kFilledByProgram;
  if (info->type != wanted_type.type) {
    log(LogLevel::warn, "%s: map_fd %d: the map '%s' is of type %" PRIu32 ", not %s\n", who, map_fd,
        info->name, info->type, wanted_type.name);
    return Errno(EINVAL);
  }

  auto mapping = RingbufMapping::make(map_fd, info->max_entries, filler);
  if (!mapping)
    return refused("mapping the ring", kernel::RefusedCall::other, mapping.error());
  mapping->set_map_name(bpf::name_of(*info));
  return mapping;
}

} // namespace ringside
