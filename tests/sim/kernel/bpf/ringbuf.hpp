// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Ringbuf: the memory of a BPF ring buffer, of either kind, and the kernel's side of it. Its caller
// wakes the readers. Source: what kernel/bpf/ringbuf.c does that user space can see.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace ringside::sim {

// One ring: the consumer's page, the producer's page, the data, and the same data once more, so
// that no record wraps. Offsets below are into that. Positions are free-running.
class Ringbuf {
public:
  // Who writes: BPF programs, or user space.
  enum class Kind { bpf_writes, user_writes };

  // make allocates a ring, or -errno. `long_bits` is the size of the kernel's unsigned long. A ring
  // too large for this process's own address space can be asked about, but neither mapped nor used.
  static int make(Kind kind, std::uint32_t data_size, unsigned long_bits,
                  std::unique_ptr<Ringbuf>& ring);
  ~Ringbuf();
  Ringbuf(const Ringbuf&) = delete;
  Ringbuf& operator=(const Ringbuf&) = delete;

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::uint32_t data_size() const { return data_size_; }
  // usable is false for a ring beyond the address space, on which only ask may be called, and map.
  [[nodiscard]] bool usable() const { return own_ != nullptr; }

  // map is mmap(2) of whole pages: the address, or -errno.
  std::intptr_t map(void* address, std::size_t size, int protection, int flags,
                    std::uint64_t offset);
  // use_mapping writes through the mapping at `address` from now on, as far as it reaches, and
  // use_own_mapping through ours. See kSanitizesThreads.
  void use_mapping(std::byte* address, std::size_t size, std::uint64_t offset);
  void use_own_mapping();

  // ask gives the EPOLL* bits that hold. It changes nothing.
  [[nodiscard]] std::uint32_t ask() const;

  [[nodiscard]] std::uint64_t consumer() const;
  [[nodiscard]] std::uint64_t producer() const;
  [[nodiscard]] std::uint64_t unread() const { return wrap(producer() - consumer()); }
  void set_positions(std::uint64_t consumer, std::uint64_t producer);
  void poke(std::uint64_t position, std::span<const std::byte> bytes);
  void peek(std::uint64_t position, std::span<std::byte> bytes) const;

  // reserve takes room for a record and leaves it busy: 0 and its payload, -E2BIG if it can never
  // fit, -ENOSPC if it does not fit now.
  int reserve(std::uint64_t size, std::byte*& sample);
  // holds: a reserved sample is there.
  [[nodiscard]] bool holds(const std::byte* sample) const;
  enum class Commit { submit, discard };
  // commit hands a reserved sample over. True if readers are to be woken.
  bool commit(std::byte* sample, Commit how, std::uint64_t flags);
  // output is reserve, copy and submit: 0, or -EAGAIN, -EINVAL as the BPF helper gives them.
  int output(std::span<const std::byte> data, std::uint64_t flags, bool& wakes);

  // take gets a sample; other than 0 stops the drain.
  using Take = std::function<long(std::span<const std::byte> sample)>;
  // drain is bpf_user_ringbuf_drain(). It may run while others do anything else here.
  long drain(const Take& take, std::uint64_t flags, bool& wakes);

private:
  struct Header;

  Ringbuf(Kind kind, std::uint32_t data_size, unsigned long_bits);
  int allocate();
  // The size of all of it; beyond what 32 bits can address for the largest.
  [[nodiscard]] std::uint64_t whole_size() const;
  [[nodiscard]] std::uint32_t mask() const { return data_size_ - 1; }
  [[nodiscard]] std::byte* data() const;
  [[nodiscard]] Header* header(std::uint64_t position) const;
  // data_of is the start of the data in the mapping in which `sample` is, or nullptr.
  [[nodiscard]] std::byte* data_of(const std::byte* sample) const;

  [[nodiscard]] std::uint64_t wrap(std::uint64_t position) const;
  [[nodiscard]] bool before(std::uint64_t position, std::uint64_t other) const;
  [[nodiscard]] std::uint64_t load(const std::byte* page) const;
  void store(std::byte* page, std::uint64_t position);

  // next_sample is one step of a drain: 0 and a sample, -ENODATA, -EAGAIN for one that was
  // discarded and is passed by now, or what is wrong with it.
  int next_sample(std::span<const std::byte>& sample);

  Kind kind_;
  std::uint32_t data_size_;
  unsigned long_bits_;
  std::byte* own_ = nullptr;
  // The pages that are written through; the data follows the producer's.
  std::byte* consumer_page_ = nullptr;
  std::byte* producer_page_ = nullptr;
  // The oldest record that may be busy.
  std::uint64_t pending_ = 0;
  std::atomic_flag draining_;
};

} // namespace ringside::sim
