// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufRing: making one ring, and the loop over its records.
#include "ring/ringbuf_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <utility>

#include "base/log.hpp"
#include "base/shared_word.hpp"
#include "os/clock.hpp"
#include "ring/ringbuf_map.hpp"
#include "ring/ringbuf_record.hpp"

namespace ringside {
namespace {

// How long a ring must have been busy before it is held back. In that time a machine that takes the
// reader's CPU away now and then shows it. Then the ring would be fuller than it need be.
constexpr std::uint64_t kBusyRingbufNs = 100 * os::kNsPerMs;

// A header says where the next one is, so a read waits for each to come from memory. Most records
// of a ring are of one size: the header of the record so far ahead is fetched early.
constexpr std::size_t kHeadersAhead = 4;

// How many wakeups in a row are forced ones.
constexpr unsigned kForcedWakeups = 4;

// limits_of are those of a ring of this size. A set looks at its rings by the timeout of
// epoll_wait(2), which counts milliseconds. A ring in which a burst would leave no room until then
// stays signalled.
WakeupLimits limits_of(std::size_t size, std::uint64_t max_latency_ns) {
  constexpr std::size_t kLeast =
      4 * os::kNsPerMs / WakeupPolicy::kBurstRecordNs * WakeupPolicy::kBurstRecordBytes;
  if (max_latency_ns == 0 || size < kLeast)
    return {};
  return {.max_latency_ns = std::max(max_latency_ns - max_latency_ns % os::kNsPerMs, os::kNsPerMs),
          .signalled_size = size,
          .coalescing_size = size,
          .granularity_ns = os::kNsPerMs,
          .busy_ns = kBusyRingbufNs};
}

int drop(void* /*context*/, void* /*data*/, std::size_t /*size*/) {
  return 0;
}

} // namespace

Result<Owned<RingbufRing>> RingbufRing::open(int map_fd, const RingbufHandler& handler,
                                             std::uint64_t max_latency_ns) {
  auto mapping = map_ringbuf("ring_buffer", map_fd, RingbufMapping::Filler::kernel);
  if (!mapping)
    return mapping.error();
  auto ring = make<RingbufRing>();
  if (ring == nullptr) {
    log(LogLevel::warn, "ring_buffer: map_fd %d: there is no memory for the ring\n", map_fd);
    return Errno(ENOMEM);
  }
  ring->handler_ = handler;
  if (ring->handler_.sample == nullptr)
    ring->handler_.sample = drop;
  ring->mapping_ = std::move(*mapping);
  ring->eighth_ = ring->mapping_.data_size() / 8;
  ring->map_fd_ = map_fd;
  const WakeupLimits limits = limits_of(ring->mapping_.data_size(), max_latency_ns);
  if (limits.max_latency_ns == 0)
    return ring;
  // Without a mark no position is held back: a forked child could not know that it is its parent's.
  if (ForkMark::now()) {
    ring->wakeups_ = WakeupPolicy(limits);
    ring->reported_once_ = true;
  }
  return ring;
}

std::uint64_t RingbufRing::consumer_position() const {
  if (reading_)
    return position();
  // Pairs with the releases of a reader in another thread; the kernel does not write this word.
  const std::uint64_t published = load_acquire(mapping_.consumer_position());
  return published + (published == load_relaxed(published_) ? load_relaxed(held_back_) : 0);
}

std::uint64_t RingbufRing::producer_position() const {
  return mapping_.producer_after(consumer_position());
}

void RingbufRing::seek(std::uint64_t position) {
  run_position_ = position;
  run_ = at_ = last_ = mapping_.at(position);
  counted_ = at_;
}

void RingbufRing::count(const std::byte* to, std::size_t records) {
  counters_.records.add(records);
  counters_.bytes.add(static_cast<std::size_t>(to - counted_));
  counted_ = to;
}

void RingbufRing::count_left() {
  std::size_t records = 0;
  for (const std::byte* at = counted_; at < at_;) {
    const RingbufRecord record{load_relaxed(*reinterpret_cast<const std::uint32_t*>(at))};
    records += record.discarded() ? 0 : 1;
    at += record.extent();
  }
  count(at_, records);
}

RingStats RingbufRing::stats() const {
  RingStats stats = counters_.stats();
  const std::uint64_t published = load_acquire(mapping_.consumer_position());
  const std::uint64_t taken = mapping_.producer_after(published) - published;
  stats.switches = wakeups_.switches();
  stats.size_bytes = mapping_.data_size();
  stats.free_bytes = stats.size_bytes - std::min(stats.size_bytes, taken);
  return stats;
}

template <class Over>
RingbufRing::Run RingbufRing::read_run(std::size_t unread, Over over) {
  std::byte* at = at_;
  std::byte* const end = at + unread;
  std::size_t left = left_;
  const std::byte* const run = run_;
  const std::uint64_t run_position = run_position_;
  read_within_ = false;
  // ended keeps what the loop has in registers.
  const auto ended = [&](Run how) {
    last_ = at_;
    at_ = at;
    count(at, left_ - left);
    left_ = left;
    return how;
  };
  while (at != end) {
    std::byte* const release_at = at + std::min(static_cast<std::size_t>(end - at), eighth_);
    do {
      if (left == 0)
        return ended(Run::limit);
      // Pairs with the kernel's exchange of the header in bpf_ringbuf_commit: once a record is not
      // busy, its data is there.
      const RingbufRecord record{load_acquire(*reinterpret_cast<const std::uint32_t*>(at))};
      if (record.busy())
        return ended(Run::busy);
      const std::size_t extent = record.extent();
      if (extent > static_cast<std::size_t>(end - at))
        return ended(Run::corrupt);
      at_ = at;
      __builtin_prefetch(at + kHeadersAhead * extent);
      at += extent;
      if (record.discarded()) [[unlikely]]
        continue;
      const int answer =
          handler_.sample(handler_.context, at_ + RingbufRecord::kHeaderSize, record.word);
      --left;
      if (answer < 0) [[unlikely]] {
        answer_ = answer;
        return ended(Run::answered);
      }
      if (read_within_) [[unlikely]] {
        // The handler has read this ring itself: we go on from where that has come to, and at least
        // behind this record.
        const std::uint64_t behind = run_position + static_cast<std::size_t>(at - run);
        if (position() == behind - extent) {
          count(at_ + extent, 0);
          seek(behind);
        }
        // What came before was counted when the handler began to read.
        count(at_, 1);
        left_ = left;
        return Run::moved;
      }
      if (over())
        return ended(Run::limit);
    } while (at < release_at);
    // Pairs with the kernel's acquire of consumer_pos in __bpf_ringbuf_reserve: our reads of a
    // record come before its space is written again.
    if (at != end) {
      store_relaxed(published_, position_of(at));
      store_release(mapping_.consumer_position(), published_);
      count(at, left_ - left);
      left_ = left;
    }
  }
  return ended(Run::at_producer);
}

template <class Over>
RingbufRing::Run RingbufRing::read_unread(Over over) {
  seek(position());
  const std::uint64_t unread = mapping_.producer_after(run_position_) - run_position_;
  counters_.highest_fill.at_least(std::min<std::uint64_t>(unread, mapping_.data_size()));
  if (unread > mapping_.data_size())
    return Run::corrupt;
  return read_run(static_cast<std::size_t>(unread), over);
}

void RingbufRing::skip_corrupt() {
  log(LogLevel::warn,
      "ring_buffer: the ring of map_fd %d is corrupt at position %" PRIu64
      ": what is unread is skipped\n",
      map_fd_, position());
  const std::uint64_t end = mapping_.producer_after(position());
  counters_.corrupt.add(1);
  // Positions that make no sense may be any distance apart.
  counters_.skipped_bytes.add(std::min<std::uint64_t>(end - position(), mapping_.data_size()));
  seek(end);
}

void RingbufRing::publish() {
  const auto last = static_cast<std::size_t>(at_ - last_);
  // The space of a large record is worth more than a wakeup. And what the kernel has been given on
  // the way stays with it.
  if (holds_back_ && last <= eighth_) {
    const std::uint64_t unpublished = position() - published_;
    const auto held_back = static_cast<std::size_t>(std::min<std::uint64_t>(last, unpublished));
    const std::uint64_t held_position = position() - held_back;
    // A release, as in read_run. To replace the word is to know that no other reader has moved it.
    if (replace(mapping_.consumer_position(), published_, held_position)) {
      store_relaxed(published_, held_position);
      store_relaxed(held_back_, held_back);
      return;
    }
    follow_others();
  }
  // A release, as there, and a full barrier: our store comes before our next load of the positions,
  // as the kernel's commit of a record before its load of consumer_pos (exchange in
  // bpf_ringbuf_commit). Either we see the record now, or the kernel sees that we have caught up
  // and wakes us.
  store_relaxed(published_, position());
  exchange(mapping_.consumer_position(), published_);
  store_relaxed(held_back_, std::size_t{0});
}

void RingbufRing::coalesce() {
  // The page is there since the ring was opened. A daemon may read in a child of the process that
  // opened it.
  const auto mark = ForkMark::now();
  holds_back_ = static_cast<bool>(mark);
  if (mark)
    process_ = *mark;
}

void RingbufRing::follow_others() {
  holds_back_ = false;
  wakeups_.stay_signalled();
  listed_ = true;
}

void RingbufRing::let_go() {
  holds_back_ = false;
  // In a forked child they are the parent's, which has its own way with them.
  if (held_back_ == 0 || !process_.is_ours())
    return;
  const std::uint64_t true_position = published_ + held_back_;
  // The full barrier is that of publish(): the next reader sees what has been committed. Where
  // another reader has moved the word, it is that reader's.
  static_cast<void>(replace(mapping_.consumer_position(), published_, true_position));
  store_relaxed(published_, true_position);
  store_relaxed(held_back_, std::size_t{0});
}

void RingbufRing::signal() {
  let_go();
  // What was committed meanwhile has woken no reader.
  listed_ = true;
}

void RingbufRing::looked_at_while_held_back(bool woken) {
  wakeups_in_a_row_ = woken ? wakeups_in_a_row_ + 1 : 0;
  if (wakeups_in_a_row_ == kForcedWakeups)
    watched_by_program();
}

void RingbufRing::watched_by_program() {
  if (wakeups_.by_clock())
    signal();
  if (wakeups_.limited())
    wakeups_.stay_signalled();
}

void RingbufRing::silence() {
  handler_ = {drop, nullptr};
  // A read that is under way stops to look, as it does when its handler has read the ring.
  read_within_ = true;
  silenced_ = true;
}

void RingbufRing::begin() {
  if (holds_back_) {
    const bool elsewhere = published_elsewhere();
    if (elsewhere)
      store_relaxed(held_back_, std::size_t{0});
    if (elsewhere || !process_.is_ours())
      follow_others();
  }
  published_ = load_relaxed(mapping_.consumer_position());
  seek(published_ + held_back_);
}

template <class Over>
Result<std::size_t> RingbufRing::read_unless(std::size_t limit, Over over) {
  // A handler that left the read before by an exception has left us at its record.
  if (!reading_)
    begin();
  else
    count_left();
  counters_.reads.add(1);
  std::uint64_t published = position();

  const ReadMark::Frame frame(read_mark_);
  left_ = limit;
  Run run = Run::moved;
  do {
    reading_ = true;
    run = read_unread(over);
    if (run == Run::corrupt)
      skip_corrupt();
    if (position() == published)
      break;
    published = position();
    publish();
  } while (!silenced_ && (run == Run::at_producer || run == Run::busy || run == Run::moved));
  reading_ = false;
  read_within_ = true;

  if (run == Run::answered)
    return Errno::of_result(answer_);
  if (run == Run::corrupt)
    return Errno(EBADMSG);
  return limit - left_;
}

Result<std::size_t> RingbufRing::read(std::size_t limit) {
  return read_unless(limit, [] { return false; });
}

Result<std::size_t> RingbufRing::read_within(const Budget& budget) {
  const auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(budget.left(), SIZE_MAX));
  if (budget.until_ns() == Budget::kUnlimited)
    return read(limit);
  return read_unless(limit, [&budget] { return budget.spent(); });
}

} // namespace ringside
