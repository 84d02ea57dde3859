// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Failures: which call is scripted to fail, and how often each was made.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace ringside::sim {

enum class Call : std::size_t {
  perf_event_open,
  ioctl,
  mmap,
  epoll_create,
  epoll_ctl,
  epoll_wait,
  map_info, // of any object
  map_look_up,
  map_next_key,
  map_freeze,
  map_batch,
  map_update,
  map_delete,
  map_create,
  prog_load,
  prog_run,
  btf_load,
  pin,
  open_pinned,
  next_id,
  by_id,
  link_create,
  link_update,
  link_detach,
  dup,
  open,
  read,
  malloc,
  getrlimit,
  setrlimit,
  timerfd_create,
  timerfd_settime,
  socket,
  bind,
  send,
  receive,
  seccomp,
  any,
};
inline constexpr std::size_t kCallCount = static_cast<std::size_t>(Call::any) + 1;

// Failures counts calls and answers which of them fail. Every call also counts as "any".
class Failures {
public:
  // check counts a call: 0, or the positive error with which it is to fail.
  [[nodiscard]] int check(Call call);

  // script makes the nth call from now fail with `error`, and every later one too if `onwards`.
  // With nth 0 none fails. False if there is no call of that name.
  bool script(std::string_view name, unsigned nth, int error, bool onwards);

  // count is how often the call was made; 0 for a name that is none.
  [[nodiscard]] unsigned count(std::string_view name) const;

private:
  struct Script {
    unsigned made = 0;
    unsigned fail_at = 0;
    int error = 0;
    bool onwards = false;

    int step();
  };

  std::array<Script, kCallCount> scripts_{};
};

} // namespace ringside::sim
