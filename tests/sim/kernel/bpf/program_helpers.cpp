// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Program: the BPF helpers that programs call.
#include "sim/kernel/bpf/program.hpp"

#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "sim/kernel/bpf/pointers.hpp"

namespace ringside::sim {
namespace {

// An enumerator of 64 bits: compilers disagree on whether it may be used as a number.
constexpr std::uint64_t kIndexMask = BPF_F_INDEX_MASK;

// What a callback gets of a sample in a ring that user space writes.
struct Dynptr {
  std::span<const std::byte> bytes;

  [[nodiscard]] int read(void* into, std::uint64_t size, std::uint64_t offset,
                         std::uint64_t flags) const {
    if (flags != 0)
      return -EINVAL;
    if (size > bytes.size() || offset > bytes.size() - size)
      return -E2BIG;
    std::memcpy(into, bytes.data() + offset, static_cast<std::size_t>(size));
    return 0;
  }
};

std::uint64_t word(std::int64_t result) {
  return static_cast<std::uint64_t>(result);
}

std::uint64_t query(const Ringbuf& ring, std::uint64_t what) {
  switch (what) {
  case BPF_RB_AVAIL_DATA:
    return ring.unread();
  case BPF_RB_RING_SIZE:
    return ring.data_size();
  case BPF_RB_CONS_POS:
    return ring.consumer();
  case BPF_RB_PROD_POS:
    return ring.producer();
  default:
    return 0;
  }
}

} // namespace

bool Program::call(std::int32_t helper, Registers& r, const ProgramContext& calls) const {
  switch (helper) {
  case BPF_FUNC_map_lookup_elem: {
    auto& map = *pointer<Map>(r[1]);
    r[0] = address(map.element(pointer<const void>(r[2])));
    return true;
  }
  case BPF_FUNC_ktime_get_ns:
    r[0] = calls.now_ns;
    return true;
  case BPF_FUNC_get_smp_processor_id:
    r[0] = calls.cpu;
    return true;
  case BPF_FUNC_get_current_pid_tgid:
    r[0] = static_cast<std::uint64_t>(getpid()) << 32 | static_cast<std::uint32_t>(gettid());
    return true;
  case BPF_FUNC_perf_event_output: {
    std::uint64_t index = r[3] & kIndexMask;
    int result = -EINVAL;
    if ((r[3] & ~kIndexMask) == 0)
      result =
          calls.output(*pointer<Map>(r[2]),
                       index == BPF_F_CURRENT_CPU ? calls.cpu : static_cast<std::uint32_t>(index),
                       {pointer<const std::byte>(r[4]), static_cast<std::size_t>(r[5])});
    r[0] = word(result);
    return true;
  }
  case BPF_FUNC_ringbuf_submit:
  case BPF_FUNC_ringbuf_discard: {
    auto how =
        helper == BPF_FUNC_ringbuf_submit ? Ringbuf::Commit::submit : Ringbuf::Commit::discard;
    auto* sample = pointer<std::byte>(r[1]);
    for (const auto& map : maps)
      if (Ringbuf* ring = map->ring_of(Ringbuf::Kind::bpf_writes); ring && ring->holds(sample)) {
        calls.written(*map, ring->commit(sample, how, r[2]));
        return true;
      }
    return false;
  }
  case BPF_FUNC_dynptr_read:
    r[0] = word(pointer<const Dynptr>(r[3])->read(pointer<void>(r[1]), r[2], r[4], r[5]));
    return true;
  default:
    return call_ring(helper, r, calls);
  }
}

// The helpers whose first argument is a ring.
bool Program::call_ring(std::int32_t helper, Registers& r, const ProgramContext& calls) const {
  bool drains = helper == BPF_FUNC_user_ringbuf_drain;
  if (!drains && helper != BPF_FUNC_ringbuf_output && helper != BPF_FUNC_ringbuf_reserve &&
      helper != BPF_FUNC_ringbuf_query)
    return false;
  auto& map = *pointer<Map>(r[1]);
  Ringbuf* ring = map.ring_of(drains ? Ringbuf::Kind::user_writes : Ringbuf::Kind::bpf_writes);
  if (ring == nullptr || !ring->usable())
    return false;
  if (helper == BPF_FUNC_ringbuf_query) {
    r[0] = query(*ring, r[2]);
    return true;
  }
  if (helper == BPF_FUNC_ringbuf_reserve) {
    std::byte* sample = nullptr;
    if (r[3] == 0)
      ring->reserve(r[2], sample);
    r[0] = address(sample);
    return true;
  }
  bool wakes = false;
  bool known = true;
  if (helper == BPF_FUNC_ringbuf_output) {
    r[0] = word(ring->output({pointer<const std::byte>(r[2]), static_cast<std::size_t>(r[3])}, r[4],
                             wakes));
  } else {
    auto take = [&, callback = static_cast<std::size_t>(r[2]),
                 context = r[3]](std::span<const std::byte> sample) {
      Dynptr dynptr = {sample};
      Registers its = {};
      its[1] = address(&dynptr);
      its[2] = context;
      known = run_from(callback, its, calls) == 0;
      return known ? static_cast<long>(its[0]) : 1;
    };
    r[0] = word(ring->drain(take, r[4], wakes));
  }
  calls.written(map, wakes);
  return known;
}

} // namespace ringside::sim
