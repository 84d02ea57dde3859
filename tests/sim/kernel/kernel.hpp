// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: the simulated kernel behind system-call-like functions. They return what the system call
// returns, or -errno. Descriptors that are not simulated go to the real kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/types.h>

#include "sim/kernel/bpf/load.hpp"
#include "sim/kernel/bpf/map.hpp"
#include "sim/kernel/bpf/program.hpp"
#include "sim/kernel/descriptors.hpp"
#include "sim/kernel/epoll/epoll.hpp"
#include "sim/kernel/failures.hpp"
#include "sim/kernel/files/cpus.hpp"
#include "sim/kernel/perf/perf_event.hpp"
#include "sim/kernel/timers/timer.hpp"
#include "sim/sim_control.h"

namespace ringside::sim {

inline constexpr unsigned kDefaultCpus = 2;
inline constexpr std::int64_t kForever = -1;
inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
// Results from -4095 to -1 are errors, also where an address is the result.
inline constexpr int kMaxErrno = 4095;

class Kernel {
public:
  // instance is the one that this process runs on. It is never destroyed.
  static Kernel& instance();

  // --- what the code under test calls ---

  int perf_event_open(perf_event_attr* attr, pid_t pid, int cpu, int group_fd, unsigned long flags);
  long bpf(int command, bpf_attr* attr, std::uint32_t size);

  // For these, nothing means: not simulated, ask the real kernel.
  std::optional<int> ioctl(int fd, unsigned long request, unsigned long argument);
  std::optional<std::intptr_t> mmap(void* address, std::size_t size, int protection, int flags,
                                    int fd, off_t offset);
  std::optional<long> read(int fd, void* buffer, std::size_t size);
  std::optional<int> open(const char* path, bool close_on_exec);
  std::optional<int> create_timer(int clock, int flags);
  std::optional<int> set_timer(int fd, int flags, const itimerspec* value, itimerspec* old);
  std::optional<int> get_timer(int fd, itimerspec* value);

  // read_text is open, read and close of a whole file, a real one if it is not simulated: the
  // length, or -errno; -E2BIG if it fills `text` or more.
  long read_text(const char* path, std::span<char> text);

  int munmap(void* address, std::size_t size);
  int close(int fd);
  int epoll_create(int flags);
  int epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event);
  int epoll_wait(int epoll_fd, epoll_event* events, int max_events, std::int64_t timeout_ns);
  int poll(pollfd* fds, nfds_t count, std::int64_t timeout_ns);

  // duplicate runs `call`, which makes a second descriptor of `fd` and returns it or -errno.
  template <class F>
  int duplicate(int fd, F call) {
    std::lock_guard lock(mutex_);
    std::shared_ptr<File> file = descriptors_.find(fd);
    if (file)
      if (int error = failures_.check(Call::dup))
        return -error;
    int made = call();
    if (made < 0 || made == fd)
      return made;
    descriptors_.forget(made);
    if (file)
      descriptors_.adopt(made, std::move(file));
    return made;
  }

  // check counts a call that is not simulated otherwise: 0, or the error that it is to fail with.
  int check(Call call);
  // knows: a cheap first look, true for every descriptor that is simulated and some that are not.
  bool knows(int fd);

  // waits_for_simulated: a wait on that epoll set is the simulator's business.
  bool waits_for_simulated(int epoll_fd);
  // has_mapping: some ring is mapped there.
  bool has_mapping(const void* address, std::size_t size);
  // before_fork, after_fork keep other threads out while the process is copied.
  void before_fork() { mutex_.lock(); }
  void after_fork() { mutex_.unlock(); }

  // --- what tests do to it: see sim_control.h ---

  void reset(unsigned cpus);
  void set_online(unsigned cpu, bool online);
  void sleep(std::uint64_t ns);
  void set_file(const char* path, const char* text);
  int create_map(std::uint32_t type, std::uint32_t max_entries, const char* name);
  int output(int map_fd, unsigned cpu, std::uint32_t key, std::span<const std::byte> data);
  int output_at(std::uint64_t at_ns, int map_fd, unsigned cpu, std::span<const std::byte> data);
  int begin_output(int map_fd, unsigned cpu);
  int finish_output(int handle, std::span<const std::byte> data);
  int slow_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd, unsigned cpu,
                     std::span<const std::byte> data);
  int emit(int event_fd, std::uint32_t type, std::uint16_t misc, std::span<const std::byte> body);
  int emit_raw(int event_fd, std::span<const std::byte> bytes, std::uint64_t advance);
  int set_positions(int event_fd, std::uint64_t head, std::uint64_t tail);
  int event_fd(int map_fd, std::uint32_t key);
  int ring_output(int map_fd, std::span<const std::byte> data, std::uint64_t flags);
  int ring_output_at(std::uint64_t at_ns, int map_fd, std::span<const std::byte> data,
                     std::uint64_t flags);
  int slow_ring_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd,
                          std::span<const std::byte> data, std::uint64_t flags);
  int ring_reserve(int map_fd, std::uint64_t size, void** sample);
  int ring_commit(void* sample, Ringbuf::Commit how, std::uint64_t flags);
  long ring_drain(int map_fd, const Ringbuf::Take& take, std::uint64_t flags);
  int ring_drain_at(std::uint64_t at_ns, int map_fd, unsigned samples, std::uint64_t flags);
  // with_ring runs `visit` on a ring of any kind.
  int with_ring(int map_fd, const std::function<void(Ringbuf& ring)>& visit);
  int ring_wake(int map_fd);
  void set_long_bits(unsigned bits);
  bool script_failure(const char* call, unsigned nth, int error, bool onwards);
  unsigned calls(const char* call);
  std::uint64_t now_ns();
  void advance_ns(std::uint64_t ns);
  void block_for_threads(bool on);
  // set_load: see Load::parse.
  bool set_load(std::string_view text);
  struct sim_live live();

  // Under preload: clock_reading is a real clock's reading with what simulated clocks have run
  // ahead of it, or what stands for it while clocks are held, which moves it.
  static std::uint64_t clock_reading(std::uint64_t real_ns);
  static void hold_clock();
  // asleep_ns is for how long the machine has slept.
  static std::uint64_t asleep_ns();

private:
  struct Mapping {
    std::uintptr_t start;
    std::size_t size;
    // Either of these files, which stays open as long as it is mapped.
    std::shared_ptr<PerfEvent> event = nullptr;
    std::shared_ptr<MapFile> map = nullptr;
    std::shared_ptr<PerfRing> ring = nullptr;
  };
  // A program at work on a CPU, which has looked its event up.
  struct Writing {
    std::shared_ptr<PerfEvent> event;
    unsigned cpu;
  };

  Kernel() : cpus_(kDefaultCpus) {}

  int set_output(PerfEvent& event, int output_fd);
  // simulated_text is what a path gives, and whether it is simulated at all.
  bool simulated_text(const char* path, std::optional<std::string>& text) const;
  std::intptr_t map_ring(const std::shared_ptr<PerfEvent>& event, void* address, std::size_t size,
                         int protection, int flags, int fd);
  std::intptr_t map_bpf_ring(const std::shared_ptr<MapFile>& file, void* address, std::size_t size,
                             int protection, int flags, std::uint64_t offset);
  // bytes_of is how many bytes of a mapping a range covers.
  static std::size_t bytes_of(const Mapping& mapping, const void* address, std::size_t size);
  // skip moves the clock without real time passing, took by what real time has passed.
  void skip(std::uint64_t ns);
  void took(std::uint64_t ns);
  void drop_mapping(const Mapping& mapping);
  // leave_mapping: the simulated kernel no longer writes through it.
  static void leave_mapping(const Mapping& mapping);
  // remainder_of adds what is left of a mapping when a range is gone, which is up to two.
  static void remainder_of(const Mapping& mapping, const void* address, std::size_t size,
                           std::vector<Mapping>& left);

  int find_map(int fd, std::shared_ptr<Map>& map, std::shared_ptr<MapFile>& file);
  long element(int command, const bpf_attr& attr);
  long object_info(bpf_attr& attr, bpf_attr* caller_attr);
  int open_map(std::shared_ptr<Map> map);
  int load_program(const bpf_attr& attr);
  int find_program(int fd, std::shared_ptr<Program>& program);
  int attach_program(const bpf_attr& attr);
  int run_program(const bpf_attr& attr, bpf_attr* caller_attr);
  int load_btf(const bpf_attr& attr);
  void step_load();
  int new_map(const bpf_attr& attr);

  // bpf_perf_event_output() and its two halves: the event is looked up, then it writes.
  int output_locked(Map& map, unsigned cpu, std::uint32_t key, std::span<const std::byte> data);
  int look_up_event(const Map& map, unsigned cpu, std::uint32_t key, Writing& writing) const;
  int write(const Writing& writing, std::span<const std::byte> data);
  // end_events ends those on a CPU that goes.
  void end_events(unsigned cpu);
  [[nodiscard]] PerfEvent::Origin origin(unsigned cpu) const { return {cpu, now_ns_}; }
  std::shared_ptr<PerfEvent> ringed_event(int fd, int& error);
  // ring_map gives the map if it is a ring, of that kind if one is said: 0, -EBADF or -EINVAL.
  int ring_map(int fd, std::optional<Ringbuf::Kind> kind, std::shared_ptr<Map>& map);
  int ring_output_locked(Map& map, std::span<const std::byte> data, std::uint64_t flags);
  // written is called when a ring changed: it wakes who waits for it, if that is due.
  void written(Map& map, bool wakes);

  // clock_ns is what CLOCK_MONOTONIC says to the code under test; to look moves no clock.
  [[nodiscard]] std::uint64_t clock_ns() const;
  // next_timer_ns is when, by now_ns_, a timer next becomes readable; kNever if none does.
  [[nodiscard]] std::uint64_t next_timer_ns() const;
  void reach_timers();
  [[nodiscard]] itimerspec describe(const Timer& timer) const;
  long read_timer(std::unique_lock<std::mutex>& lock, Timer& timer, int fd,
                  std::span<std::byte> buffer);

  void run_due();
  // wait calls `look` until it gives other than 0, or time is up: then 0. `real_wait` sleeps on the
  // real members, if there are any.
  int wait(std::unique_lock<std::mutex>& lock, std::int64_t timeout_ns, bool real_members,
           const std::function<int()>& look, const std::function<int(std::uint64_t)>& real_wait);
  void notify();

  std::mutex mutex_;
  Cpus cpus_;
  Failures failures_;
  Descriptors descriptors_;
  std::vector<Mapping> mappings_;
  std::vector<std::weak_ptr<PerfEvent>> events_;
  std::vector<std::weak_ptr<Map>> maps_;
  std::vector<std::weak_ptr<Timer>> timers_;
  std::map<int, Writing> writing_;
  std::map<std::string, std::optional<std::string>, std::less<>> files_;
  std::multimap<std::uint64_t, std::function<void()>> scheduled_;
  // The program that was attached last, and what it writes by itself.
  std::weak_ptr<LinkFile> link_;
  Load load_;
  std::uint64_t now_ns_ = 0;
  std::uint64_t next_id_ = 1;
  bool block_for_threads_ = false;
  unsigned long_bits_ = 64;
  // Moves when something may have become ready; sleepers wait on it.
  std::uint32_t changes_ = 0;
};

} // namespace ringside::sim
