// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Exchange: where the answers end, what is not an answer, and what fails on the way.
#include "netlink/exchange.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/rtnetlink.h>

#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::netlink::test {
namespace {

using ringside::test::Messages;

constexpr std::uint32_t kPort = 4711;
constexpr std::uint32_t kNoLength = 0;

using Bytes = std::vector<std::byte>;

// add_message appends a message as the kernel would send it to the first request.
void add_message(Bytes& datagram, std::uint16_t type, std::uint16_t flags, const Bytes& body,
                 std::uint32_t length = kNoLength) {
  nlmsghdr header{};
  const auto whole = static_cast<std::uint32_t>(sizeof(header) + body.size());
  header.nlmsg_len = length == kNoLength ? whole : length;
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  header.nlmsg_pid = kPort;
  const std::size_t at = datagram.size();
  datagram.resize(at + NLMSG_ALIGN(whole));
  std::memcpy(datagram.data() + at, &header, sizeof(header));
  if (!body.empty())
    std::memcpy(datagram.data() + at + sizeof(header), body.data(), body.size());
}

Bytes message(std::uint16_t type, std::uint16_t flags = 0, const Bytes& body = {}) {
  Bytes datagram;
  add_message(datagram, type, flags, body);
  return datagram;
}

Bytes ack(int error) {
  Bytes body(sizeof(nlmsgerr));
  std::memcpy(body.data(), &error, sizeof(error));
  return message(NLMSG_ERROR, NLM_F_CAPPED, body);
}

void answer(const Bytes& datagram, std::uint32_t sender = 0) {
  sim_netlink_answer(datagram.data(), datagram.size(), sender);
}

Request question() {
  return {RTM_GETLINK, 0, ifinfomsg{}};
}
Request change() {
  return {RTM_SETLINK, NLM_F_ACK, ifinfomsg{}};
}

const Subject kSubject("subject");

Result<void> changed() {
  Request request = change();
  return Exchange(kSubject).change(NETLINK_ROUTE, request);
}

// answers_to is how many answers a question gets before the end, or its error.
Result<std::size_t> answers_to() {
  Request request = question();
  Exchange exchange(kSubject);
  if (const auto begun = exchange.begin(NETLINK_ROUTE, request); !begun)
    return begun.error();
  for (std::size_t count = 0;; ++count) {
    const auto got = exchange.next();
    if (!got)
      return got.error();
    if (got->is_end())
      return count;
  }
}

// Errors of the kernel's are those that it can send, others say what is wrong with an answer.
bool is_error(const Result<void>& result, Errno error) {
  return !result && result.error() == error;
}

} // namespace

TEST_CASE("a change ends with its acknowledgement, or with the kernel's error") {
  sim_reset(1);
  answer(ack(0));
  CHECK(changed());
  answer(message(RTM_NEWLINK));
  answer(ack(-EBUSY));
  CHECK(is_error(changed(), Errno(EBUSY)));
}

TEST_CASE("a question has one datagram of answers, unless they say that more follow") {
  sim_reset(1);
  answer(message(RTM_NEWLINK));
  CHECK(*answers_to() == 1);

  Bytes two;
  add_message(two, RTM_NEWLINK, NLM_F_MULTI, {});
  add_message(two, RTM_NEWLINK, NLM_F_MULTI, {});
  answer(two);
  answer(message(RTM_NEWLINK, NLM_F_MULTI));
  answer(message(NLMSG_DONE, NLM_F_MULTI));
  CHECK(*answers_to() == 3);
}

TEST_CASE("what another process sends is no answer") {
  sim_reset(1);
  answer(ack(-EBUSY), 99);
  answer(ack(0));
  CHECK(changed());
}

TEST_CASE("an answer to another request, or for another port, is an error") {
  sim_reset(1);
  const Messages messages;
  Bytes foreign = ack(0);
  std::uint32_t number = 1;
  std::memcpy(foreign.data() + offsetof(nlmsghdr, nlmsg_seq), &number, sizeof(number));
  answer(foreign);
  CHECK(is_error(changed(), kForeignSequence));
  foreign = ack(0);
  number = kPort + 1;
  std::memcpy(foreign.data() + offsetof(nlmsghdr, nlmsg_pid), &number, sizeof(number));
  answer(foreign);
  CHECK(is_error(changed(), kForeignPort));
  CHECK(messages.warnings() == 2);
}

TEST_CASE("a length that cannot be true is an error") {
  const Messages messages;
  for (const std::uint32_t length : {1U, 15U, 17U, 1000U, 0x7fffffffU, 0xffffffffU}) {
    CAPTURE(length);
    sim_reset(1);
    Bytes datagram;
    add_message(datagram, NLMSG_DONE, 0, {}, length);
    answer(datagram);
    CHECK(is_error(changed(), kMalformed));
  }
}

TEST_CASE("an acknowledgement that is cut short is an error, wherever it ends") {
  const Messages messages;
  const Bytes whole = ack(0);
  constexpr std::size_t kNeeded = NLMSG_HDRLEN + 2 * sizeof(std::uint32_t);
  for (std::size_t size = 1; size < kNeeded; ++size) {
    CAPTURE(size);
    sim_reset(1);
    Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    if (size >= sizeof(nlmsghdr)) {
      const auto length = static_cast<std::uint32_t>(size);
      std::memcpy(part.data(), &length, sizeof(length));
    }
    answer(part);
    CHECK(is_error(changed(), kMalformed));
  }
}

TEST_CASE("an answer that has no room is asked for again, with room") {
  sim_reset(1);
  const Bytes large = message(RTM_NEWLINK, 0, Bytes(100'000));
  answer(large);
  answer(large);
  CHECK(*answers_to() == 1);
  CHECK(sim_calls("send") == 2);
}

TEST_CASE("a change is not made twice because its answer has no room") {
  sim_reset(1);
  answer(message(RTM_NEWLINK, 0, Bytes(100'000)));
  CHECK(is_error(changed(), Errno(EMSGSIZE)));
  CHECK(sim_calls("send") == 1);
}

TEST_CASE("a wait that a signal interrupts goes on") {
  for (const int error : {EINTR, EAGAIN}) {
    sim_reset(1);
    sim_fail("receive", 1, error);
    answer(ack(0));
    CHECK(changed());
  }
}

TEST_CASE("what fails on the way is the error, and nothing stays open") {
  for (const char* call : {"malloc", "socket", "bind", "send", "receive"}) {
    CAPTURE(call);
    sim_reset(1);
    answer(ack(0));
    sim_fail(call, 1, EPERM);
    CHECK(is_error(changed(), std::strcmp(call, "malloc") == 0 ? Errno(ENOMEM) : Errno(EPERM)));
    CHECK(sim_live().fds == 0);
    CHECK(sim_live().bytes == 0);
  }
}

TEST_CASE("a request that is too long is not sent") {
  sim_reset(1);
  Request request = change();
  request.add(1, std::string_view("a text that is far too long, and so the whole request is, too: "
                                  "what may be as long as this is the kind of a qdisc, of which no "
                                  "kernel knows one that has more than 15 letters"));
  CHECK(request.too_long());
  CHECK(is_error(Exchange(kSubject).change(NETLINK_ROUTE, request), Errno(EMSGSIZE)));
  CHECK(sim_calls("socket") == 0);
}

TEST_CASE("the kernel's words come at the level that they are worth") {
  const auto with_text = [](int error, std::string_view text) {
    Bytes body(sizeof(nlmsgerr));
    std::memcpy(body.data(), &error, sizeof(error));
    const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + text.size() + 1), 1};
    const std::size_t at = body.size();
    body.resize(at + NLA_HDRLEN + NLA_ALIGN(text.size() + 1));
    std::memcpy(body.data() + at, &header, sizeof(header));
    std::memcpy(body.data() + at + NLA_HDRLEN, text.data(), text.size());
    return message(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, body);
  };
  sim_reset(1);
  const Messages messages;
  answer(with_text(-EBUSY, "the reason\nand more"));
  CHECK_FALSE(changed());
  CHECK(messages.warnings() == 1);
  CHECK(messages.last().find("subject: the kernel says: the reason\n") != std::string::npos);
  answer(with_text(0, "a hint"));
  CHECK(changed());
  CHECK(messages.warnings() == 1);
  CHECK(messages.last_info().find("a hint") != std::string::npos);
  answer(with_text(-EEXIST, "is there"));
  Request request = change();
  CHECK_FALSE(Exchange(kSubject, Errno(EEXIST)).change(NETLINK_ROUTE, request));
  CHECK(messages.warnings() == 1);
}

} // namespace ringside::netlink::test
