// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingbufRing: one BPF ring buffer that the kernel fills, and reading it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <sys/epoll.h>

#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "base/read_mark.hpp"
#include "bpf/info.hpp"
#include "os/unique_fd.hpp"
#include "ring/budget.hpp"
#include "ring/fork_mark.hpp"
#include "ring/ring_stats.hpp"
#include "ring/ringbuf_mapping.hpp"
#include "ring/wakeup_policy.hpp"

namespace ringside {

// RingbufHandler says where records go. Its answer below 0 ends the read, with the record consumed.
// It may leave by a C++ exception or longjmp: the next read begins with the record that it left
// from.
struct RingbufHandler {
  int (*sample)(void* context, void* data, std::size_t size) = nullptr;
  void* context = nullptr;
};

class RingbufRing {
public:
  // open maps the ring buffer behind `map_fd`, which stays the caller's: the mapping keeps the map
  // open, and with it what an epoll set knows of it. A message says what failed: the kernel's
  // error, EINVAL for a map of another type, E2BIG for one that the address space cannot hold.
  // max_latency_ns is how long a record may wait; 0: the ring is always signalled.
  static Result<Owned<RingbufRing>> open(int map_fd, const RingbufHandler& handler,
                                         std::uint64_t max_latency_ns);

  RingbufRing() = default;
  RingbufRing(const RingbufRing&) = delete;
  RingbufRing& operator=(const RingbufRing&) = delete;
  // Another reader of the map goes on behind the last record.
  ~RingbufRing() { let_go(); }

  // Programs hold rings by address; see HandleMark.
  [[nodiscard]] bool is_ours() const { return mark_.is_ours(); }

  // How the reader learns of records is the set's to decide; the ring keeps what the set knows.
  [[nodiscard]] WakeupPolicy& wakeups() { return wakeups_; }
  [[nodiscard]] const WakeupPolicy& wakeups() const { return wakeups_; }
  // coalesce makes the position that reads publish stay one record back from now on: then the
  // kernel has no reason to wake a reader. signal ends that. Neither takes a system call.
  void coalesce();
  void signal();
  // looked_at_while_held_back takes what ended the wait: a wakeup, or the clock. Plain records wake
  // no reader then, but for one that is read at the very moment at which it is committed. So a few
  // wakeups in a row are forced by the program, which is left alone from then on.
  void looked_at_while_held_back(bool woken);
  // watched_by_program says that the program waits for the ring by itself, or does not wait at all,
  // or forces wakeups of its own: the ring is signalled, for good.
  void watched_by_program();

  // epoll_events is what an epoll set watches the ring for. While a ring is held back it always has
  // something to read, and only a wakeup is an event; so where it can be held back, one is all that
  // a set reports. listed stands in for the rest of what epoll_wait(2) does: a ring that was
  // reported is looked at again before the next wait.
  [[nodiscard]] std::uint32_t epoll_events() const {
    return reported_once_ ? EPOLLIN | EPOLLET : EPOLLIN;
  }
  // set_reported_always is for a program that waits for the set by itself.
  void set_reported_always() { reported_once_ = false; }
  [[nodiscard]] bool listed() const { return listed_; }
  void set_listed(bool listed) { listed_ = listed; }

  // read hands over at most `limit` records, in order, until nothing new has come or a record is
  // still busy. Discarded records are skipped and not counted. Returns how many were handed over,
  // or
  //   any      the handler's negative answer, as an error
  //   EBADMSG  positions or a record's size make no sense; what was unread is skipped
  // Space goes back to the kernel at the latest each time an eighth of the ring has been handled,
  // and always before read returns.
  Result<std::size_t> read(std::size_t limit);
  // read_within is the same with a budget as the limit, which it leaves as it is.
  Result<std::size_t> read_within(const Budget& budget);

  // being_read is whether a read has yet to return, and has_unfinished_read whether one has, or was
  // left; see ReadMark. silence ends a read that is under way behind the record that its handler
  // was called with, and the handler is called no more.
  [[nodiscard]] bool being_read(const void* frame) const { return read_mark_.under_way(frame); }
  [[nodiscard]] bool has_unfinished_read() const { return read_mark_.unfinished(); }
  void silence();
  [[nodiscard]] bool silenced() const { return silenced_; }

  // Where the next record begins; in a handler, the record that it was called with. The space
  // before it may still be the reader's, and the published position may be held back.
  [[nodiscard]] std::uint64_t consumer_position() const;
  [[nodiscard]] std::uint64_t producer_position() const;
  // unread is how many bytes are between the two now. They are the ring's own word.
  [[nodiscard]] std::uint64_t unread() const { return producer_position() - consumer_position(); }
  [[nodiscard]] std::size_t data_size() const { return mapping_.data_size(); }
  // The number that the caller gave. It may be closed by now.
  [[nodiscard]] int map_fd() const { return map_fd_; }
  [[nodiscard]] const bpf::MapName& map_name() const { return mapping_.map_name(); }

  // Any thread may ask for stats, while another reads the ring. A BPF ring does not count losses.
  // woken counts a wait to which the kernel has named the ring.
  [[nodiscard]] RingStats stats() const;
  void woken() { counters_.wakeups.add(1); }

private:
  // Run is how a stretch of records ended: at what the producer had written, at a record that is
  // busy, with the last record that was asked for or the end of the time for it, by the handler's
  // answer or because the handler has read this ring itself, or at a record that cannot be one.
  enum class Run { at_producer, busy, limit, answered, moved, corrupt };

  // These end early when `over` says so, which is asked after each record.
  template <class Over>
  Result<std::size_t> read_unless(std::size_t limit, Over over);
  template <class Over>
  Run read_unread(Over over);
  template <class Over>
  Run read_run(std::size_t unread, Over over);
  // begin puts a read where the last one has ended, or where another reader has.
  void begin();
  void publish();
  // published_elsewhere is whether the published position is no more what this reader wrote.
  [[nodiscard]] bool published_elsewhere() const {
    return load_relaxed(mapping_.consumer_position()) != published_;
  }
  // follow_others lets go for good where another reader, or a parent process, shares the ring.
  void follow_others();
  [[gnu::cold]] void skip_corrupt();
  // count takes the bytes up to `to`, with `records` in them. count_left does so for a read that
  // was left by an exception, up to where that was.
  void count(const std::byte* to, std::size_t records);
  [[gnu::cold]] void count_left();
  void let_go();

  void seek(std::uint64_t position);
  [[nodiscard]] std::uint64_t position_of(const std::byte* at) const {
    return run_position_ + static_cast<std::size_t>(at - run_);
  }
  [[nodiscard]] std::uint64_t position() const { return position_of(at_); }

  HandleMark mark_;
  // What a read touches for each record lies together, so that it takes few cache lines from the
  // records. While a read is under way, or was left by an exception, at_ is where it is, in a run
  // that began at run_, and left_ is how many records it may still hand over. At other times the
  // consumer's page alone says where the reader is.
  RingbufHandler handler_;
  std::byte* at_ = nullptr;
  // A read has ended since the run began: the handler's own.
  bool read_within_ = false;
  bool reading_ = false;
  bool silenced_ = false;
  int answer_ = 0;
  RingbufMapping mapping_;
  int map_fd_ = -1;
  std::size_t eighth_ = 0;
  ReadMark read_mark_;
  std::size_t left_ = 0;
  std::uint64_t run_position_ = 0;
  std::byte* run_ = nullptr;
  // The record before at_; at_ itself where this run has handled none.
  std::byte* last_ = nullptr;
  // Up to where all is in counters_, and left_ is what it was there.
  const std::byte* counted_ = nullptr;
  RingCounters counters_;
  // The position that this reader published last, and by how many bytes it is behind the true one
  // while no read is under way.
  std::uint64_t published_ = 0;
  std::size_t held_back_ = 0;
  bool holds_back_ = false;
  bool reported_once_ = false;
  bool listed_ = false;
  unsigned wakeups_in_a_row_ = 0;
  // Which process holds them back.
  ForkMark process_;
  WakeupPolicy wakeups_;
};

} // namespace ringside
