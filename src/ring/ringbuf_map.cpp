// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mapping a BPF ring buffer: the check on its type, and messages about what failed.
#include "ring/ringbuf_map.hpp"

#include <cerrno>
#include <cinttypes>

#include <linux/bpf.h>

#include "bpf/info.hpp"
#include "kernel/refusal.hpp"

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
  const Subject buffer(who);
  const Subject subject(buffer, "map_fd", map_fd);
  const auto info = bpf::map_info(map_fd);
  if (!info)
    return kernel::refused(subject, {"asking about the map", kernel::RefusedCall::bpf},
                           info.error());
  const MapType& wanted_type =
      filler == RingbufMapping::Filler::kernel ? kFilledByKernel : kFilledByProgram;
  if (info->type != wanted_type.type)
    return fail(subject, Errno(EINVAL), "the map '%s' is of type %" PRIu32 ", not %s", info->name,
                info->type, wanted_type.name);

  auto mapping = RingbufMapping::make(map_fd, info->max_entries, filler);
  if (!mapping)
    return kernel::refused(subject, {"mapping the ring"}, mapping.error());
  mapping->set_map_name(bpf::name_of(*info));
  return mapping;
}

} // namespace ringside
