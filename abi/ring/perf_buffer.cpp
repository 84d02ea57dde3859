// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Using a perf_buffer: reading, waiting, asking and freeing. A call with a handle that another
// libbpf in the process has made goes on to that library.
#include "abi/ring/perf_buffer.hpp"

#include <cerrno>
#include <cstdint>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "abi/boundary/late_frees.hpp"
#include "base/log.hpp"

using ringside::Called;
using ringside::Entry;
using ringside::Errno;
using ringside::is_error;
using ringside::leave_read;
using ringside::log;
using ringside::LogLevel;
using ringside::pass_on;

namespace {

bool is_ours(const perf_buffer* buffer) {
  return buffer != nullptr && buffer->mark.is_ours();
}

Errno index_out_of_range(const char* function, long long index, const perf_buffer* buffer) {
  log(LogLevel::warn, "%s: buf_idx is %lld, but the buffer has %zu rings, numbered from 0\n",
      function, index, buffer->set->ring_count());
  return Errno(EINVAL);
}

} // namespace

extern "C" LIBBPF_API int perf_buffer__poll(struct perf_buffer* pb, int timeout_ms) {
  const Entry entry;
  if (!is_ours(pb))
    return pass_on(perf_buffer__poll, Called(), pb, timeout_ms);
  return leave_read<perf_buffer>(entry, *pb->set, pb->set->poll(timeout_ms));
}

extern "C" LIBBPF_API int perf_buffer__consume(struct perf_buffer* pb) {
  const Entry entry;
  if (!is_ours(pb))
    return pass_on(perf_buffer__consume, Called(), pb);
  return leave_read<perf_buffer>(entry, *pb->set, pb->set->consume());
}

extern "C" LIBBPF_API int perf_buffer__consume_buffer(struct perf_buffer* pb, size_t buf_idx) {
  const Entry entry;
  if (!is_ours(pb))
    return pass_on(perf_buffer__consume_buffer, Called(), pb, buf_idx);
  if (buf_idx >= pb->set->ring_count())
    return entry.fail(index_out_of_range(__func__, static_cast<long long>(buf_idx), pb));
  return leave_read<perf_buffer>(entry, *pb->set, pb->set->consume_ring(buf_idx));
}

extern "C" LIBBPF_API size_t perf_buffer__buffer_cnt(const struct perf_buffer* pb) {
  if (!is_ours(pb))
    return pass_on(perf_buffer__buffer_cnt, Called(), pb);
  return pb->set->ring_count();
}

extern "C" LIBBPF_API int perf_buffer__buffer_fd(const struct perf_buffer* pb, size_t buf_idx) {
  const Entry entry;
  if (!is_ours(pb))
    return pass_on(perf_buffer__buffer_fd, Called(), pb, buf_idx);
  if (buf_idx >= pb->set->ring_count())
    return entry.fail(index_out_of_range(__func__, static_cast<long long>(buf_idx), pb));
  return entry.give(pb->set->give_fd(buf_idx));
}

extern "C" LIBBPF_API int perf_buffer__buffer(struct perf_buffer* pb, int buf_idx, void** buf,
                                              size_t* buf_size) {
  const Entry entry;
  if (!is_ours(pb))
    return pass_on(perf_buffer__buffer, Called(), pb, buf_idx, buf, buf_size);
  if (buf_idx < 0 || static_cast<size_t>(buf_idx) >= pb->set->ring_count())
    return entry.fail(index_out_of_range(__func__, buf_idx, pb));
  const ringside::PerfRing& ring = pb->set->give_ring(static_cast<size_t>(buf_idx));
  *buf = ring.memory();
  *buf_size = ring.data_size();
  return entry.give(0);
}

extern "C" LIBBPF_API int perf_buffer__epoll_fd(const struct perf_buffer* pb) {
  if (!is_ours(pb))
    return pass_on(perf_buffer__epoll_fd, Called(), pb);
  const Entry entry;
  return entry.give(pb->set->give_epoll_fd());
}

extern "C" LIBBPF_API void perf_buffer__free(struct perf_buffer* pb) {
  const Entry entry;
  if (pb == nullptr || is_error(pb))
    return;
  if (is_ours(pb))
    ringside::LateFrees<perf_buffer>::free(*pb);
  else
    pass_on(perf_buffer__free, Called(), pb);
  entry.succeed();
}
