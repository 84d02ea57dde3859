// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// os on Linux, on the running kernel and without privileges: what works, and that each refusal is
// the kernel's own error.

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/bpf.hpp"
#include "os/clock.hpp"
#include "os/epoll.hpp"
#include "os/file.hpp"
#include "os/perf.hpp"
#include "os/process.hpp"
#include "os/signals.hpp"
#include "os/timer.hpp"

namespace ringside::os::test {
namespace {

constexpr int kClosed = -1;

template <class T>
bool failed_with(const Result<T>& result, int error) {
  return !result && result.error() == Errno(error);
}

} // namespace

TEST_CASE("calls on a closed descriptor fail with the kernel's error") {
  CHECK(failed_with(perf_ioctl(kClosed, PERF_EVENT_IOC_ENABLE, 0), EBADF));
  CHECK(failed_with(perf_ioctl(kClosed, PERF_EVENT_IOC_DISABLE, 0), EBADF));
  CHECK(failed_with(perf_ioctl(kClosed, PERF_EVENT_IOC_SET_OUTPUT, 0), EBADF));
  CHECK(failed_with(map_shared(kClosed, 0, page_size(), Access::read_only), EBADF));
  CHECK(failed_with(control_epoll(kClosed, EPOLL_CTL_ADD, kClosed, EPOLLIN, 0), EBADF));
  CHECK(failed_with(control_epoll(kClosed, EPOLL_CTL_MOD, kClosed, EPOLLIN, 0), EBADF));
  CHECK(failed_with(arm_timer(kClosed, 1), EBADF));
  CHECK(failed_with(duplicate(kClosed), EBADF));
  epoll_event ready[1];
  CHECK(failed_with(wait_epoll(kClosed, ready, 0), EBADF));
  std::byte word[8];
  CHECK(failed_with(read(kClosed, word), EBADF));
}

TEST_CASE("an event of a type that there is not is refused") {
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_MAX + 1000;
  CHECK_FALSE(perf_event_open(&attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC));
}

TEST_CASE("bpf passes command, attributes and size as they are, and the kernel's error back") {
  // Which error depends on the kernel; without privileges, some say EPERM first.
  bpf_attr attr{};
  attr.map_fd = static_cast<__u32>(kClosed);
  for (const int command : {BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_OBJ_GET_INFO_BY_FD})
    CHECK_FALSE(bpf(command, &attr, sizeof(attr)));
  // No kernel takes more than a page.
  CHECK(failed_with(bpf(BPF_MAP_CREATE, &attr, 1U << 30), E2BIG));
}

TEST_CASE("a descriptor is duplicated close-on-exec") {
  const UniqueFd event(eventfd(0, EFD_CLOEXEC));
  const auto second = duplicate(event.get());
  REQUIRE(second);
  CHECK(second->get() != event.get());
  CHECK(fcntl(second->get(), F_GETFD) == FD_CLOEXEC);
}

TEST_CASE("a duplicate has at least the number that was asked for") {
  const UniqueFd fd(eventfd(0, EFD_CLOEXEC));
  constexpr int kLeast = 100;
  const auto second = duplicate(fd.get(), kLeast);
  REQUIRE(second);
  CHECK(second->get() >= kLeast);
}

TEST_CASE("signals that would interrupt wait, and those that end a process do not") {
  const auto blocked = [](int signal) {
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return sigismember(&mask, signal) == 1;
  };
  {
    const SignalsBlocked waiting;
    for (const int signal : {SIGALRM, SIGPROF, SIGUSR1, SIGCHLD})
      CHECK(blocked(signal));
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP})
      CHECK_FALSE(blocked(signal));
  }
  CHECK_FALSE(blocked(SIGALRM));
}

TEST_CASE("an epoll set reports the token of what is ready") {
  const auto set = create_epoll();
  REQUIRE(set);
  CHECK(fcntl(set->get(), F_GETFD) == FD_CLOEXEC);
  const UniqueFd event(eventfd(1, EFD_CLOEXEC));
  REQUIRE(control_epoll(set->get(), EPOLL_CTL_ADD, event.get(), EPOLLIN, 77));
  epoll_event ready[2];
  const auto count = wait_epoll(set->get(), ready, 0);
  REQUIRE(count);
  CHECK(*count == 1);
  CHECK(ready[0].data.u64 == 77);
}

TEST_CASE("a descriptor of an epoll set can be watched for nothing, and for something again") {
  const auto set = create_epoll();
  REQUIRE(set);
  const UniqueFd event(eventfd(1, EFD_CLOEXEC));
  CHECK(failed_with(control_epoll(set->get(), EPOLL_CTL_MOD, event.get(), 0, 1), ENOENT));
  REQUIRE(control_epoll(set->get(), EPOLL_CTL_ADD, event.get(), EPOLLIN, 1));
  epoll_event ready[1];
  REQUIRE(control_epoll(set->get(), EPOLL_CTL_MOD, event.get(), 0, 1));
  CHECK(*wait_epoll(set->get(), ready, 0) == 0);
  REQUIRE(control_epoll(set->get(), EPOLL_CTL_MOD, event.get(), EPOLLIN, 2));
  REQUIRE(*wait_epoll(set->get(), ready, 0) == 1);
  CHECK(ready[0].data.u64 == 2);
}

TEST_CASE("a timer is ready from its time on, not before, and never when disarmed") {
  const auto set = create_epoll();
  const auto timer = create_timer();
  REQUIRE(set);
  REQUIRE(timer);
  CHECK(fcntl(timer->get(), F_GETFD) == FD_CLOEXEC);
  CHECK((fcntl(timer->get(), F_GETFL) & O_NONBLOCK) != 0);
  REQUIRE(control_epoll(set->get(), EPOLL_CTL_ADD, timer->get(), EPOLLIN, 0));
  epoll_event ready[1];
  CHECK(*wait_epoll(set->get(), ready, 0) == 0);

  const std::uint64_t soon = now_ns() + 5'000'000;
  REQUIRE(arm_timer(timer->get(), soon));
  REQUIRE(*wait_epoll(set->get(), ready, -1) == 1);
  CHECK(now_ns() >= soon);

  constexpr std::uint64_t kNsPerHour = 3'600'000'000'000;
  REQUIRE(arm_timer(timer->get(), now_ns() + kNsPerHour));
  CHECK(*wait_epoll(set->get(), ready, 0) == 0);
  // A time that has passed is as good as now.
  REQUIRE(arm_timer(timer->get(), 1));
  CHECK(*wait_epoll(set->get(), ready, -1) == 1);
  REQUIRE(arm_timer(timer->get(), 0));
  CHECK(*wait_epoll(set->get(), ready, 0) == 0);
}

TEST_CASE("a variable of the environment is its value, or none") {
  REQUIRE(setenv("RINGSIDE_LINUX_TEST", "value", 1) == 0);
  CHECK(std::string(environment("RINGSIDE_LINUX_TEST")) == "value");
  REQUIRE(unsetenv("RINGSIDE_LINUX_TEST") == 0);
  CHECK(environment("RINGSIDE_LINUX_TEST") == nullptr);
}

TEST_CASE("a page that the kernel clears in forked children keeps its bytes in the parent") {
  const auto page = map_cleared_by_fork();
  REQUIRE(page);
  CHECK(page->size() == page_size());
  page->data()[0] = std::byte{7};
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0)
    ::_exit(page->data()[0] == std::byte{0} ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(page->data()[0] == std::byte{7});
}

TEST_CASE("a thread that a filter confines is told so") {
  const auto mode = seccomp_mode();
  REQUIRE(mode);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    sock_filter allow[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    const sock_fprog filter{1, allow};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
      ::_exit(2);
    const auto confined = seccomp_mode();
    ::_exit(confined && *confined == SECCOMP_MODE_FILTER ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a file is mapped from an offset, and written only with that access") {
  const UniqueFd file(memfd_create("file", MFD_CLOEXEC));
  REQUIRE(ftruncate(file.get(), static_cast<off_t>(2 * page_size())) == 0);
  const auto whole = map_shared(file.get(), 0, 2 * page_size(), Access::read_write);
  REQUIRE(whole);
  std::memset(whole->data() + page_size(), 'x', 1);
  const auto second = map_shared(file.get(), page_size(), page_size(), Access::read_only);
  REQUIRE(second);
  CHECK(second->data()[0] == std::byte{'x'});
  CHECK(second->size() == page_size());
}

TEST_CASE("a file that does not fit, is not there or cannot be read is an error") {
  char text[4096];
  const auto length = read_file("/proc/self/stat", text);
  REQUIRE(length);
  CHECK(*length > 0);
  char small[1];
  CHECK(failed_with(read_file("/proc/self/stat", small), E2BIG));
  CHECK(failed_with(read_file("/proc/self/no-such-file", text), ENOENT));
  CHECK(failed_with(read_file("/proc", text), EISDIR));
}

TEST_CASE("limits and time come from the process") {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const auto files = soft_limit(Limit::open_files);
  REQUIRE(files);
  CHECK(*files == (limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur));
  REQUIRE(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
  const auto locked = soft_limit(Limit::locked_bytes);
  REQUIRE(locked);
  CHECK(*locked == (limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur));
  // A process may always set both to what the hard limit is.
  const std::uint64_t most = limit.rlim_max == RLIM_INFINITY ? UINT64_MAX : limit.rlim_max;
  REQUIRE(set_memlock_limit(most));
  CHECK(*soft_limit(Limit::locked_bytes) == most);
  const auto before = now_ns();
  CHECK(now_ns() >= before);
}

TEST_CASE("the kernel has a release and a version") {
  const KernelNames names = kernel_names();
  CHECK(names.release[0] != '\0');
  CHECK(names.version[0] != '\0');
}

} // namespace ringside::os::test
