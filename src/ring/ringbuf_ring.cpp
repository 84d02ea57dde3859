// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufRing: making one ring, and the loop over its records.
#include "ring/ringbuf_ring.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <utility>

#include "base/log.hpp"
#include "base/shared_word.hpp"
#include "kernel/reason.hpp"
#include "os/file.hpp"
#include "ring/ringbuf_map.hpp"
#include "ring/ringbuf_record.hpp"

namespace ringside {
namespace {

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
  ring->wakeups_ =
      WakeupPolicy({.max_latency_ns = max_latency_ns, .ring_size = ring->mapping_.data_size()});
  return ring;
}

std::uint64_t RingbufRing::consumer_position() const {
  // Pairs with nothing of the kernel's, which does not write it: with a reader in another thread.
  return reading_ ? position()
                  : load_acquire(mapping_.consumer_position()) + load_relaxed(held_back_);
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
      store_release(mapping_.consumer_position(), position_of(at));
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
  // The space of a large record is worth more than a wakeup. And what has gone back on the way
  // stays with the kernel.
  if (holds_back_ && last <= eighth_) {
    const std::uint64_t unpublished = position() - load_relaxed(mapping_.consumer_position());
    const auto held_back = static_cast<std::size_t>(std::min<std::uint64_t>(last, unpublished));
    // Pairs as the release in read_run.
    store_release(mapping_.consumer_position(), position() - held_back);
    store_relaxed(held_back_, held_back);
    return;
  }
  // A release, as there, and a full barrier: our store comes before our next load of the positions,
  // as the kernel's commit of a record before its load of consumer_pos (exchange in
  // bpf_ringbuf_commit). Either we see the record now, or the kernel sees that we have caught up
  // and wakes us.
  exchange(mapping_.consumer_position(), position());
  store_relaxed(held_back_, std::size_t{0});
}

void RingbufRing::let_go() {
  holds_back_ = false;
  const std::size_t held_back = std::exchange(held_back_, 0);
  // The full barrier is that of publish(): who looks at the ring next sees what has been committed.
  if (held_back != 0)
    exchange(mapping_.consumer_position(),
             load_relaxed(mapping_.consumer_position()) + std::uint64_t{held_back});
}

Result<void> RingbufRing::watch_in(ReadySet& ready, std::uint64_t token) {
  ready_ = &ready;
  token_ = token;
  // To change what the ring is watched for takes a descriptor of our own: the program may close its
  // map_fd. That stands in the set as well, for nothing: adding it twice gives EEXIST.
  if (!wakeups_.limited())
    return ready.watch(map_fd_, EPOLLIN, token);
  if (const auto watched = ready.watch(map_fd_, 0, token); !watched)
    return watched;
  if (auto own = os::duplicate(map_fd_); own && ready.watch(own->get(), EPOLLIN, token)) {
    watched_fd_ = std::move(*own);
    return {};
  }
  wakeups_.stay_signalled();
  return ready.watch_for(map_fd_, EPOLLIN, token);
}

Result<void> RingbufRing::coalesce() {
  // A ring that is held back always has something to read, as an epoll set sees it.
  if (const auto out = ready_->watch_for(watched_fd_.get(), 0, token_); !out)
    return out.error();
  holds_back_ = true;
  return {};
}

Result<void> RingbufRing::signal() {
  if (const auto in = ready_->watch_for(watched_fd_.get(), EPOLLIN, token_); !in)
    return in.error();
  let_go();
  return {};
}

void RingbufRing::explain_stays_signalled(Errno error) const {
  const auto reason = kernel::explain_now(kernel::RefusedCall::other, error, {});
  log(LogLevel::debug, "ring_buffer: the ring of map_fd %d stays signalled: %s\n", map_fd_,
      reason.text);
}

void RingbufRing::watched_by_program() {
  if (!wakeups_.limited())
    return;
  // The next wait sets the timer again, if another ring needs it.
  ready_->show_as_is();
  if (!wakeups_.by_clock() || signal())
    wakeups_.stay_signalled();
  else
    // It is still to be looked at by the clock, but a program that watches the map sees the truth.
    let_go();
}

void RingbufRing::silence() {
  handler_ = {drop, nullptr};
  // A read that is under way stops to look, as it does when its handler has read the ring.
  read_within_ = true;
  silenced_ = true;
}

template <class Over>
Result<std::size_t> RingbufRing::read_unless(std::size_t limit, Over over) {
  // A handler that left the read before by an exception has left us at its record.
  if (!reading_)
    seek(load_relaxed(mapping_.consumer_position()) + held_back_);
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
