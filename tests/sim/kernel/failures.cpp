// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Failures: the table of call names, and the counting.
#include "sim/kernel/failures.hpp"

#include <algorithm>
#include <optional>

namespace ringside::sim {
namespace {

// In the order of Call.
constexpr std::array<std::string_view, kCallCount> kNames = {
    "perf_event_open",
    "ioctl",
    "mmap",
    "epoll_create",
    "epoll_ctl",
    "epoll_wait",
    "map_info",
    "map_look_up",
    "map_next_key",
    "map_freeze",
    "map_batch",
    "map_update",
    "map_delete",
    "map_create",
    "prog_load",
    "prog_run",
    "btf_load",
    "pin",
    "open_pinned",
    "next_id",
    "by_id",
    "link_create",
    "link_update",
    "link_detach",
    "dup",
    "open",
    "read",
    "malloc",
    "getrlimit",
    "setrlimit",
    "timerfd_create",
    "timerfd_settime",
    "socket",
    "bind",
    "send",
    "receive",
    "seccomp",
    "any",
};

std::optional<std::size_t> index_of(std::string_view name) {
  auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end())
    return std::nullopt;
  return static_cast<std::size_t>(found - kNames.begin());
}

} // namespace

int Failures::Script::step() {
  ++made;
  if (fail_at == 0)
    return 0;
  return made == fail_at || (onwards && made > fail_at) ? error : 0;
}

int Failures::check(Call call) {
  int own = scripts_[static_cast<std::size_t>(call)].step();
  int any = scripts_[static_cast<std::size_t>(Call::any)].step();
  return own != 0 ? own : any;
}

bool Failures::script(std::string_view name, unsigned nth, int error, bool onwards) {
  std::optional<std::size_t> index = index_of(name);
  if (!index)
    return false;
  Script& script = scripts_[*index];
  script.fail_at = nth == 0 ? 0 : script.made + nth;
  script.error = error;
  script.onwards = onwards;
  return true;
}

unsigned Failures::count(std::string_view name) const {
  std::optional<std::size_t> index = index_of(name);
  return index ? scripts_[*index].made : 0;
}

} // namespace ringside::sim
