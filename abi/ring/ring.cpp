// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ring: one of the rings of a ring_buffer, on its own. Its handle is the RingbufRing itself.
#include <cerrno>
#include <cstdint>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "abi/boundary/late_frees.hpp"
#include "abi/ring/ring_buffer.hpp"
#include "ring/ringbuf_ring.hpp"

using ringside::Called;
using ringside::Entry;
using ringside::leave_read;
using ringside::pass_on;
using ringside::RingbufRing;

namespace {

// ours is the ring behind a handle, or nullptr if another libbpf has made it.
const RingbufRing* ours(const ring* handle) {
  const auto* ring = reinterpret_cast<const RingbufRing*>(handle);
  return ring != nullptr && ring->is_ours() ? ring : nullptr;
}
RingbufRing* ours(ring* handle) {
  return const_cast<RingbufRing*>(ours(static_cast<const ring*>(handle)));
}

} // namespace

extern "C" LIBBPF_API unsigned long ring__consumer_pos(const struct ring* r) {
  const RingbufRing* ring = ours(r);
  return ring != nullptr ? ring->consumer_position() : pass_on(ring__consumer_pos, Called(), r);
}

extern "C" LIBBPF_API unsigned long ring__producer_pos(const struct ring* r) {
  const RingbufRing* ring = ours(r);
  return ring != nullptr ? ring->producer_position() : pass_on(ring__producer_pos, Called(), r);
}

extern "C" LIBBPF_API size_t ring__avail_data_size(const struct ring* r) {
  const RingbufRing* ring = ours(r);
  if (ring == nullptr)
    return pass_on(ring__avail_data_size, Called(), r);
  // The consumer's position is read first: the producer's may grow between the two reads, and is
  // never smaller.
  const std::uint64_t consumer = ring->consumer_position();
  return static_cast<size_t>(ring->producer_position() - consumer);
}

extern "C" LIBBPF_API size_t ring__size(const struct ring* r) {
  const RingbufRing* ring = ours(r);
  return ring != nullptr ? ring->data_size() : pass_on(ring__size, Called(), r);
}

extern "C" LIBBPF_API int ring__map_fd(const struct ring* r) {
  const Entry entry;
  RingbufRing* ring = ours(const_cast<struct ring*>(r));
  if (ring == nullptr)
    return pass_on(ring__map_fd, Called(), r);
  ring->watched_by_program();
  return entry.give(ring->map_fd());
}

extern "C" LIBBPF_API int ring__consume(struct ring* r) {
  const Entry entry;
  RingbufRing* ring = ours(r);
  if (ring == nullptr)
    return pass_on(ring__consume, Called(), r);
  ring->watched_by_program();
  return leave_read<ring_buffer>(entry, *ring, ring->read(SIZE_MAX));
}

extern "C" LIBBPF_API int ring__consume_n(struct ring* r, size_t n) {
  const Entry entry;
  RingbufRing* ring = ours(r);
  if (ring == nullptr)
    return pass_on(ring__consume_n, Called(), r, n);
  ring->watched_by_program();
  return leave_read<ring_buffer>(entry, *ring, ring->read(n));
}
