// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Making a perf_buffer: the two constructors of libbpf 1.x.
#include "abi/ring/perf_buffer.hpp"

#include "abi/boundary/entry.hpp"
#include "abi/boundary/late_frees.hpp"
#include "abi/boundary/options.hpp"
#include "base/failure.hpp"

namespace ringside {
namespace {

// call_event hands a record to the program's event_cb. `context` is the perf_buffer. Its
// result is passed back unchanged: programs return errors of their own there.
int call_event(void* context, int cpu, perf_event_header* record) {
  static_assert(LIBBPF_PERF_EVENT_CONT == kGoOn);
  const auto& buffer = *static_cast<const perf_buffer*>(context);
  return buffer.event_cb(buffer.event_ctx, cpu, record);
}

} // namespace

Result<Owned<perf_buffer>> make_perf_buffer(PerfRequest request, perf_buffer_event_fn event_cb,
                                            void* event_ctx) {
  LateFrees<perf_buffer>::carry_out();
  auto buffer = make<perf_buffer>();
  if (buffer == nullptr)
    return no_memory(request.function, "the buffer");
  if (event_cb != nullptr) {
    buffer->event_cb = event_cb;
    buffer->event_ctx = event_ctx;
    request.handler = {nullptr, nullptr, call_event, buffer.get()};
  }
  auto set = request.open();
  if (!set)
    return set.error();
  buffer->set = std::move(*set);
  buffer->report.begin(*buffer->set);
  return buffer;
}

} // namespace ringside

using ringside::Entry;
using ringside::Options;
using ringside::PerfRequest;

RINGSIDE_OPTIONS(perf_buffer_opts);
RINGSIDE_OPTIONS(perf_buffer_raw_opts);

extern "C" LIBBPF_API struct perf_buffer* perf_buffer__new(int map_fd, size_t page_cnt,
                                                           perf_buffer_sample_fn sample_cb,
                                                           perf_buffer_lost_fn lost_cb, void* ctx,
                                                           const struct perf_buffer_opts* opts) {
  const Entry entry;
  const auto options = Options<perf_buffer_opts>::read(opts);
  if (!options)
    return entry.fail_null<perf_buffer>(options.error());
  const __u32 sample_period = options->get(&perf_buffer_opts::sample_period);
  perf_event_attr attr = ringside::bpf_output_attr(sample_period != 0 ? sample_period : 1);
  PerfRequest request{"perf_buffer__new", map_fd, page_cnt, &attr};
  request.handler = {sample_cb, lost_cb, nullptr, ctx};
  return entry.leave(ringside::make_perf_buffer(request, nullptr, nullptr));
}

extern "C" LIBBPF_API struct perf_buffer*
perf_buffer__new_raw(int map_fd, size_t page_cnt, struct perf_event_attr* attr,
                     perf_buffer_event_fn event_cb, void* ctx,
                     const struct perf_buffer_raw_opts* opts) {
  const Entry entry;
  const auto options = Options<perf_buffer_raw_opts>::read(opts);
  if (!options)
    return entry.fail_null<perf_buffer>(options.error());
  PerfRequest request{"perf_buffer__new_raw", map_fd, page_cnt, attr};
  request.cpu_count = options->get(&perf_buffer_raw_opts::cpu_cnt);
  request.cpus = options->get(&perf_buffer_raw_opts::cpus);
  request.map_keys = options->get(&perf_buffer_raw_opts::map_keys);
  return entry.leave(ringside::make_perf_buffer(request, event_cb, ctx));
}
