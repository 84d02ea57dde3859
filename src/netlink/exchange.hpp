// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Exchange: a request to the kernel and its answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/array.hpp"
#include "base/failure.hpp"
#include "netlink/request.hpp"
#include "os/unique_fd.hpp"

namespace ringside::netlink {

// Answer is a message from the kernel. `body` is what stands behind its netlink header.
struct Answer {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::span<const std::byte> body = {};

  // is_end: nothing follows, and this is no answer.
  [[nodiscard]] bool is_end() const { return type == NLMSG_DONE; }
};

// Errors for what the kernel would not send, by libbpf's numbers.
inline constexpr Errno kInternal{4004};
inline constexpr Errno kForeignPort{4011};
inline constexpr Errno kForeignSequence{4012};
inline constexpr Errno kMalformed{4013};

// Exchange carries one request over a socket of its own, in the network namespace of the calling
// thread.
class Exchange {
public:
  // `subject` is what messages are about, and must outlive the exchange. An error that is
  // `expected` is not worth a warning: callers take it as a success.
  explicit Exchange(const Subject& subject, Errno expected = Errno(0))
      : subject_(subject), expected_(expected) {}

  // begin sends a request of a protocol such as NETLINK_ROUTE, which must outlive the exchange.
  // EMSGSIZE if it is too long.
  Result<void> begin(int protocol, Request& request);

  // next is the next answer, or the end. An error is the kernel's answer, whose words for it have
  // been said, or tells what is wrong with an answer. An answer lives until the next call.
  Result<Answer> next();

  // each makes a request, and calls take(body) for each answer of a type. Its errors end it.
  template <class Take>
  Result<void> each(int protocol, Request& request, std::uint16_t type, Take take) {
    if (const auto begun = begin(protocol, request); !begun)
      return begun;
    for (;;) {
      const auto answer = next();
      if (!answer)
        return answer.error();
      if (answer->is_end())
        return {};
      if (answer->type == type)
        if (const Result<void> taken = take(answer->body); !taken)
          return taken;
    }
  }

  // change is an exchange of which nothing but its end matters.
  Result<void> change(int protocol, Request& request);

private:
  Result<void> send();
  Result<void> receive();
  Result<Answer> take();
  Result<Answer> end();
  Result<Answer> take_error(const Answer& answer);
  void say_reason(Errno error, std::span<const std::byte> attributes) const;

  const Subject& subject_;
  Errno expected_;
  Request* request_ = nullptr;
  os::UniqueFd socket_;
  std::uint32_t port_ = 0;
  std::uint32_t sequence_ = 0;
  Array<std::byte> room_;
  // What has not been taken of the last datagram.
  std::span<const std::byte> left_;
  // Nothing follows this datagram.
  bool last_ = false;
};

} // namespace ringside::netlink
