// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Ringbuf: what it lets map, records written, records drained, and who is woken.
#include "sim/kernel/bpf/ringbuf.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include <linux/bpf.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "sim/kernel/host.hpp"

namespace ringside::sim {

// What stands before each payload.
struct Ringbuf::Header {
  std::uint32_t length;
  std::uint32_t page_offset;
};

namespace {

constexpr std::uint64_t kMaxRecord = UINT32_MAX / 4;
constexpr std::uint32_t kMaxDynptr = (1U << 24) - 1;
constexpr int kMaxDrained = 128 * 1024;
constexpr std::uint64_t kWakeupFlags = BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP;
// The kernel's own page before the two that user space sees, and these.
constexpr std::uint32_t kPagesBeforeData = 3;

// record_size is what a record with a payload of that size takes.
std::uint64_t record_size(std::uint64_t size) {
  return (size + BPF_RINGBUF_HDR_SZ + 7) & ~std::uint64_t{7};
}

} // namespace

Ringbuf::Ringbuf(Kind kind, std::uint32_t data_size, unsigned long_bits)
    : kind_(kind), data_size_(data_size), long_bits_(long_bits) {}

int Ringbuf::make(Kind kind, std::uint32_t data_size, unsigned long_bits,
                  std::unique_ptr<Ringbuf>& ring) {
  std::unique_ptr<Ringbuf> made(new Ringbuf(kind, data_size, long_bits));
  if (made->whole_size() <= std::numeric_limits<std::size_t>::max() / 2)
    if (int error = made->allocate())
      return error;
  ring = std::move(made);
  return 0;
}

int Ringbuf::allocate() {
  void* reserved = host::reserve(nullptr, static_cast<std::size_t>(whole_size()), 0);
  if (reserved == MAP_FAILED)
    return -ENOMEM;
  own_ = static_cast<std::byte*>(reserved);
  use_own_mapping();
  int fd = host::anonymous_file("bpf-ring", true);
  if (fd < 0)
    return fd;
  std::size_t once = 2 * host::page_size() + data_size_;
  constexpr int kBoth = PROT_READ | PROT_WRITE;
  constexpr int kThere = MAP_SHARED | MAP_FIXED;
  int error = host::set_size(fd, once);
  if (error == 0 && (host::map(own_, once, kBoth, kThere, fd, 0) == MAP_FAILED ||
                     host::map(own_ + once, data_size_, kBoth, kThere, fd,
                               static_cast<off_t>(once - data_size_)) == MAP_FAILED))
    error = -ENOMEM;
  host::close(fd);
  return error;
}

Ringbuf::~Ringbuf() {
  if (own_ != nullptr)
    host::unmap(own_, static_cast<std::size_t>(whole_size()));
}

std::uint64_t Ringbuf::whole_size() const {
  return 2 * (host::page_size() + std::uint64_t{data_size_});
}

std::byte* Ringbuf::data() const {
  return producer_page_ + host::page_size();
}

Ringbuf::Header* Ringbuf::header(std::uint64_t position) const {
  return reinterpret_cast<Header*>(data() + (position & mask()));
}

std::intptr_t Ringbuf::map(void* address, std::size_t size, int protection, int flags,
                           std::uint64_t offset) {
  bool writable = (protection & PROT_WRITE) != 0;
  // The positions that a side does not own are not its to write.
  if (writable && kind_ == Kind::bpf_writes && (offset != 0 || size != host::page_size()))
    return -EPERM;
  if (writable && kind_ == Kind::user_writes && offset == 0)
    return -EPERM;
  if (offset > whole_size() || size > whole_size() - offset)
    return -EINVAL;
  if (own_ == nullptr)
    return -ENOMEM;
  void* reserved = host::reserve(address, size, flags);
  if (reserved == MAP_FAILED)
    return -errno;
  auto* mapped = static_cast<std::byte*>(reserved);
  // In two pieces at most, since the second copy of the data is another mapping of ours.
  std::uint64_t once = 2 * host::page_size() + data_size_;
  std::uint64_t before_end = offset < once ? once - offset : 0;
  auto first = static_cast<std::size_t>(std::min<std::uint64_t>(size, before_end));
  int error = first == 0 ? 0 : host::map_onto(mapped, own_ + offset, first);
  if (error == 0 && first != size)
    error = host::map_onto(mapped + first, own_ + offset + first, size - first);
  if (host::kSanitizesThreads)
    protection |= PROT_WRITE; // See use_mapping.
  if (error == 0)
    error = host::protect(mapped, size, protection);
  if (error != 0) {
    host::unmap(mapped, size);
    return error;
  }
  return reinterpret_cast<std::intptr_t>(mapped);
}

void Ringbuf::use_mapping(std::byte* address, std::size_t size, std::uint64_t offset) {
  std::uint64_t page = host::page_size();
  if (offset == 0)
    consumer_page_ = address;
  if (offset <= page && offset + size == whole_size())
    producer_page_ = address + (page - offset);
}

void Ringbuf::use_own_mapping() {
  consumer_page_ = own_;
  producer_page_ = own_ + host::page_size();
}

std::uint64_t Ringbuf::wrap(std::uint64_t position) const {
  return long_bits_ == 32 ? static_cast<std::uint32_t>(position) : position;
}

// By difference where positions are short, so that these rings go on past 2^32: a kernel that
// compares the values themselves writes and drains nothing there until they have come round.
bool Ringbuf::before(std::uint64_t position, std::uint64_t other) const {
  return long_bits_ == 32 ? static_cast<std::int32_t>(position - other) < 0 : position < other;
}

std::uint64_t Ringbuf::load(const std::byte* page) const {
  if (long_bits_ == 32)
    return __atomic_load_n(reinterpret_cast<const std::uint32_t*>(page), __ATOMIC_ACQUIRE);
  return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(page), __ATOMIC_ACQUIRE);
}

void Ringbuf::store(std::byte* page, std::uint64_t position) {
  if (long_bits_ == 32)
    __atomic_store_n(reinterpret_cast<std::uint32_t*>(page), static_cast<std::uint32_t>(position),
                     __ATOMIC_RELEASE);
  else
    __atomic_store_n(reinterpret_cast<std::uint64_t*>(page), position, __ATOMIC_RELEASE);
}

std::uint64_t Ringbuf::consumer() const {
  // Pairs with the consumer's release: what it has read may be written over.
  return load(consumer_page_);
}

std::uint64_t Ringbuf::producer() const {
  // Pairs with the producer's release: the headers below it are there.
  return load(producer_page_);
}

std::uint32_t Ringbuf::ask() const {
  if (own_ == nullptr)
    return 0;
  if (kind_ == Kind::bpf_writes)
    return unread() != 0 ? EPOLLIN | EPOLLRDNORM : 0;
  return unread() < data_size_ ? EPOLLOUT | EPOLLWRNORM : 0;
}

void Ringbuf::set_positions(std::uint64_t consumer, std::uint64_t producer) {
  pending_ = wrap(producer);
  store(consumer_page_, consumer);
  store(producer_page_, producer);
}

void Ringbuf::poke(std::uint64_t position, std::span<const std::byte> bytes) {
  for (std::byte byte : bytes)
    data()[position++ & mask()] = byte;
}

void Ringbuf::peek(std::uint64_t position, std::span<std::byte> bytes) const {
  for (std::byte& byte : bytes)
    byte = data()[position++ & mask()];
}

int Ringbuf::reserve(std::uint64_t size, std::byte*& sample) {
  if (size > kMaxRecord || record_size(size) > mask())
    return -E2BIG;
  std::uint64_t consumed = consumer();
  std::uint64_t position = producer();
  std::uint64_t next = wrap(position + record_size(size));
  // The oldest busy record holds its place, even if the reader has passed it.
  while (before(pending_, position)) {
    std::uint32_t length = __atomic_load_n(&header(pending_)->length, __ATOMIC_RELAXED);
    if ((length & BPF_RINGBUF_BUSY_BIT) != 0)
      break;
    pending_ = wrap(pending_ + record_size(length & ~BPF_RINGBUF_DISCARD_BIT));
  }
  if (wrap(next - consumed) > mask() || wrap(next - pending_) > mask())
    return -ENOSPC;
  Header* reserved = header(position);
  auto offset = static_cast<std::uint32_t>((position & mask()) / host::page_size());
  // Plain stores: only the order of the next one lets a reader see them.
  reserved->length = static_cast<std::uint32_t>(size) | BPF_RINGBUF_BUSY_BIT;
  reserved->page_offset = kPagesBeforeData + offset;
  // Pairs with the reader's acquire of the producer position: the header is there, and busy.
  store(producer_page_, next);
  sample = reinterpret_cast<std::byte*>(reserved + 1);
  return 0;
}

std::byte* Ringbuf::data_of(const std::byte* sample) const {
  std::size_t page = host::page_size();
  for (std::byte* start : {data(), own_ + 2 * page})
    if (sample - sizeof(Header) >= start && sample - sizeof(Header) < start + data_size_)
      return start;
  return nullptr;
}

bool Ringbuf::holds(const std::byte* sample) const {
  if (own_ == nullptr || data_of(sample) == nullptr ||
      reinterpret_cast<std::uintptr_t>(sample) % sizeof(Header) != 0)
    return false;
  const auto* reserved = reinterpret_cast<const Header*>(sample) - 1;
  return (__atomic_load_n(&reserved->length, __ATOMIC_RELAXED) & BPF_RINGBUF_BUSY_BIT) != 0;
}

bool Ringbuf::commit(std::byte* sample, Commit how, std::uint64_t flags) {
  Header* reserved = reinterpret_cast<Header*>(sample) - 1;
  std::uint32_t length = reserved->length ^ BPF_RINGBUF_BUSY_BIT;
  if (how == Commit::discard)
    length |= BPF_RINGBUF_DISCARD_BIT;
  // Pairs with the reader's acquire of the length: the payload is there.
  __atomic_exchange_n(&reserved->length, length, __ATOMIC_SEQ_CST);
  auto offset =
      static_cast<std::uint64_t>(reinterpret_cast<std::byte*>(reserved) - data_of(sample));
  // A reader that has published another position will see this record before it waits.
  bool waits_for_it = (consumer() & mask()) == offset;
  return (flags & BPF_RB_FORCE_WAKEUP) != 0 || (waits_for_it && (flags & BPF_RB_NO_WAKEUP) == 0);
}

int Ringbuf::output(std::span<const std::byte> data, std::uint64_t flags, bool& wakes) {
  wakes = false;
  if ((flags & ~kWakeupFlags) != 0)
    return -EINVAL;
  std::byte* sample = nullptr;
  if (reserve(data.size(), sample) != 0)
    return -EAGAIN;
  std::memcpy(sample, data.data(), data.size());
  wakes = commit(sample, Commit::submit, flags);
  return 0;
}

int Ringbuf::next_sample(std::span<const std::byte>& sample) {
  std::uint64_t produced = producer();
  if (produced % 8 != 0)
    return -EINVAL;
  std::uint64_t consumed = consumer();
  if (!before(consumed, produced))
    return -ENODATA;
  // Pairs with the producer's release of the length: the payload is there.
  std::uint32_t length = __atomic_load_n(&header(consumed)->length, __ATOMIC_ACQUIRE);
  std::uint32_t bits = length & (BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
  std::uint32_t size = length & ~bits;
  std::uint64_t taken = record_size(size);
  if (taken > wrap(produced - consumed))
    return -EINVAL;
  if (taken > data_size_ || size > kMaxDynptr)
    return -E2BIG;
  if ((bits & BPF_RINGBUF_DISCARD_BIT) != 0) {
    store(consumer_page_, consumed + taken);
    return -EAGAIN;
  }
  if (bits != 0)
    return -ENODATA;
  sample = {data() + ((consumed + sizeof(Header)) & mask()), size};
  return 0;
}

long Ringbuf::drain(const Take& take, std::uint64_t flags, bool& wakes) {
  wakes = false;
  if ((flags & ~kWakeupFlags) != 0)
    return -EINVAL;
  if (draining_.test_and_set(std::memory_order_acquire))
    return -EBUSY;
  int passed = 0;
  int discarded = 0;
  int error = 0;
  for (bool more = true; more && passed < kMaxDrained; ++passed) {
    std::span<const std::byte> sample;
    error = next_sample(sample);
    if (error == -EAGAIN) {
      ++discarded;
      error = 0;
      continue;
    }
    if (error != 0)
      break;
    more = take(sample) == 0;
    // Pairs with the producer's acquire of the consumer position: the room is free.
    store(consumer_page_, consumer() + record_size(sample.size()));
  }
  draining_.clear(std::memory_order_release);
  wakes = (flags & BPF_RB_FORCE_WAKEUP) != 0 || (passed > 0 && (flags & BPF_RB_NO_WAKEUP) == 0);
  return error != 0 && error != -ENODATA ? error : passed - discarded;
}

} // namespace ringside::sim
