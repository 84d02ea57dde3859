// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Clock: simulated time, what is scheduled for it, and waiting, which moves it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <mutex>

namespace ringside::sim {

inline constexpr std::int64_t kForever = -1;
inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// Alarms are what becomes ready at a time of clock_ns().
class Alarms {
public:
  // next_ns is when one next becomes ready; kNever if none does.
  [[nodiscard]] virtual std::uint64_t next_ns() const = 0;
  // reach makes those ready whose time has come.
  virtual void reach(std::uint64_t clock_ns) = 0;

protected:
  ~Alarms() = default;
};

class Clock {
public:
  // The caller of every function but the static ones holds the mutex. A wait releases it while it
  // sleeps.
  explicit Clock(std::mutex& mutex) : mutex_(mutex) {}

  // now_ns is the simulated time. clock_ns is CLOCK_MONOTONIC as the code under test reads it; to
  // read it here moves no clock.
  [[nodiscard]] std::uint64_t now_ns() const { return now_ns_; }
  [[nodiscard]] std::uint64_t clock_ns() const;

  void set_alarms(Alarms* alarms) { alarms_ = alarms; }
  // before_waits is called at the begin of each wait for descriptors.
  std::function<void()> before_waits;

  // at schedules a function: it is called when the clock reaches `ns`.
  void at(std::uint64_t ns, std::function<void()> function) {
    scheduled_.emplace(ns, std::move(function));
  }
  void advance(std::uint64_t ns);
  // take_away: the code under test has no CPU from one time to the other.
  void take_away(std::uint64_t from_ns, std::uint64_t until_ns) { taken_away_[from_ns] = until_ns; }
  // take_for_maps has each page that is mapped from now on take so long; mapped says how many were.
  void take_for_maps(std::uint64_t ns_per_page) { map_page_ns_ = ns_per_page; }
  void mapped(std::uint64_t pages) {
    if (map_page_ns_ != 0)
      advance(pages * map_page_ns_);
  }
  // notify makes waiters look again, because something may have become ready.
  void notify();
  void block_for_threads(bool on) { block_for_threads_ = on; }
  void reset();

  // wait calls `look` until it returns other than 0, which is then the result, or until the time is
  // over: 0. `real_wait` sleeps on what is not simulated, if there is any; its argument is the
  // longest time that it may sleep, in nanoseconds.
  int wait(std::int64_t timeout_ns, bool real_members, const std::function<int()>& look,
           const std::function<int(std::uint64_t)>& real_wait);

  // For whole programs: reading is what a clock says whose real reading is `real_ns`. It is ahead
  // by what simulated waits have skipped. While clocks are held it goes by simulated time alone,
  // and each reading moves it a little.
  static std::uint64_t reading(std::uint64_t real_ns);
  static void hold();
  // sleep makes the machine sleep for that time. asleep_ns is how long it has slept in all.
  static void sleep(std::uint64_t ns);
  static std::uint64_t asleep_ns();

private:
  // skip moves the clock while no real time passes. The other moves it by real time that has
  // passed.
  void skip(std::uint64_t ns);
  void took(std::uint64_t ns);
  // next_alarm_ns is when, by now_ns, an alarm is next ready.
  [[nodiscard]] std::uint64_t next_alarm_ns() const;
  void run_due();
  // come_back moves the clock to when the code under test has its CPU, and does what is scheduled
  // until then.
  void come_back();

  std::mutex& mutex_;
  Alarms* alarms_ = nullptr;
  std::multimap<std::uint64_t, std::function<void()>> scheduled_;
  // When the code under test has no CPU: until when, by since when.
  std::map<std::uint64_t, std::uint64_t> taken_away_;
  std::uint64_t now_ns_ = 0;
  std::uint64_t map_page_ns_ = 0;
  bool block_for_threads_ = false;
  // Moves when something may have become ready; sleepers wait on it.
  std::uint32_t changes_ = 0;
};

} // namespace ringside::sim
