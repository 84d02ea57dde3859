// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// user_ring_buffer: records from the program to BPF code.
#include <cerrno>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "abi/boundary/options.hpp"
#include "base/handle_mark.hpp"
#include "base/log.hpp"
#include "base/owned.hpp"
#include "ring/user_ring.hpp"

// The C tag, incomplete for programs.
struct user_ring_buffer {
  ringside::HandleMark mark;
  ringside::UserRing ring;
};

using ringside::Called;
using ringside::Entry;
using ringside::Errno;
using ringside::pass_on;
using ringside::UserRing;

RINGSIDE_OPTIONS(user_ring_buffer_opts);

namespace {

bool is_ours(const user_ring_buffer* buffer) {
  return buffer != nullptr && buffer->mark.is_ours();
}

void* leave(const Entry& entry, const ringside::Result<void*>& record) {
  return record ? entry.give(*record) : entry.fail_null<void>(record.error());
}

} // namespace

extern "C" LIBBPF_API struct user_ring_buffer*
user_ring_buffer__new(int map_fd, const struct user_ring_buffer_opts* opts) {
  const Entry entry;
  const auto options = ringside::Options<user_ring_buffer_opts>::read(opts);
  if (!options)
    return entry.fail_null<user_ring_buffer>(options.error());
  auto buffer = ringside::make<user_ring_buffer>();
  if (buffer == nullptr) {
    ringside::log(ringside::LogLevel::warn,
                  "user_ring_buffer__new: there is no memory for the buffer\n");
    return entry.fail_null<user_ring_buffer>(Errno(ENOMEM));
  }
  auto ring = UserRing::open(map_fd);
  if (!ring)
    return entry.fail_null<user_ring_buffer>(ring.error());
  buffer->ring = std::move(*ring);
  return entry.give(buffer.release());
}

extern "C" LIBBPF_API void* user_ring_buffer__reserve(struct user_ring_buffer* rb, __u32 size) {
  if (!is_ours(rb))
    return pass_on(user_ring_buffer__reserve, Called(), rb, size);
  // No Entry is needed: nothing in a reservation that succeeds changes errno.
  const auto record = rb->ring.reserve(size);
  if (record)
    return *record;
  errno = record.error().value();
  return nullptr;
}

extern "C" LIBBPF_API void* user_ring_buffer__reserve_blocking(struct user_ring_buffer* rb,
                                                               __u32 size, int timeout_ms) {
  const Entry entry;
  if (!is_ours(rb))
    return pass_on(user_ring_buffer__reserve_blocking, Called(), rb, size, timeout_ms);
  return leave(entry, rb->ring.reserve_blocking(size, timeout_ms));
}

extern "C" LIBBPF_API void user_ring_buffer__submit(struct user_ring_buffer* rb, void* sample) {
  if (!is_ours(rb))
    return pass_on(user_ring_buffer__submit, Called(), rb, sample);
  UserRing::commit(sample, UserRing::Commit::submit);
}

extern "C" LIBBPF_API void user_ring_buffer__discard(struct user_ring_buffer* rb, void* sample) {
  if (!is_ours(rb))
    return pass_on(user_ring_buffer__discard, Called(), rb, sample);
  UserRing::commit(sample, UserRing::Commit::discard);
}

extern "C" LIBBPF_API void user_ring_buffer__free(struct user_ring_buffer* rb) {
  const Entry entry;
  if (rb == nullptr)
    return;
  if (is_ours(rb))
    ringside::Destroy{}(rb);
  else
    pass_on(user_ring_buffer__free, Called(), rb);
  entry.succeed();
}
