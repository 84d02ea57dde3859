// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BpfRing: making one ring, and the loop over its records.
#include "ring/bpf_ring.hpp"

#include <cerrno>
#include <cinttypes>

#include "base/log.hpp"
#include "base/shared_word.hpp"
#include "ring/bpf_map.hpp"
#include "ring/bpf_record.hpp"

namespace ringside {

Result<Owned<BpfRing>> BpfRing::open(int map_fd, const BpfHandler& handler) {
  auto mapping = map_bpf_ring("ring_buffer", map_fd, BpfMapping::Filler::kernel);
  if (!mapping)
    return mapping.error();
  auto ring = make<BpfRing>();
  if (ring == nullptr) {
    log(LogLevel::warn, "ring_buffer: map_fd %d: there is no memory for the ring\n", map_fd);
    return Errno(ENOMEM);
  }
  ring->handler_ = handler;
  if (ring->handler_.sample == nullptr)
    ring->handler_.sample = [](void*, void*, std::size_t) { return 0; };
  ring->mapping_ = std::move(*mapping);
  ring->eighth_ = ring->mapping_.data_size() / 8;
  ring->map_fd_ = map_fd;
  return ring;
}

std::uint64_t BpfRing::consumer_position() const {
  // Pairs with nothing of the kernel's, which does not write it: with a reader in another thread.
  return reading_ ? position_ : load_acquire(mapping_.consumer_position());
}

std::uint64_t BpfRing::producer_position() const {
  return mapping_.producer_after(consumer_position());
}

void BpfRing::release() {
  // Pairs with the kernel's acquire of consumer_pos in __bpf_ringbuf_reserve: our reads of a record
  // come before its space is written again.
  store_release(mapping_.consumer_position(), position_);
  released_ = position_;
}

BpfRing::Run BpfRing::read_run(std::size_t limit, std::size_t& count) {
  std::uint64_t position = position_;
  for (;;) {
    const std::uint64_t producer = mapping_.producer_after(position);
    if (producer == position)
      return Run::at_producer;
    if (producer - position > mapping_.data_size())
      return Run::corrupt;
    while (position != producer) {
      if (count == limit)
        return Run::limit;
      std::byte* bytes = mapping_.at(position);
      // Pairs with the kernel's exchange of the header in bpf_ringbuf_commit: once a record is not
      // busy, its data is there.
      const BpfRecord record{load_acquire(*reinterpret_cast<const std::uint32_t*>(bytes))};
      if (record.busy())
        return Run::busy;
      const std::size_t extent = record.extent();
      if (extent > producer - position)
        return Run::corrupt;
      if (!record.discarded()) [[likely]] {
        const int answer =
            handler_.sample(handler_.context, bytes + BpfRecord::kHeaderSize, record.data_size());
        ++count;
        if (answer < 0) [[unlikely]] {
          answer_ = answer;
          position_ = position + extent;
          return Run::answered;
        }
      }
      // If the handler has read this ring itself, that read has gone on from here already.
      position = position_ == position ? position + extent : position_;
      position_ = position;
      if (position - released_ >= eighth_) [[unlikely]]
        release();
    }
  }
}

Result<std::size_t> BpfRing::read(std::size_t limit) {
  // A handler that left the read before by an exception has left position_ at its record.
  if (!reading_)
    position_ = released_ = load_relaxed(mapping_.consumer_position());
  reading_ = true;

  answer_ = 0;
  std::size_t count = 0;
  Run run = Run::at_producer;
  do {
    run = read_run(limit, count);
    if (run == Run::corrupt) {
      log(LogLevel::warn,
          "ring_buffer: the ring of map_fd %d is corrupt at position %" PRIu64
          ": what is unread is "
          "skipped\n",
          map_fd_, position_);
      position_ = mapping_.producer_after(position_);
    }
    if (position_ == released_)
      break;
    release();
    // Our store before our next load of the positions, as the kernel's commit of a record before
    // its load of consumer_pos (exchange in bpf_ringbuf_commit): either we see the record now, or
    // the kernel sees that we have caught up and wakes us.
    full_barrier();
  } while (run == Run::at_producer || run == Run::busy);
  reading_ = false;

  if (run == Run::answered)
    return Errno::of_result(answer_);
  if (run == Run::corrupt)
    return Errno(EBADMSG);
  return count;
}

} // namespace ringside
