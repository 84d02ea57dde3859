// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// read_perf_records: the loop over what a mapped perf ring holds, and giving space back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <linux/perf_event.h>

#include "base/shared_word.hpp"
#include "ring/perf_walk.hpp"

namespace ringside {

// PerfRead is how a read ended: by nothing before the head, by the handler's word, at a record that
// cannot be one (the unread rest is skipped, for the ring to recover), or for want of memory to
// make a wrapped record contiguous (the record stays unread).
enum class PerfRead { go_on, stopped, corrupt, no_memory };

// deliver_plain hands over the records from `at` on, up to the end of the piece, or to one that is
// not plain, or one at which the handler stops. Where a record ends at `give_back_at` or behind it,
// give_back(at, records) gives its space back, with that of the records since, and says where to do
// so next. Says where it has come to, and past how many records since then. This loop is nearly all
// of a read's cost: it is a function of its own to have few variables to keep over the handler's
// call.
struct PlainRead {
  std::byte* at;
  PerfRead end;
  std::uint32_t records;
};
template <class Deliver, class GiveBack>
[[gnu::noinline]] PlainRead deliver_plain(std::byte* at, std::byte* const piece_end,
                                          std::byte* give_back_at, Deliver deliver,
                                          GiveBack give_back) {
  std::uint32_t records = 0;
  PerfRead end = PerfRead::go_on;
  for (;;) {
    std::byte* const step_end = std::min(piece_end, give_back_at);
    const auto deliver_one = [&]() __attribute__((always_inline)) {
      const PerfRecord record = PerfRecord::at(at);
      if (!record.plain(piece_end)) [[unlikely]]
        return false;
      end = deliver(record);
      at += record.size;
      ++records;
      if (end != PerfRead::go_on)
        return false;
      return at < step_end;
    };
    // Two records a turn: jumps that are taken are what the loop's time goes into.
    if (at < step_end)
      while (deliver_one())
        if (!deliver_one())
          break;
    if (at < give_back_at || end != PerfRead::go_on)
      return {at, end, records};
    give_back_at = give_back(at, std::exchange(records, 0));
  }
}

// deliver_next hands over the record where the walk is, plain or not, if it can be one.
template <class Room, class Deliver>
PerfRead deliver_next(PerfWalk& walk, Room room, Deliver deliver) {
  PerfRecord record = PerfRecord::at(walk.at());
  if (!record.fits(walk.left()))
    return PerfRead::corrupt;
  if (walk.wraps(record)) {
    std::byte* copy = room(record.size);
    if (copy == nullptr)
      return PerfRead::no_memory;
    record = walk.copy_wrapped(record, copy);
  }
  const PerfRead end = deliver(record);
  walk.move_to(walk.at() + record.size);
  return end;
}

// perf_head is up to where the kernel has written records.
inline std::uint64_t perf_head(const perf_event_mmap_page& page) {
  // Pairs with the kernel's barrier between writing records and storing data_head
  // (perf_output_put_handle in kernel/events/ring_buffer.c, B with C there).
  return load_acquire(page.data_head);
}

// IgnoreCounts is for readers that need not know how much went back.
struct IgnoreCounts {
  void operator()(std::uint64_t /*records*/, std::uint64_t /*bytes*/) const {}
};

// GivenBack is what a read has given back to the kernel so far, and tells `read` of it.
template <class Read>
struct GivenBack {
  perf_event_mmap_page& page;
  Read read;
  std::uint64_t position;
  // Handed over since, and not given back.
  std::uint64_t records = 0;

  void until(std::uint64_t end) {
    if (end == position)
      return;
    // Pairs with the kernel's control dependency from loading data_tail to writing records
    // (__perf_output_begin, A with D there): our reads come before the space is written again.
    store_release(page.data_tail, __u64{end});
    read(std::exchange(records, 0), end - std::exchange(position, end));
  }
};

// read_perf_records reads what is between tail and `head`; what arrives meanwhile waits for the
// next read. Space goes back to the kernel each time a quarter of the ring has been handled, and at
// the end.
//   room(size)                  gives memory of that many bytes for a record that wraps, or nullptr
//   deliver(record)             takes a contiguous record, consumed either way, and says go_on or
//                               stopped
//   corrupt(position, skipped)  is told where the ring makes no sense, and how much is unread there
//   read(records, bytes)        is told what goes back to the kernel, but for what is corrupt
template <class Room, class Deliver, class Corrupt, class Read = IgnoreCounts>
PerfRead read_perf_records(perf_event_mmap_page& page, PerfData data, std::uint64_t head, Room room,
                           Deliver deliver, Corrupt corrupt, Read read = {}) {
  // Only readers write the tail: this thread, or a program that reads the mapping between our
  // calls.
  GivenBack<Read> given_back{page, read, load_relaxed(page.data_tail)};

  const std::size_t quarter = data.size / 4;
  PerfWalk walk(data, given_back.position, head);
  const auto give_back = [&given_back, &walk, quarter](std::byte* at, std::uint32_t more) {
    given_back.records += more;
    given_back.until(walk.position_of(at));
    return at + quarter;
  };
  PerfRead end = walk.positions_ok() ? PerfRead::go_on : PerfRead::corrupt;
  while (end == PerfRead::go_on && walk.left() != 0) {
    walk.next_piece();
    const PlainRead plain = deliver_plain(
        walk.at(), walk.piece_end(), walk.at() + (given_back.position + quarter - walk.position()),
        deliver, give_back);
    walk.move_to(plain.at);
    end = plain.end;
    given_back.records += plain.records;
    if (end == PerfRead::go_on && !walk.piece_ended()) {
      end = deliver_next(walk, room, deliver);
      given_back.records += walk.at() != plain.at ? 1 : 0;
    }
    if (walk.position() - given_back.position >= quarter)
      given_back.until(walk.position());
  }
  given_back.until(walk.position());
  if (end == PerfRead::corrupt) {
    corrupt(walk.position(), head - walk.position());
    // Pairs as above.
    store_release(page.data_tail, __u64{head});
  }
  return end;
}

} // namespace ringside
