// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Link: the order in which it ends what it has, and what stays if it was disconnected.
#include "attach/link.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "attach/event.hpp"
#include "bpf/link.hpp"
#include "bpf/map.hpp"
#include "loaded_program.hpp"
#include "messages.hpp"
#include "os/file.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using attach::Ending;
using attach::Link;
using attach::LinkKind;
using attach::LinkParts;

os::UniqueFd event() {
  auto made = attach::open_tracepoint_event(1, -1, "x");
  REQUIRE(made);
  return std::move(*made);
}

os::UniqueFd kernel_link(const LoadedProgram& program, const os::UniqueFd& to) {
  auto made = bpf::create_link(
      {.prog_fd = program.fd(), .target = to.get(), .attach_type = BPF_PERF_EVENT, .words = {}});
  REQUIRE(made);
  return std::move(*made);
}

// Ends is what an ending has seen.
struct Ends {
  unsigned fds = 0;
  int runs = 0;
  bool is_left = false;

  Ending ending() { return {see, this}; }

private:
  static void see(void* what, bool is_left) {
    auto& ends = *static_cast<Ends*>(what);
    ends.fds = sim_live().fds;
    ends.is_left = is_left;
    ++ends.runs;
  }
};

unsigned open_fds() {
  return sim_live().fds;
}

} // namespace

TEST_CASE("a link disables its event, closes all, and then runs its ending, once") {
  sim_reset(1);
  const LoadedProgram program;
  Ends ends;
  os::UniqueFd on = event();
  os::UniqueFd fd = kernel_link(program, on);
  Link link(std::move(fd), {.event = std::move(on), .ending = ends.ending()});
  CHECK(open_fds() == 3);
  const unsigned controls = sim_calls("ioctl");
  CHECK(link.close());
  CHECK(sim_calls("ioctl") == controls + 1);
  CHECK(open_fds() == 1);
  CHECK(ends.runs == 1);
  CHECK(ends.fds == 1);
  CHECK_FALSE(ends.is_left);
  CHECK(link.fd() == -1);
  CHECK(link.close());
  CHECK(sim_calls("ioctl") == controls + 1);
  CHECK(ends.runs == 1);
}

TEST_CASE("an end without a close is the same") {
  sim_reset(1);
  Ends ends;
  {
    const Link link(event(), {.kind = LinkKind::event, .ending = ends.ending()});
    CHECK(link.fd() >= 0);
    CHECK(open_fds() == 1);
  }
  CHECK(open_fds() == 0);
  CHECK(ends.runs == 1);
  CHECK(sim_calls("ioctl") == 1);
}

TEST_CASE("the first error of closing is given, and the rest is closed all the same") {
  sim_reset(1);
  Ends ends;
  Link link(event(), {.kind = LinkKind::event, .ending = ends.ending()});
  sim_fail("ioctl", 1, EIO);
  const auto closed = link.close();
  REQUIRE_FALSE(closed);
  CHECK(closed.error() == Errno(EIO));
  CHECK(open_fds() == 0);
  CHECK(ends.runs == 1);
}

TEST_CASE("a descriptor that was closed elsewhere is EBADF") {
  sim_reset(1);
  os::UniqueFd on = event();
  const int number = on.get();
  Link link(std::move(on));
  REQUIRE(os::close(number));
  CHECK(link.close().error() == Errno(EBADF));
  CHECK(link.close());
}

TEST_CASE("a link that was disconnected leaves its descriptors open, and says so to its ending") {
  sim_reset(1);
  const LoadedProgram program;
  Ends ends;
  os::UniqueFd on = event();
  const int event_fd = on.get();
  os::UniqueFd fd = kernel_link(program, on);
  const int link_fd = fd.get();
  {
    Link link(std::move(fd), {.event = std::move(on), .ending = ends.ending()});
    link.disconnect();
    const unsigned controls = sim_calls("ioctl");
    CHECK(link.close());
    CHECK(sim_calls("ioctl") == controls);
    CHECK(link.fd() == link_fd);
  }
  CHECK(open_fds() == 3);
  CHECK(ends.runs == 1);
  CHECK(ends.is_left);
  CHECK(os::close(link_fd));
  CHECK(os::close(event_fd));
}

TEST_CASE("a link of many has the descriptor of its first, and is not one that can be changed") {
  sim_reset(1);
  const LoadedProgram program;
  Ends ends;
  LinkParts parts{.ending = ends.ending()};
  for (int count = 0; count < 3; ++count)
    REQUIRE(parts.probes.append(make<Link>(event(), LinkParts{.kind = LinkKind::event})));
  Link link(os::UniqueFd(), std::move(parts));
  CHECK(link.fd() >= 0);
  CHECK(link.pin("/sys/fs/bpf/x").error() == Errno(EOPNOTSUPP));
  CHECK(link.update(program.fd()).error() == Errno(EOPNOTSUPP));
  CHECK(link.detach().error() == Errno(EOPNOTSUPP));
  CHECK(open_fds() == 4);
  CHECK(link.close());
  CHECK(open_fds() == 1);
  CHECK(ends.runs == 1);
  CHECK(ends.fds == 1);
  CHECK(sim_calls("ioctl") == 3);
  CHECK(link.close());
  CHECK(link.fd() == -1);
}

TEST_CASE("a link of many closes all, whichever fails, and leaves all when it was disconnected") {
  sim_reset(1);
  LinkParts parts;
  std::vector<int> numbers;
  for (int count = 0; count < 3; ++count) {
    REQUIRE(parts.probes.append(make<Link>(event(), LinkParts{.kind = LinkKind::event})));
    numbers.push_back(parts.probes[static_cast<std::size_t>(count)]->fd());
  }
  auto link = make<Link>(os::UniqueFd(), std::move(parts));
  REQUIRE(link != nullptr);
  SECTION("closed") {
    sim_fail("ioctl", 2, EIO);
    CHECK(link->close().error() == Errno(EIO));
    CHECK(open_fds() == 0);
  }
  SECTION("disconnected") {
    link->disconnect();
    link.reset();
    CHECK(open_fds() == 3);
    for (const int number : numbers)
      CHECK(os::close(number));
  }
}

TEST_CASE("a link without a descriptor has none, and can be closed") {
  sim_reset(1);
  const LoadedProgram program;
  Link link{os::UniqueFd()};
  CHECK(link.fd() == -1);
  CHECK(link.path() == nullptr);
  CHECK(link.update(program.fd()).error() == Errno(EBADF));
  CHECK(link.detach().error() == Errno(EBADF));
  CHECK(link.unpin().error() == Errno(EINVAL));
  CHECK(link.close());
}

TEST_CASE("a link takes another program until it is detached") {
  sim_reset(1);
  const LoadedProgram program;
  const LoadedProgram other;
  const os::UniqueFd on = event();
  Link link(kernel_link(program, on));
  CHECK(link.update(other.fd()));
  CHECK(link.detach());
  CHECK(link.update(other.fd()).error() == Errno(ENOLINK));
  CHECK(link.fd() >= 0);
}

TEST_CASE("a perf event with a program cannot have a name, and no folder is made") {
  sim_reset(1);
  const Messages messages;
  Link link(event(), {.kind = LinkKind::event});
  CHECK(link.pin("/sys/fs/bpf/folder-of-no-link/x").error() == Errno(EINVAL));
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains("ioctl(2)"));
  CHECK(link.path() == nullptr);
}

TEST_CASE("a name outside of bpf file systems is EINVAL, with a message for each try") {
  sim_reset(1);
  const Messages messages;
  Link link(event());
  CHECK(link.pin("/tmp/x").error() == Errno(EINVAL));
  CHECK(link.pin("/tmp/no-such-folder/x").error() == Errno(EINVAL));
  CHECK(link.pin("/no/such/folder").error() == Errno(ENOENT));
  CHECK(link.pin("x").error() == Errno(EINVAL));
  CHECK(messages.warnings() == 4);
  CHECK_THAT(messages.last(), Catch::Contains("'x' is not in a file system of type bpf"));
  CHECK(link.path() == nullptr);
}

TEST_CASE("a struct_ops map without a link is unregistered by deleting its value") {
  sim_reset(1);
  auto made = bpf::create_map(
      {.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1});
  REQUIRE(made);
  const auto again = os::duplicate(made->get());
  REQUIRE(again);
  const std::uint32_t key = 0;
  std::uint32_t value = 1;
  REQUIRE(bpf::update_element(made->get(), &key, &value));
  Link link(std::move(*made), {.kind = LinkKind::struct_ops_map});
  CHECK(link.close());
  CHECK(bpf::look_up_element(again->get(), &key, &value).error() == Errno(ENOENT));
  CHECK(link.close());
}

TEST_CASE("an ending that is moved runs once, with what it was made for") {
  Ends first;
  Ends second;
  {
    Ending ending = first.ending();
    Ending moved = std::move(ending);
    Ending other = second.ending();
    moved = std::move(other);
    moved.run(true);
    CHECK(second.runs == 1);
    CHECK(second.is_left);
  }
  CHECK(first.runs == 1);
  CHECK(second.runs == 1);
}

} // namespace ringside::test
