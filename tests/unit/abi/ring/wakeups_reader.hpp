// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reader: a perf buffer or a ring buffer on the simulated kernel, and the programs that write into
// its rings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "abi/ring/wakeups_plan.hpp"

namespace ringside::test {

// What stands at the start of each record. Behind it all bytes are the number's lowest.
struct Payload {
  std::uint32_t ring = 0;
  std::uint32_t number = 0;
  std::uint64_t mark = 0;

  // of makes it as it is written; no other payload has the same mark.
  static Payload of(std::uint32_t ring, std::uint32_t number) {
    return {ring, number, (std::uint64_t{ring} << 32 | number) * 0x9e3779b97f4a7c15U};
  }
};

// Takes what a reader hands over.
class Receiver {
public:
  virtual void take(std::uint32_t ring, const void* data, std::size_t size) = 0;
  // lose is told by perf rings only.
  virtual void lose(std::uint32_t ring, std::uint64_t count) = 0;

protected:
  ~Receiver() = default;
};

class Reader {
public:
  // make gives a buffer with the plan's rings, or nullptr. The simulated kernel has at least a CPU
  // for each; their number is the same in all tests, because the library asks for it once.
  static constexpr unsigned kCpus = 16;
  static std::unique_ptr<Reader> make(const Plan& plan, Receiver& receiver);
  virtual ~Reader() = default;

  virtual int poll(int timeout_ms) = 0;
  virtual int consume() = 0;
  // schedule has a program write each of the plan's records in its time. loop starts the plan's
  // loop; `written` counts its records.
  void schedule(const Plan& plan);
  void loop(const Loop& loop, std::uint32_t& written);

private:
  [[nodiscard]] virtual int map_fd(std::uint32_t ring) const = 0;
  virtual void schedule(std::uint32_t ring, const Planned& record, const void* bytes) = 0;

  struct Written {
    std::uint32_t size = 0;
    std::uint32_t* records = nullptr;
  };
  Written written_;
};

} // namespace ringside::test
