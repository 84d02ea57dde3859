// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Tests of what the simulated kernel does and the real one cannot: clock, failures, CPUs, corrupt
// rings. That it behaves as the real one otherwise is compare_kernels.py's subject.
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "bpf/attr.hpp"
#include "bpf/insn.hpp"
#include "os/bpf.hpp"
#include "os/epoll.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"
#include "sim/tests/rig.hpp"

namespace ringside::sim {
namespace {

using Cpus = std::vector<std::uint64_t>;

std::string text_of(const char* path) {
  std::array<char, 16384> text;
  auto length = os::read_file(path, text);
  return length ? std::string(text.data(), *length)
                : "error " + std::to_string(length.error().value());
}

bool nothing_is_open() {
  auto live = ::sim_live();
  return live.fds == 0 && live.mappings == 0 && live.slots == 0 && live.bytes == 0;
}

TEST_CASE("the CPU lists follow the CPUs, and give way to a text of the test's own") {
  sim_reset(4096);
  CHECK(text_of("/sys/devices/system/cpu/possible") == "0-4095\n");
  sim_reset(8);
  for (unsigned cpu : {0U, 3U, 4U, 7U})
    sim_set_online(cpu, 0);
  CHECK(text_of("/sys/devices/system/cpu/online") == "1-2,5-6\n");
  CHECK(text_of("/sys/devices/system/cpu/possible") == "0-7\n");
  sim_set_file("/sys/devices/system/cpu/online", "what?");
  CHECK(text_of("/sys/devices/system/cpu/online") == "what?");
  sim_set_file("/sys/devices/system/cpu/online", nullptr);
  CHECK(text_of("/sys/devices/system/cpu/online") == "error " + std::to_string(ENOENT));
  sim_set_file("/proc/sys/kernel/perf_event_paranoid", "4\n");
  CHECK(text_of("/proc/sys/kernel/perf_event_paranoid") == "4\n");
  std::array<char, 4> small;
  sim_set_file("/x", "1234");
  CHECK(os::read_file("/x", small).error() == Errno(E2BIG));
  sim_set_file("/x", "123");
  CHECK(*os::read_file("/x", small) == 3);
  sim_reset(1);
  CHECK(text_of("/sys/devices/system/cpu/online") == "0\n");
}

TEST_CASE("4096 CPUs have a ring each") {
  rlimit limit;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit wanted = {std::max<rlim_t>(limit.rlim_cur, 5000),
                         std::max<rlim_t>(limit.rlim_max, 5000)};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &wanted) == 0);
  sim_reset(4096);
  auto rig = Rig::build(4096, 1);
  REQUIRE(rig);
  const std::uint64_t value = 5;
  CHECK(sim_output(rig->map.get(), 4095, &value, sizeof(value)) == 0);
  CHECK(sim_output(rig->map.get(), 17, &value, sizeof(value)) == 0);
  CHECK(rig->wait(0) == Cpus{4095, 17});
  CHECK(::sim_live().slots == 4096);
  rig = Errno(ENOENT);
  rig = Rig();
  CHECK(nothing_is_open());
  setrlimit(RLIMIT_NOFILE, &limit);
}

TEST_CASE("an offline CPU opens no event, and its events stay off when it is back") {
  sim_reset(2);
  auto rig = Rig::build(2, 1);
  REQUIRE(rig);
  const std::uint64_t value = 5;
  sim_set_online(1, 0);
  perf_event_attr attr = output_attr();
  CHECK(open_event(&attr, 1).error() == Errno(ENODEV));
  CHECK(sim_output(rig->map.get(), 1, &value, sizeof(value)) == -ENODEV);
  sim_set_online(1, 1);
  CHECK(sim_output(rig->map.get(), 1, &value, sizeof(value)) == -EOPNOTSUPP);
  auto again = open_event(&attr, 1);
  REQUIRE(again);
  auto ring = os::map_shared(again->get(), 0, 2 * os::page_size(), os::Access::read_write);
  REQUIRE(store_event(rig->map.get(), 1, again->get()));
  CHECK(sim_output(rig->map.get(), 1, &value, sizeof(value)) == 0);
}

// verdict_on loads a program that begins so: the error, and the verifier's words. `fds` is what the
// program may name by index.
std::pair<int, std::string> verdict_on(std::vector<bpf_insn> insns, const int* fds = nullptr) {
  insns.insert(insns.end(), {bpf::insn::move(BPF_REG_0, 0), bpf::insn::exit()});
  char log[256] = "";
  bpf_attr attr = {};
  attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  attr.insn_cnt = static_cast<std::uint32_t>(insns.size());
  attr.insns = bpf::Address(insns.data()).bits();
  attr.license = bpf::Address("GPL").bits();
  attr.log_level = 1;
  attr.log_size = sizeof(log);
  attr.log_buf = bpf::Address(log).bits();
  attr.fd_array = bpf::Address(fds).bits();
  const auto loaded = os::bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
  if (!loaded)
    return {loaded.error().value(), log};
  const os::UniqueFd fd(*loaded);
  return {0, log};
}

Result<os::UniqueFd> create_value(std::uint32_t flags) {
  bpf_attr attr = {};
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = sizeof(std::uint32_t);
  attr.value_size = sizeof(std::uint64_t);
  attr.max_entries = 1;
  attr.map_flags = flags;
  const auto made = os::bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
  return made ? Result<os::UniqueFd>(os::UniqueFd(*made)) : Result<os::UniqueFd>(made.error());
}

TEST_CASE("where programs cannot have variables, their maps and instructions are refused") {
  const bool has_variables = GENERATE(true, false);
  sim_reset(1);
  sim_set_variables(has_variables ? 1 : 0);
  const auto constant = create_value(BPF_F_RDONLY_PROG);
  CHECK((constant ? 0 : constant.error().value()) == (has_variables ? 0 : EINVAL));
  const auto map = create_value(0);
  REQUIRE(map);
  const auto naming = [&map](std::uint8_t what) {
    return verdict_on({bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, 1, what, 0, map->get()), {}});
  };
  CHECK(naming(BPF_PSEUDO_MAP_FD).first == 0);
  const auto [error, log] = naming(BPF_PSEUDO_MAP_VALUE);
  CHECK(error == (has_variables ? 0 : EINVAL));
  CHECK((log == "unrecognized bpf_ld_imm64 insn\n") == !has_variables);
}

TEST_CASE("a program that calls a helper which no kernel has is refused") {
  sim_reset(1);
  CHECK(verdict_on({bpf::insn::call(BPF_FUNC_ktime_get_ns)}).first == 0);
  const auto [error, log] = verdict_on({bpf::insn::call(2001000000)});
  CHECK(error == EINVAL);
  CHECK(log == "0: (85) call unknown#2001000000\ninvalid func unknown#2001000000\n");
}

TEST_CASE("a module has types with its name, and who calls its functions must have them open") {
  sim_reset(1);
  const std::uint32_t id = sim_add_module("made", "types", 5);
  bpf_attr attr = {};
  REQUIRE(os::bpf(BPF_BTF_GET_NEXT_ID, &attr, sizeof(attr)));
  CHECK(attr.next_id == id);
  attr = {};
  attr.btf_id = id;
  const auto opened = os::bpf(BPF_BTF_GET_FD_BY_ID, &attr, sizeof(attr));
  REQUIRE(opened);
  os::UniqueFd types(*opened);

  char name[64] = "";
  bpf_btf_info info = {};
  info.name = bpf::Address(name).bits();
  info.name_len = sizeof(name);
  attr = {};
  attr.info.bpf_fd = static_cast<std::uint32_t>(types.get());
  attr.info.info_len = sizeof(info);
  attr.info.info = bpf::Address(&info).bits();
  REQUIRE(os::bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)));
  CHECK(info.kernel_btf == 1);
  CHECK(info.btf_size == 5);
  CHECK(std::string(name) == "made");

  const std::vector<bpf_insn> calls = {
      bpf::insn::make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 1, 77)};
  const int fds[] = {0, types.get()};
  CHECK(verdict_on(calls).first == EPROTO);
  CHECK(verdict_on(calls, fds).first == 0);
  types = {};
  CHECK(verdict_on(calls, fds).first == EBADF);
}

TEST_CASE("a wait that finds nothing moves the clock to its timeout, and no further") {
  sim_reset(1);
  auto rig = Rig::build(1, 1);
  REQUIRE(rig);
  CHECK(rig->wait(0).empty());
  CHECK(sim_now_ns() == 0);
  CHECK(rig->wait(250).empty());
  CHECK(sim_now_ns() == 250'000'000);
  const std::uint64_t value = 5;
  REQUIRE(sim_output_at(251'000'000, rig->map.get(), 0, &value, sizeof(value)) == 0);
  REQUIRE(sim_output_at(900'000'000, rig->map.get(), 0, &value, sizeof(value)) == 0);
  CHECK(rig->wait(100) == Cpus{0});
  CHECK(sim_now_ns() == 251'000'000);
  CHECK(rig->wait(100).empty());
  CHECK(sim_now_ns() == 351'000'000);
  CHECK(rig->wait(-1) == Cpus{0});
  CHECK(sim_now_ns() == 900'000'000);
  REQUIRE(sim_output_at(1'000'000'000, rig->map.get(), 0, &value, sizeof(value)) == 0);
  sim_advance_ns(99'999'999);
  CHECK(rig->wait(0).empty());
  sim_advance_ns(1);
  CHECK(rig->wait(0) == Cpus{0});
}

TEST_CASE("a wait without end that nothing can end is refused") {
  sim_reset(1);
  auto rig = Rig::build(1, 1);
  REQUIRE(rig);
  std::array<epoll_event, 1> ready;
  CHECK(os::wait_epoll(rig->epoll.get(), ready, -1).error() == Errno(EDEADLK));
}

TEST_CASE("the nth call fails, once or from then on, and is counted") {
  sim_reset(2);
  perf_event_attr attr = output_attr();
  sim_fail("perf_event_open", 2, EMFILE);
  CHECK(open_event(&attr, 0));
  CHECK(open_event(&attr, 0).error() == Errno(EMFILE));
  CHECK(open_event(&attr, 0));
  sim_fail_from("perf_event_open", 2, EACCES);
  CHECK(open_event(&attr, 0));
  CHECK(open_event(&attr, 0).error() == Errno(EACCES));
  CHECK(open_event(&attr, 0).error() == Errno(EACCES));
  CHECK(sim_calls("perf_event_open") == 6);
  CHECK(sim_calls("any") == 6);
  sim_fail("perf_event_open", 0, 0);
  CHECK(open_event(&attr, 0));
  sim_fail("epoll_wait", 1, EINTR);
  auto rig = Rig::build(2, 1);
  REQUIRE(rig);
  std::array<epoll_event, 2> ready;
  CHECK(os::wait_epoll(rig->epoll.get(), ready, 10).error() == Errno(EINTR));
  CHECK(sim_now_ns() == 0);
  CHECK(*os::wait_epoll(rig->epoll.get(), ready, 10) == 0);
}

TEST_CASE("each call of a construction can be made to fail, and then nothing stays open") {
  sim_reset(3);
  REQUIRE(Rig::build(3, 1));
  const unsigned calls = sim_calls("any");
  CHECK(calls == 2 + 3 * 5);
  for (unsigned nth = 1; nth <= calls; ++nth) {
    INFO("call " << nth << " of " << calls);
    sim_reset(3);
    sim_fail("any", nth, EIO);
    auto rig = Rig::build(3, 1);
    REQUIRE_FALSE(rig);
    CHECK(rig.error() == Errno(EIO));
    CHECK(nothing_is_open());
  }
}

TEST_CASE("the process's own limit of open files holds") {
  sim_reset(4);
  rlimit limit;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const int next = dup(0);
  close(next);
  const rlimit low = {static_cast<rlim_t>(next) + 3, limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  auto rig = Rig::build(4, 1);
  setrlimit(RLIMIT_NOFILE, &limit);
  REQUIRE_FALSE(rig);
  CHECK(rig.error() == Errno(EMFILE));
  CHECK(nothing_is_open());
}

TEST_CASE("positions near 2^32 and 2^64 wrap as any other") {
  sim_reset(1);
  for (const std::uint64_t start : {std::uint64_t{0}, (std::uint64_t{1} << 32) - 16,
                                    (std::uint64_t{1} << 63) - 16, std::uint64_t{0} - 16}) {
    auto rig = Rig::build(1, 1);
    REQUIRE(rig);
    REQUIRE(sim_set_positions(rig->sources[0].event.get(), start, start) == 0);
    const std::string_view text = "twenty bytes of text";
    CHECK(sim_output(rig->map.get(), 0, text.data(), static_cast<std::uint32_t>(text.size())) == 0);
    CHECK(rig->wait(0) == Cpus{0});
    CHECK(rig->head(0) == start + 32);
    char copied[20];
    rig->copy(0, start + 12, copied, sizeof(copied));
    CHECK(std::string_view(copied, sizeof(copied)) == text);
    unsigned fit = 0;
    while (sim_output(rig->map.get(), 0, text.data(), 20) == 0)
      ++fit;
    CHECK(fit == 4096 / 32 - 2);
  }
}

TEST_CASE("records of any type and corrupt bytes go into a ring, and wake") {
  sim_reset(1);
  auto rig = Rig::build(1, 1);
  REQUIRE(rig);
  const int event = rig->sources[0].event.get();
  const std::uint64_t body[2] = {1, 2};
  CHECK(sim_emit(event, PERF_RECORD_THROTTLE, 3, body, sizeof(body)) == 0);
  CHECK(rig->wait(0) == Cpus{0});
  perf_event_header header;
  rig->copy(0, 0, &header, sizeof(header));
  CHECK(header.type == PERF_RECORD_THROTTLE);
  CHECK(header.misc == 3);
  CHECK(header.size == 24);
  CHECK(sim_emit(event, PERF_RECORD_THROTTLE, 0, body, 7) == -EINVAL);
  const perf_event_header broken = {PERF_RECORD_SAMPLE, 0, 0};
  CHECK(sim_emit_raw(event, &broken, sizeof(broken), 16) == 0);
  CHECK(rig->wait(0) == Cpus{0});
  CHECK(rig->head(0) == 40);
  CHECK(sim_emit(rig->map.get(), PERF_RECORD_LOST, 0, body, 8) == -EBADF);
  CHECK(sim_event_fd(rig->map.get(), 0) == event);
  CHECK(sim_event_fd(rig->map.get(), 1) == -E2BIG);
}

TEST_CASE("a descriptor that is closed past the simulator is gone for it too") {
  sim_reset(1);
  auto rig = Rig::build(1, 1);
  REQUIRE(rig);
  const int map_fd = rig->map.get();
  CHECK(::sim_live().slots == 1);
  auto copy = os::duplicate(map_fd);
  REQUIRE(copy);
  const int again = ::fcntl(map_fd, F_DUPFD_CLOEXEC, 0);
  const std::uint64_t value = 5;
  CHECK(sim_output(again, 0, &value, sizeof(value)) == 0);
  ::close(map_fd);
  CHECK(::sim_live().slots == 1);
  CHECK(sim_output(map_fd, 0, &value, sizeof(value)) == -EBADF);
  ::close(again);
  CHECK(sim_output(copy->get(), 0, &value, sizeof(value)) == 0);
  *copy = os::UniqueFd();
  CHECK(::sim_live().slots == 0);
  // Its number must not be closed twice.
  const int reused = ::dup(0);
  CHECK(reused == map_fd);
}

TEST_CASE("a thread that writes wakes one that waits for threads") {
  constexpr std::uint64_t kRecords = 20'000;
  sim_reset(1);
  auto rig = Rig::build(1, 1);
  REQUIRE(rig);
  sim_block_for_threads(1);
  const int map_fd = rig->map.get();
  std::thread producer([map_fd] {
    for (std::uint64_t number = 0; number < kRecords;) {
      if (sim_output(map_fd, 0, &number, sizeof(number)) == 0)
        ++number;
      else
        std::this_thread::yield();
    }
  });
  std::uint64_t expected = 0;
  std::uint64_t tail = 0;
  std::uint64_t wrong = 0;
  while (expected < kRecords) {
    if (rig->wait(-1) != Cpus{0})
      break;
    const std::uint64_t head = rig->head(0);
    while (tail < head) {
      perf_event_header header;
      rig->copy(0, tail, &header, sizeof(header));
      if (header.type == PERF_RECORD_SAMPLE) {
        std::uint64_t number;
        rig->copy(0, tail + 12, &number, sizeof(number));
        wrong += number == expected ? 0 : 1;
        ++expected;
      }
      tail += header.size;
    }
    __atomic_store_n(&rig->page(0)->data_tail, tail, __ATOMIC_RELEASE);
  }
  producer.join();
  CHECK(expected == kRecords);
  CHECK(wrong == 0);
}

} // namespace
} // namespace ringside::sim
