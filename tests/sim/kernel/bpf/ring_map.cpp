// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingMap: checks, and mapping the ring.
#include "sim/kernel/bpf/ring_map.hpp"

#include <bit>
#include <cerrno>

#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

// A mapping of a ring, which can be unmapped in parts.
class MappedRing final : public Mapped {
public:
  explicit MappedRing(std::shared_ptr<MapFile> file) : file_(std::move(file)) {}

  [[nodiscard]] bool divisible() const override { return true; }
  void leave() override { file_->map()->ring()->use_own_mapping(); }

private:
  std::shared_ptr<MapFile> file_;
};

} // namespace

int RingMap::make(const bpf_attr& attr, unsigned long_bits, std::shared_ptr<Map>& map) {
  bool whole_pages = attr.max_entries % host::page_size() == 0;
  if ((attr.map_flags & ~BPF_F_NUMA_NODE) != 0 || attr.key_size != 0 || attr.value_size != 0 ||
      !std::has_single_bit(attr.max_entries) || !whole_pages)
    return -EINVAL;
  auto kind = attr.map_type == BPF_MAP_TYPE_USER_RINGBUF ? Ringbuf::Kind::user_writes
                                                         : Ringbuf::Kind::bpf_writes;
  std::unique_ptr<Ringbuf> ring;
  if (int error = Ringbuf::make(kind, attr.max_entries, long_bits, ring))
    return error;
  map = std::make_shared<RingMap>(attr, std::move(ring));
  return 0;
}

std::intptr_t RingMap::map(const MapCall& call, Mappings& mappings, std::shared_ptr<MapFile> file) {
  std::intptr_t mapped =
      ring_->map(call.address, call.size, call.protection, call.flags, call.offset);
  if (mapped < 0 && mapped >= -kMaxErrno)
    return mapped;
  if (host::kSanitizesThreads)
    ring_->use_mapping(reinterpret_cast<std::byte*>(mapped), call.size, call.offset);
  mappings.add(mapped, call.size, std::make_shared<MappedRing>(std::move(file)));
  return mapped;
}

} // namespace ringside::sim
