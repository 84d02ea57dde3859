// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Run: the calls, the callbacks, and the checks.
#include "abi/ring/wakeups_run.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <vector>

#include "abi/ring/wakeups_reader.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

// All calls but those that look at CPUs, which is by reading files into memory, and events, once a
// second at most, and for a filter before it: see hotplug_test.cpp.
unsigned calls_for_rings() {
  return sim_calls("any") - sim_calls("open") - sim_calls("read") - sim_calls("malloc") -
         sim_calls("seccomp");
}

void set_variable(const char* name, const char* value) {
  if (value != nullptr)
    ::setenv(name, value, 1);
  else
    ::unsetenv(name);
}

class Run final : public Receiver {
public:
  explicit Run(const Plan& plan)
      : plan_(plan), random_(plan.seed), next_(plan.rings.size()), had_data_(plan.rings.size()) {}

  Outcome carry_out();
  void take(std::uint32_t ring, const void* data, std::size_t size) override;
  void lose(std::uint32_t ring, std::uint64_t count) override;

private:
  void script_failure() const;
  void call_once(Reader& reader);
  void check_result(int timeout_ms, int result, std::uint64_t waited_ns, bool interrupted);
  // is_undisturbed: the reader has its CPU whenever it wants, and all records were planned.
  [[nodiscard]] bool is_undisturbed() const {
    return plan_.absences.empty() && plan_.loop.count == 0;
  }
  // written is how many records programs have written to a ring, or will.
  [[nodiscard]] std::uint64_t written(std::uint32_t ring) const {
    return plan_.loop.count != 0 ? looped_ : plan_.rings[ring].size();
  }
  // is_over: nothing more will be written, and all has been read.
  [[nodiscard]] bool is_over();
  // waits_for_program: a record is in some ring, but its program is not done.
  [[nodiscard]] bool waits_for_program() const;
  // spend lets time pass in which the program does something of its own.
  void spend(std::uint64_t ns);
  // waited_since is how long the reader has waited since then.
  [[nodiscard]] std::uint64_t waited_since(std::uint64_t start_ns) const;
  template <class... Words>
  void fail(const Words&... words);

  const Plan& plan_;
  Random random_;
  Outcome outcome_;
  // Of each ring, the number that comes next, and whether the call under way has read it.
  std::vector<std::uint64_t> next_;
  std::vector<bool> had_data_;
  std::uint64_t delivered_in_call_ = 0;
  // How many records the loop has written, and since when nothing comes any more.
  std::uint32_t looped_ = 0;
  std::uint64_t quiet_since_ns_ = 0;

  // When the program was at work itself, in order.
  struct Spent {
    std::uint64_t from_ns;
    std::uint64_t until_ns;
    std::uint64_t total_before_ns;
  };
  std::vector<Spent> spent_;
};

template <class... Words>
void Run::fail(const Words&... words) {
  if (!outcome_.wrong.empty())
    return;
  std::ostringstream text;
  text << "at " << sim_now_ns() << " ns, after " << outcome_.polls << " polls: ";
  (text << ... << words);
  outcome_.wrong = text.str();
}

void Run::spend(std::uint64_t ns) {
  if (ns == 0)
    return;
  const std::uint64_t now = sim_now_ns();
  const std::uint64_t before = spent_.empty() ? 0
                                              : spent_.back().total_before_ns +
                                                    spent_.back().until_ns - spent_.back().from_ns;
  spent_.push_back({now, now + ns, before});
  sim_advance_ns(ns);
}

std::uint64_t Run::waited_since(std::uint64_t start_ns) const {
  const std::uint64_t now = sim_now_ns();
  if (start_ns > now)
    return 0; // It stood behind a record that was lost, not written later.
  std::uint64_t busy = 0;
  const auto first = std::ranges::upper_bound(spent_, start_ns, {}, &Spent::until_ns);
  if (first != spent_.end()) {
    const Spent& last = spent_.back();
    busy = last.total_before_ns + (last.until_ns - last.from_ns) - first->total_before_ns;
    busy -= std::max(start_ns, first->from_ns) - first->from_ns;
  }
  return now - start_ns - busy;
}

void Run::take(std::uint32_t ring, const void* data, std::size_t size) {
  Payload payload;
  if (ring >= next_.size() || size < sizeof(payload))
    return fail("a record of ", size, " bytes on ring ", ring);
  std::memcpy(&payload, data, sizeof(payload));
  if (payload.ring != ring || payload.number >= written(ring) ||
      payload.mark != Payload::of(ring, payload.number).mark)
    return fail("a record on ring ", ring, " that was not written there");
  const auto* bytes = static_cast<const std::byte*>(data);
  const auto filler = static_cast<std::byte>(payload.number);
  if (size != plan_.size_of(ring, payload.number) ||
      !std::all_of(bytes + sizeof(payload), bytes + size,
                   [filler](std::byte byte) { return byte == filler; }))
    fail("ring ", ring, ", record ", payload.number, " is not whole");
  // A BPF ring drops what it has no room for, and tells its writer alone.
  if (plan_.type == RingType::bpf && payload.number > next_[ring])
    lose(ring, payload.number - next_[ring]);
  if (payload.number != next_[ring])
    fail("ring ", ring, ": record ", payload.number, " came in the place of ", next_[ring]);
  next_[ring] = payload.number + 1;
  ++outcome_.delivered;
  ++delivered_in_call_;
  had_data_[ring] = true;

  if (is_undisturbed()) {
    const Planned& record = plan_.rings[ring][payload.number];
    const std::uint64_t waited = waited_since(record.readable_ns);
    outcome_.waited_ns[ring].push_back(waited);
    if (waited > plan_.bound_ns())
      fail("ring ", ring, ", record ", payload.number, " of ", record.readable_ns,
           " ns waited for ", waited, " ns");
  }
  spend(plan_.habits.callback_ns);
}

void Run::lose(std::uint32_t ring, std::uint64_t count) {
  outcome_.lost += count;
  next_[ring] += count;
  had_data_[ring] = true;
  if (plan_.habits.is_free() && is_undisturbed())
    fail("ring ", ring, " lost ", count, " records before ", next_[ring]);
}

bool Run::waits_for_program() const {
  const std::uint64_t now = sim_now_ns();
  for (std::size_t ring = 0; ring < next_.size(); ++ring) {
    const auto& records = plan_.rings[ring];
    // Not only the next: those before it may have been lost.
    for (std::size_t i = next_[ring]; i < records.size() && records[i].begins_ns <= now; ++i)
      if (records[i].ends_ns > now)
        return true;
  }
  return false;
}

bool Run::is_over() {
  if (plan_.loop.count == 0)
    return sim_now_ns() >= plan_.end_ns + 10 * kMs;
  // A wait that finds nothing, after the loop has ended, is the end.
  if (looped_ < plan_.loop.count || delivered_in_call_ != 0)
    quiet_since_ns_ = sim_now_ns();
  return sim_now_ns() - quiet_since_ns_ > 300 * kMs;
}

void Run::script_failure() const {
  if (plan_.failure.call != nullptr)
    (plan_.failure.onwards ? sim_fail_from : sim_fail)(plan_.failure.call, plan_.failure.nth,
                                                       plan_.failure.error);
}

void Run::check_result(int timeout_ms, int result, std::uint64_t waited_ns, bool interrupted) {
  const auto rings = static_cast<std::uint64_t>(std::ranges::count(had_data_, true));
  // What is looked at by the clock may be handed over all the same.
  if (interrupted && result == -EINTR) {
    if (delivered_in_call_ != 0 && plan_.bound_ns() == 0)
      fail("poll said EINTR and handed over ", delivered_in_call_, " records");
    return;
  }
  if (result < 0)
    return fail("poll(", timeout_ms, ") gave ", result);
  const auto count = static_cast<std::uint64_t>(result);
  const bool perf = plan_.type == RingType::perf;
  const std::uint64_t expected = perf ? rings : delivered_in_call_;
  // While it reads, a perf ring may signal again what it reads now. Then there is one more.
  const bool stale = perf && !plan_.habits.is_free() && count > expected && count <= next_.size();
  if (count != expected && !stale)
    fail("poll(", timeout_ms, ") gave ", result, " and read ", delivered_in_call_, " records of ",
         rings, " rings");
  // A BPF ring in which such a record stands looks readable.
  if (result == 0 && !perf && waits_for_program())
    return;
  if (timeout_ms < 0) {
    if (result == 0)
      fail("poll(-1) gave 0");
    return;
  }
  if (!is_undisturbed())
    return;
  const std::uint64_t timeout_ns = static_cast<std::uint64_t>(timeout_ms) * kMs;
  // The end of a wait for BPF rings that are looked at by the clock is rounded up.
  const std::uint64_t latest_ns = timeout_ns + (perf || plan_.bound_ns() == 0 ? 0 : kMs - 1);
  if (waited_ns > latest_ns || (result == 0 && waited_ns < timeout_ns))
    fail("poll(", timeout_ms, ") gave ", result, " after ", waited_ns, " ns");
}

void Run::call_once(Reader& reader) {
  const Habits& habits = plan_.habits;
  // The last record ends every wait before it; behind it none may be without end.
  const int timeout_ms =
      sim_now_ns() < plan_.end_ns || plan_.loop.count != 0
          ? habits.timeouts_ms[between(random_, 0, habits.timeouts_ms.size() - 1)]
          : 1;
  had_data_.assign(had_data_.size(), false);
  delivered_in_call_ = 0;
  if (between(random_, 1, 1000) <= habits.consume_per_1000) {
    const int result = reader.consume();
    const std::uint64_t expected = plan_.type == RingType::perf ? 0 : delivered_in_call_;
    if (result < 0 || static_cast<std::uint64_t>(result) != expected)
      fail("consume gave ", result, " and read ", delivered_in_call_, " records");
    return;
  }
  const bool interrupted = between(random_, 1, 1000) <= habits.interrupted_per_1000;
  if (interrupted)
    sim_fail("epoll_wait", 1, EINTR);
  const std::uint64_t start = sim_now_ns();
  ++outcome_.polls;
  const int result = reader.poll(timeout_ms);
  check_result(timeout_ms, result, waited_since(start), interrupted);
  if (interrupted)
    sim_fail("epoll_wait", 0, 0);
  // A program that did not sleep does something, or its time would stand still.
  const bool stands_still = result == 0 && sim_now_ns() == start;
  spend(stands_still ? std::max(habits.away_ns, kUs) : between(random_, 0, habits.away_ns));
}

Outcome Run::carry_out() {
  sim_reset(Reader::kCpus);
  set_variable("RINGSIDE_WAKEUPS", plan_.wakeups);
  set_variable("RINGSIDE_MAX_LATENCY_US", plan_.latency_us);
  const Messages messages;
  outcome_.waited_ns.resize(plan_.rings.size());
  const auto before = ::sim_live();
  sim_take_for_maps(plan_.map_page_ns);
  auto reader = Reader::make(plan_, *this);
  set_variable("RINGSIDE_WAKEUPS", nullptr);
  set_variable("RINGSIDE_MAX_LATENCY_US", nullptr);
  if (reader == nullptr) {
    fail("the buffer was not made");
    return outcome_;
  }
  reader->schedule(plan_);
  if (plan_.loop.count != 0)
    reader->loop(plan_.loop, looped_);
  for (const Absence& absence : plan_.absences)
    sim_take_away(absence.from_ns, absence.until_ns);
  script_failure();
  const unsigned calls = calls_for_rings();
  const unsigned waits = sim_calls("epoll_wait");
  const unsigned events = sim_calls("perf_event_open");
  const unsigned slots = sim_calls("map_update");
  while (outcome_.wrong.empty() && !is_over())
    call_once(*reader);
  outcome_.calls = calls_for_rings() - calls;
  outcome_.waits = sim_calls("epoll_wait") - waits;
  outcome_.events_opened = sim_calls("perf_event_open") - events;
  outcome_.slot_changes = sim_calls("map_update") - slots;
  outcome_.timers_made = sim_calls("timerfd_create");
  // The kernel tells of lost records with the next one that it writes.
  for (std::uint32_t ring = 0; outcome_.wrong.empty() && ring < next_.size(); ++ring)
    if (const std::uint64_t missing = written(ring) - next_[ring]; missing != 0)
      lose(ring, missing);
  reader.reset();
  const auto after = ::sim_live();
  if (after.fds != before.fds || after.mappings != before.mappings || after.slots != before.slots ||
      after.bytes != before.bytes)
    fail("something stayed open");
  outcome_.warnings = messages.warnings();
  return outcome_;
}

} // namespace

std::uint64_t Outcome::longest_wait_ns() const {
  std::uint64_t longest = 0;
  for (const auto& ring : waited_ns)
    for (const std::uint64_t waited : ring)
      longest = std::max(longest, waited);
  return longest;
}

Outcome carry_out(const Plan& plan) {
  return Run(plan).carry_out();
}

} // namespace ringside::test
