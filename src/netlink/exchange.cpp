// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Exchange: sending, receiving, and where the answers end. Source: netlink(7), and
// Documentation/userspace-api/netlink/intro.rst in the kernel.
#include "netlink/exchange.hpp"

#include <algorithm>
#include <cerrno>

#include "base/byte_reader.hpp"
#include "netlink/attributes.hpp"
#include "os/clock.hpp"
#include "os/netlink.hpp"

namespace ringside::netlink {
namespace {

// The kernel puts up to this much into a datagram for a receiver that has room for it.
constexpr std::size_t kRoom = std::size_t{32} * 1024;
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// Attributes of an error: the kernel's words for it.
constexpr std::uint16_t kReasonText = 1; // NLMSGERR_ATTR_MSG
// Flags of an error: there are attributes, and the request is not repeated before them.
constexpr std::uint16_t kHasAttributes = 0x200; // NLM_F_ACK_TLVS
constexpr std::uint16_t kCapped = 0x100;        // NLM_F_CAPPED

bool comes_again(Errno error) {
  return error == Errno(EINTR) || error == Errno(EAGAIN);
}

} // namespace

Result<void> Exchange::begin(int protocol, Request& request) {
  if (request.too_long())
    return Errno(EMSGSIZE);
  request_ = &request;
  auto room = Array<std::byte>::of_size(kRoom);
  if (!room)
    return room.error();
  room_ = std::move(*room);

  auto socket = os::create_netlink_socket(protocol);
  if (!socket)
    return socket.error();
  socket_ = std::move(*socket);
  if (const auto wanted = os::want_reasons(socket_.get()); !wanted)
    say(LogLevel::debug, subject_, "the kernel gives no reasons for what it refuses");
  if (const auto bound = os::bind_netlink(socket_.get()); !bound)
    return bound;
  const auto name = os::netlink_name(socket_.get());
  if (!name)
    return name.error();
  if (name->address_size != os::kNetlinkAddressSize)
    return kInternal;
  port_ = name->port;
  sequence_ = static_cast<std::uint32_t>(os::now_ns() / kNsPerSecond);
  return send();
}

Result<void> Exchange::send() {
  return os::send(socket_.get(), request_->message(sequence_));
}

// receive waits for the next datagram of the kernel's. Any process may send to our port.
Result<void> Exchange::receive() {
  for (;;) {
    const auto received = os::receive(socket_.get(), room_);
    if (!received && comes_again(received.error()))
      continue;
    if (!received)
      return received.error();
    if (received->sender != 0)
      continue;
    if (received->size <= room_.size()) {
      left_ = std::span<const std::byte>(room_).first(received->size);
      last_ = !request_->wants_ack();
      return {};
    }
    // The rest of it is lost. To ask again changes nothing, but to change something again would.
    if (request_->wants_ack())
      return Errno(EMSGSIZE);
    auto room = Array<std::byte>::of_size(received->size);
    if (!room)
      return room.error();
    room_ = std::move(*room);
    if (const auto sent = send(); !sent)
      return sent;
  }
}

Result<Answer> Exchange::next() {
  if (left_.empty() && last_)
    return end();
  if (left_.empty())
    if (const auto received = receive(); !received)
      return received.error();
  const auto answer = take();
  if (!answer)
    return answer.error();
  if (answer->type == NLMSG_ERROR)
    return take_error(*answer);
  if (answer->is_end())
    return end();
  // One of several, behind which there is an end.
  if ((answer->flags & NLM_F_MULTI) != 0)
    last_ = false;
  return answer;
}

Result<void> Exchange::change(int protocol, Request& request) {
  // Nothing of this type is taken: it is the end.
  return each(protocol, request, NLMSG_DONE,
              [](std::span<const std::byte> /*body*/) { return Result<void>(); });
}

Result<Answer> Exchange::end() {
  left_ = {};
  last_ = true;
  return Answer{.type = NLMSG_DONE};
}

// take takes one message out of the datagram.
Result<Answer> Exchange::take() {
  ByteReader reader(left_);
  const std::uint32_t length = reader.u32();
  Answer answer{.type = reader.u16(), .flags = reader.u16()};
  const std::uint32_t sequence = reader.u32();
  const std::uint32_t port = reader.u32();
  // A length that does not even hold the header wraps to more than there is.
  answer.body = reader.bytes(std::uint64_t{length} - NLMSG_HDRLEN);
  if (reader.failed())
    return fail(subject_, kMalformed, "an answer of the kernel is cut short");
  left_ = left_.subspan(std::min<std::size_t>(left_.size(), NLMSG_ALIGN(length)));
  if (port != port_)
    return fail(subject_, kForeignPort, "an answer of the kernel is for port %u, not %u", port,
                port_);
  if (sequence != sequence_)
    return fail(subject_, kForeignSequence,
                "an answer of the kernel is to request %u, not to request %u", sequence, sequence_);
  return answer;
}

// An error of 0 is an acknowledgement. Behind the number stands the header of the request, then the
// rest of the request, unless it is left out, then attributes, if there are any.
Result<Answer> Exchange::take_error(const Answer& answer) {
  ByteReader reader(answer.body);
  const auto number = static_cast<std::int32_t>(reader.u32());
  const std::uint64_t request_length = reader.u32();
  if (reader.failed() || number > 0)
    return fail(subject_, kMalformed, "the kernel's acknowledgement is cut short");
  const Errno error = Errno::of_result(number);
  if ((answer.flags & kHasAttributes) != 0) {
    const std::uint64_t repeated =
        (answer.flags & kCapped) != 0 ? NLMSG_HDRLEN : NLMSG_ALIGN(request_length);
    reader.seek(sizeof(number) + repeated);
    say_reason(error, reader.bytes(reader.left()));
  }
  if (number != 0)
    return error;
  return end();
}

void Exchange::say_reason(Errno error, std::span<const std::byte> attributes) const {
  const auto reason = find(attributes, kReasonText);
  if (!reason)
    return;
  ByteReader reader(reason->value);
  // A message is one line.
  const std::string_view line = reader.text();
  const std::string_view text = line.substr(0, line.find('\n'));
  if (text.empty())
    return;
  const LogLevel level = error == Errno(0)    ? LogLevel::info
                         : error == expected_ ? LogLevel::debug
                                              : LogLevel::warn;
  say(level, subject_, "the kernel says: %.*s", static_cast<int>(text.size()), text.data());
}

} // namespace ringside::netlink
