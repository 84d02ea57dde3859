// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The constructors of libbpf 0.x, for programs that were linked to libbpf.so.0: callbacks in the
// options, which have no size, and failure as an error pointer.
#include <cerrno>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/symver.hpp"
#include "abi/ring/perf_buffer.hpp"

namespace {

// The options as libbpf.h had them from 0.0.4 to 0.8.
struct OptionsV0 {
  perf_buffer_sample_fn sample_cb;
  perf_buffer_lost_fn lost_cb;
  void* ctx;
};
struct RawOptionsV0 {
  perf_event_attr* attr;
  perf_buffer_event_fn event_cb;
  void* ctx;
  int cpu_cnt;
  int* cpus;
  int* map_keys;
};

perf_buffer* error_pointer(ringside::Errno error) {
  errno = error.value();
  return reinterpret_cast<perf_buffer*>(-static_cast<std::intptr_t>(error.value()));
}

perf_buffer* leave(const ringside::Entry& entry,
                   ringside::Result<ringside::Owned<perf_buffer>> buffer) {
  return buffer ? entry.give(buffer->release()) : error_pointer(buffer.error());
}

perf_buffer* new_v0(int map_fd, size_t page_cnt, const OptionsV0* opts) {
  const ringside::Entry entry;
  perf_event_attr attr = ringside::bpf_output_attr(1);
  ringside::PerfRequest request{"perf_buffer__new", map_fd, page_cnt, &attr};
  if (opts != nullptr)
    request.handler = {opts->sample_cb, opts->lost_cb, nullptr, opts->ctx};
  return leave(entry, ringside::make_perf_buffer(request, nullptr, nullptr));
}

perf_buffer* new_raw_v0(int map_fd, size_t page_cnt, const RawOptionsV0* opts) {
  const ringside::Entry entry;
  if (opts == nullptr)
    return error_pointer(ringside::Errno(EINVAL));
  ringside::PerfRequest request{"perf_buffer__new_raw", map_fd, page_cnt, opts->attr};
  request.cpu_count = opts->cpu_cnt;
  request.cpus = opts->cpus;
  request.map_keys = opts->map_keys;
  return leave(entry, ringside::make_perf_buffer(request, opts->event_cb, opts->ctx));
}

} // namespace

extern "C" {

RINGSIDE_SYMVER(perf_buffer__new_v0_0_4, "perf_buffer__new@LIBBPF_0.0.4")
LIBBPF_API perf_buffer* perf_buffer__new_v0_0_4(int map_fd, size_t page_cnt,
                                                const OptionsV0* opts) {
  return new_v0(map_fd, page_cnt, opts);
}

RINGSIDE_SYMVER(perf_buffer__new_raw_v0_0_4, "perf_buffer__new_raw@LIBBPF_0.0.4")
LIBBPF_API perf_buffer* perf_buffer__new_raw_v0_0_4(int map_fd, size_t page_cnt,
                                                    const RawOptionsV0* opts) {
  return new_raw_v0(map_fd, page_cnt, opts);
}

LIBBPF_API perf_buffer* perf_buffer__new_deprecated(int map_fd, size_t page_cnt,
                                                    const OptionsV0* opts) {
  return new_v0(map_fd, page_cnt, opts);
}

LIBBPF_API perf_buffer* perf_buffer__new_raw_deprecated(int map_fd, size_t page_cnt,
                                                        const RawOptionsV0* opts) {
  return new_raw_v0(map_fd, page_cnt, opts);
}

} // extern "C"
