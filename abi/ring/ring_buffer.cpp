// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ring_buffer: some BPF ring buffers behind one handle. A call with a handle that another libbpf in
// the process has made goes on to that library. The stock library itself makes such calls: of
// ring_buffer__add and ring_buffer__free, with its own handles.
#include "abi/ring/ring_buffer.hpp"

#include <cerrno>
#include <climits>
#include <cstdint>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "abi/boundary/late_frees.hpp"
#include "abi/boundary/options.hpp"
#include "base/failure.hpp"
#include "base/log.hpp"

using ringside::Called;
using ringside::Entry;
using ringside::Errno;
using ringside::leave_read;
using ringside::log;
using ringside::LogLevel;
using ringside::pass_on;
using ringside::Result;
using ringside::RingbufSet;

RINGSIDE_OPTIONS(ring_buffer_opts);

namespace {

bool is_ours(const ring_buffer* buffer) {
  return buffer != nullptr && buffer->mark.is_ours();
}

Result<ringside::Owned<ring_buffer>> make_ring_buffer(int map_fd,
                                                      const ringside::RingbufHandler& handler) {
  ringside::LateFrees<ring_buffer>::carry_out();
  auto buffer = ringside::make<ring_buffer>();
  if (buffer == nullptr)
    return ringside::no_memory("ring_buffer__new", "the buffer");
  auto set = RingbufSet::make_empty();
  if (!set)
    return set.error();
  if (const auto added = (*set)->add(map_fd, handler); !added)
    return added.error();
  buffer->set = std::move(*set);
  buffer->report.begin(*buffer->set);
  return buffer;
}

} // namespace

extern "C" LIBBPF_API struct ring_buffer* ring_buffer__new(int map_fd,
                                                           ring_buffer_sample_fn sample_cb,
                                                           void* ctx,
                                                           const struct ring_buffer_opts* opts) {
  const Entry entry;
  const auto options = ringside::Options<ring_buffer_opts>::read(opts);
  if (!options)
    return entry.fail_null<ring_buffer>(options.error());
  return entry.leave(make_ring_buffer(map_fd, {sample_cb, ctx}));
}

extern "C" LIBBPF_API int ring_buffer__add(struct ring_buffer* rb, int map_fd,
                                           ring_buffer_sample_fn sample_cb, void* ctx) {
  const Entry entry;
  if (!is_ours(rb))
    return pass_on(ring_buffer__add, Called(), rb, map_fd, sample_cb, ctx);
  return entry.leave(rb->set->add(map_fd, {sample_cb, ctx}));
}

extern "C" LIBBPF_API int ring_buffer__poll(struct ring_buffer* rb, int timeout_ms) {
  const Entry entry;
  if (!is_ours(rb))
    return pass_on(ring_buffer__poll, Called(), rb, timeout_ms);
  return leave_read<ring_buffer>(entry, *rb->set, rb->set->poll(timeout_ms));
}

extern "C" LIBBPF_API int ring_buffer__consume(struct ring_buffer* rb) {
  const Entry entry;
  if (!is_ours(rb))
    return pass_on(ring_buffer__consume, Called(), rb);
  return leave_read<ring_buffer>(entry, *rb->set, rb->set->consume(SIZE_MAX));
}

extern "C" LIBBPF_API int ring_buffer__consume_n(struct ring_buffer* rb, size_t n) {
  const Entry entry;
  if (!is_ours(rb))
    return pass_on(ring_buffer__consume_n, Called(), rb, n);
  return leave_read<ring_buffer>(entry, *rb->set, rb->set->consume(n));
}

extern "C" LIBBPF_API int ring_buffer__epoll_fd(const struct ring_buffer* rb) {
  if (!is_ours(rb))
    return pass_on(ring_buffer__epoll_fd, Called(), rb);
  const Entry entry;
  return entry.give(rb->set->give_epoll_fd());
}

extern "C" LIBBPF_API struct ring* ring_buffer__ring(struct ring_buffer* rb, unsigned int idx) {
  const Entry entry;
  if (!is_ours(rb))
    return pass_on(ring_buffer__ring, Called(), rb, idx);
  if (idx >= rb->set->ring_count()) {
    log(LogLevel::warn, "ring_buffer__ring: idx is %u, but there are %zu rings, numbered from 0\n",
        idx, rb->set->ring_count());
    return entry.fail_null<struct ring>(Errno(ERANGE));
  }
  return reinterpret_cast<struct ring*>(&rb->set->ring(idx));
}

extern "C" LIBBPF_API void ring_buffer__free(struct ring_buffer* rb) {
  const Entry entry;
  if (rb == nullptr)
    return;
  if (is_ours(rb))
    ringside::LateFrees<ring_buffer>::free(*rb);
  else
    pass_on(ring_buffer__free, Called(), rb);
  entry.succeed();
}
