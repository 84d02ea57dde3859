// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: the simulated kernel behind system-call-like functions. They return what the system call
// returns, or -errno. Each subsystem is a class of its own; here is what they share, and the calls
// that a descriptor of any kind takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <sys/types.h>

#include "sim/kernel/bpf/bpf.hpp"
#include "sim/kernel/core.hpp"
#include "sim/kernel/epoll/epolls.hpp"
#include "sim/kernel/files/cpus.hpp"
#include "sim/kernel/files/files.hpp"
#include "sim/kernel/net/netlink.hpp"
#include "sim/kernel/perf/perf.hpp"
#include "sim/kernel/timers/timers.hpp"
#include "sim/sim_control.h"

namespace ringside::sim {

inline constexpr unsigned kDefaultCpus = 2;

class Kernel {
public:
  // instance is the one that this process runs on. It is never destroyed.
  static Kernel& instance();

  [[nodiscard]] Perf& perf() { return perf_; }
  [[nodiscard]] Bpf& bpf() { return bpf_; }
  [[nodiscard]] Epolls& epolls() { return epolls_; }
  [[nodiscard]] Timers& timers() { return timers_; }
  [[nodiscard]] Files& files() { return files_; }
  [[nodiscard]] Netlink& netlink() { return netlink_; }

  // --- Calls on descriptors and mappings. Nothing means: not simulated, ask the real kernel. ---

  std::optional<int> ioctl(int fd, unsigned long request, unsigned long argument);
  std::optional<std::intptr_t> mmap(void* address, std::size_t size, int protection, int flags,
                                    int fd, off_t offset);
  std::optional<long> read(int fd, void* buffer, std::size_t size);
  int munmap(void* address, std::size_t size);
  int close(int fd);

  // duplicate runs `call`, which makes a second descriptor of `fd` and returns it or -errno.
  template <class F>
  int duplicate(int fd, F call) {
    const auto lock = core_.enter();
    std::shared_ptr<File> file = core_.descriptors.find(fd);
    if (file)
      if (int error = core_.failures.check(Call::dup))
        return -error;
    int made = call();
    if (made < 0 || made == fd)
      return made;
    core_.descriptors.forget(made);
    if (file)
      core_.descriptors.adopt(made, std::move(file));
    return made;
  }

  // soft_limit gives a limit of the process: the real one, unless set_limit has set another.
  int soft_limit(int resource, std::uint64_t& limit);
  void set_limit(int resource, std::uint64_t limit);

  // check counts a call that the simulator passes on: 0, or the error with which it must fail.
  int check(Call call);
  // knows is a cheap first test: true for every simulated descriptor, and for a few that are not.
  bool knows(int fd);
  // has_mapping: some ring is mapped there.
  bool has_mapping(const void* address, std::size_t size);
  // before_fork, after_fork keep other threads out while the process is copied.
  void before_fork() { core_.mutex.lock(); }
  void after_fork() { core_.mutex.unlock(); }

  // --- What tests do to it, beside what they do to its subsystems: see sim_control.h. ---

  void reset(unsigned cpus);
  bool script_failure(const char* call, unsigned nth, int error, bool onwards);
  unsigned calls(const char* call);
  std::uint64_t now_ns();
  void advance_ns(std::uint64_t ns);
  void take_away(std::uint64_t from_ns, std::uint64_t until_ns);
  void take_for_maps(std::uint64_t ns_per_page);
  void block_for_threads(bool on);
  struct sim_live live();

private:
  Kernel() = default;

  Core core_;
  Cpus cpus_{kDefaultCpus};
  Files files_{core_, cpus_};
  Perf perf_{core_, cpus_};
  Bpf bpf_{core_, perf_, cpus_};
  Epolls epolls_{core_};
  Timers timers_{core_};
  Netlink netlink_{core_};
  std::map<int, std::uint64_t> limits_;
};

} // namespace ringside::sim
