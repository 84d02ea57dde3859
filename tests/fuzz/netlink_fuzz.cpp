// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Answers by netlink: what is asked of a device and of its filters, with hostile answers. An answer
// is two bytes that say how long it is, and as many bytes. The right port is put into those of an
// odd length, so that most get past the first checks.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include <linux/netlink.h>

#include "check.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "netlink/tc.hpp"
#include "netlink/xdp.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr std::uint32_t kPort = 4711;
constexpr std::size_t kMostAnswers = 8;

void give_answers(Input input) {
  for (std::size_t count = 0; count < kMostAnswers && !input.empty(); ++count) {
    const std::uint16_t length = input.take<std::uint16_t>();
    const auto bytes = input.take_bytes(length / 2);
    std::vector<std::uint8_t> answer(bytes.begin(), bytes.end());
    constexpr std::size_t kAt = offsetof(nlmsghdr, nlmsg_pid);
    if (length % 2 == 1 && answer.size() >= kAt + sizeof(kPort))
      std::memcpy(answer.data() + kAt, &kPort, sizeof(kPort));
    sim_netlink_answer(answer.data(), answer.size(), 0);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Messages messages;
  const Input input(bytes, size);
  const Subject subject("fuzzed");
  const auto check_nothing_is_left = [] {
    require(sim_live().fds == 0, "no socket stays open");
    require(sim_live().bytes == 0, "no memory stays in use");
  };
  const auto ask = [&](auto question) {
    sim_reset(1);
    give_answers(input);
    static_cast<void>(question());
    check_nothing_is_left();
  };
  ask([&] { return netlink::xdp_state(subject, 2); });
  ask([&] { return netlink::last_xdp_state(subject); });
  ask([&] { return netlink::xdp_features(subject, 2); });
  ask([&] { return netlink::set_xdp(subject, 2, 5, 0, -1); });
  ask([&] { return netlink::find_filter(subject, {2, netlink::kIngressParent}, {1, 1}); });
  return 0;
}

} // namespace ringside::test
