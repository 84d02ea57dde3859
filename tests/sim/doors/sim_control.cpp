// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// sim_control: the plain C functions, each handed to the simulated kernel.
#include "sim/sim_control.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "sim/doors/memory.hpp"
#include "sim/kernel/kernel.hpp"

namespace {

using ringside::sim::Clock;
using ringside::sim::Kernel;
using ringside::sim::Ringbuf;

// A size that does not fit into a size_t becomes the largest one, which is too large as well.
std::span<const std::byte> bytes(const void* data, std::uint64_t size) {
  return {static_cast<const std::byte*>(data),
          static_cast<std::size_t>(std::min<std::uint64_t>(size, SIZE_MAX))};
}

void script(const char* call, unsigned nth, int error, bool onwards) {
  if (!Kernel::instance().script_failure(call, nth, error, onwards))
    std::fprintf(stderr, "sim: no call is named '%s'\n", call);
}

} // namespace

extern "C" {

void sim_reset(unsigned cpus) {
  Kernel::instance().reset(cpus);
  ringside::sim::forget_memory();
}

void sim_set_online(unsigned cpu, int online) {
  Kernel::instance().perf().set_online(cpu, online != 0);
}

void sim_sleep_ns(uint64_t ns) {
  Kernel::instance().perf().sleep(ns);
}

void sim_set_file(const char* path, const char* text) {
  Kernel::instance().files().set(path, text);
}

void sim_hold_clock(void) {
  Clock::hold();
}

void sim_take_away(uint64_t from_ns, uint64_t until_ns) {
  Kernel::instance().take_away(from_ns, until_ns);
}

void sim_take_for_maps(uint64_t ns_per_page) {
  Kernel::instance().take_for_maps(ns_per_page);
}

int sim_loop_at(uint64_t at_ns, const struct sim_loop* loop) {
  return Kernel::instance().bpf().loop_at(at_ns, *loop);
}

int sim_create_map(uint32_t type, uint32_t max_entries, const char* name) {
  return Kernel::instance().bpf().create_map(type, max_entries, name);
}

uint32_t sim_add_module(const char* name, const void* btf, uint32_t size) {
  return Kernel::instance().bpf().add_module(name, {static_cast<const std::byte*>(btf), size});
}

int sim_unpin(const char* path) {
  return Kernel::instance().bpf().unpin(path) ? 0 : -ENOENT;
}

int sim_output(int map_fd, unsigned cpu, const void* data, uint32_t size) {
  return Kernel::instance().bpf().output(map_fd, cpu, cpu, bytes(data, size));
}

int sim_output_to(int map_fd, unsigned cpu, uint32_t key, const void* data, uint32_t size) {
  return Kernel::instance().bpf().output(map_fd, cpu, key, bytes(data, size));
}

int sim_begin_output(int map_fd, unsigned cpu) {
  return Kernel::instance().bpf().begin_output(map_fd, cpu);
}

int sim_finish_output(int handle, const void* data, uint32_t size) {
  return Kernel::instance().bpf().finish_output(handle, bytes(data, size));
}

int sim_slow_output_at(uint64_t begins_ns, uint64_t ends_ns, int map_fd, unsigned cpu,
                       const void* data, uint32_t size) {
  return Kernel::instance().bpf().slow_output_at(begins_ns, ends_ns, map_fd, cpu,
                                                 bytes(data, size));
}

int sim_emit(int event_fd, uint32_t type, uint16_t misc, const void* data, uint32_t size) {
  return Kernel::instance().perf().emit(event_fd, type, misc, bytes(data, size));
}

int sim_emit_raw(int event_fd, const void* data, size_t size, uint64_t advance) {
  return Kernel::instance().perf().emit_raw(event_fd, bytes(data, size), advance);
}

int sim_set_positions(int event_fd, uint64_t head, uint64_t tail) {
  return Kernel::instance().perf().set_positions(event_fd, head, tail);
}

int sim_event_fd(int map_fd, uint32_t key) {
  return Kernel::instance().bpf().event_fd(map_fd, key);
}

int sim_ringbuf_output(int map_fd, const void* data, uint64_t size, uint64_t flags) {
  return Kernel::instance().bpf().ring_output(map_fd, bytes(data, size), flags);
}

int sim_ringbuf_output_at(uint64_t at_ns, int map_fd, const void* data, uint64_t size,
                          uint64_t flags) {
  return Kernel::instance().bpf().ring_output_at(at_ns, map_fd, bytes(data, size), flags);
}

int sim_slow_ringbuf_output_at(uint64_t begins_ns, uint64_t ends_ns, int map_fd, const void* data,
                               uint64_t size, uint64_t flags) {
  return Kernel::instance().bpf().slow_ring_output_at(begins_ns, ends_ns, map_fd, bytes(data, size),
                                                      flags);
}

int sim_ringbuf_reserve(int map_fd, uint64_t size, void** sample) {
  return Kernel::instance().bpf().ring_reserve(map_fd, size, sample);
}

int sim_ringbuf_submit(void* sample, uint64_t flags) {
  return Kernel::instance().bpf().ring_commit(sample, Ringbuf::Commit::submit, flags);
}

int sim_ringbuf_discard(void* sample, uint64_t flags) {
  return Kernel::instance().bpf().ring_commit(sample, Ringbuf::Commit::discard, flags);
}

long sim_user_ringbuf_drain(int map_fd, sim_user_sample_fn callback, void* context,
                            uint64_t flags) {
  auto take = [=](std::span<const std::byte> sample) {
    return callback(sample.data(), static_cast<uint32_t>(sample.size()), context);
  };
  return Kernel::instance().bpf().ring_drain(map_fd, take, flags);
}

int sim_user_ringbuf_drain_at(uint64_t at_ns, int map_fd, unsigned samples, uint64_t flags) {
  return Kernel::instance().bpf().ring_drain_at(at_ns, map_fd, samples, flags);
}

int sim_ringbuf_set_positions(int map_fd, uint64_t consumer, uint64_t producer) {
  return Kernel::instance().bpf().with_ring(
      map_fd, [=](Ringbuf& ring) { ring.set_positions(consumer, producer); });
}

int sim_ringbuf_positions(int map_fd, uint64_t* consumer, uint64_t* producer) {
  return Kernel::instance().bpf().with_ring(map_fd, [=](Ringbuf& ring) {
    *consumer = ring.consumer();
    *producer = ring.producer();
  });
}

int sim_ringbuf_poke(int map_fd, uint64_t position, const void* data, size_t size) {
  return Kernel::instance().bpf().with_ring(
      map_fd, [=](Ringbuf& ring) { ring.poke(position, bytes(data, size)); });
}

int sim_ringbuf_peek(int map_fd, uint64_t position, void* into, size_t size) {
  return Kernel::instance().bpf().with_ring(map_fd, [=](Ringbuf& ring) {
    ring.peek(position, {static_cast<std::byte*>(into), size});
  });
}

int sim_ringbuf_wake(int map_fd) {
  return Kernel::instance().bpf().ring_wake(map_fd);
}

void sim_set_page_count_bits(unsigned bits) {
  Kernel::instance().perf().set_page_count_bits(bits);
}

void sim_set_long_bits(unsigned bits) {
  Kernel::instance().bpf().set_long_bits(bits);
}

void sim_set_variables(int on) {
  Kernel::instance().bpf().set_variables(on != 0);
}

void sim_fail(const char* call, unsigned nth, int error) {
  script(call, nth, error, false);
}

void sim_fail_from(const char* call, unsigned nth, int error) {
  script(call, nth, error, true);
}

unsigned sim_calls(const char* call) {
  return Kernel::instance().calls(call);
}

uint64_t sim_now_ns(void) {
  return Kernel::instance().now_ns();
}

void sim_advance_ns(uint64_t ns) {
  Kernel::instance().advance_ns(ns);
}

int sim_output_at(uint64_t at_ns, int map_fd, unsigned cpu, const void* data, uint32_t size) {
  return Kernel::instance().bpf().output_at(at_ns, map_fd, cpu, bytes(data, size));
}

void sim_netlink_answer(const void* data, size_t size, uint32_t sender) {
  Kernel::instance().netlink().answer(bytes(data, size), sender);
}

void sim_block_for_threads(int on) {
  Kernel::instance().block_for_threads(on != 0);
}

struct sim_live sim_live(void) {
  struct sim_live live = Kernel::instance().live();
  live.bytes = ringside::sim::memory_in_use();
  return live;
}

} // extern "C"
