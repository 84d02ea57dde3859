// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reader: the two types of buffer.
#include "abi/ring/wakeups_reader.hpp"

#include <cstring>
#include <vector>

#include <linux/bpf.h>

#include <bpf/libbpf.h>

#include "os/process.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

class PerfReader final : public Reader {
public:
  PerfReader(const Plan& plan, Receiver& receiver)
      : map_(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY,
                            static_cast<std::uint32_t>(plan.rings.size()), "events")),
        buffer_(perf_buffer__new(
            map_.get(), plan.data_size / os::page_size(),
            [](void* context, int cpu, void* data, __u32 size) {
              static_cast<Receiver*>(context)->take(static_cast<std::uint32_t>(cpu), data, size);
            },
            [](void* context, int cpu, __u64 count) {
              static_cast<Receiver*>(context)->lose(static_cast<std::uint32_t>(cpu), count);
            },
            &receiver, nullptr)) {}
  PerfReader(const PerfReader&) = delete;
  PerfReader& operator=(const PerfReader&) = delete;
  ~PerfReader() override { perf_buffer__free(buffer_); }

  [[nodiscard]] bool usable() const { return buffer_ != nullptr; }
  int poll(int timeout_ms) override { return perf_buffer__poll(buffer_, timeout_ms); }
  int consume() override { return perf_buffer__consume(buffer_); }

private:
  [[nodiscard]] int map_fd(std::uint32_t /*ring*/) const override { return map_.get(); }
  void schedule(std::uint32_t ring, const Planned& record, const void* bytes) override {
    if (record.begins_ns == record.ends_ns)
      sim_output_at(record.begins_ns, map_.get(), ring, bytes, record.size);
    else
      sim_slow_output_at(record.begins_ns, record.ends_ns, map_.get(), ring, bytes, record.size);
  }

  os::UniqueFd map_;
  perf_buffer* buffer_;
};

class BpfReader final : public Reader {
public:
  BpfReader(const Plan& plan, Receiver& receiver) : contexts_(plan.rings.size()) {
    const auto take = [](void* context, void* data, size_t size) {
      const auto* of = static_cast<Context*>(context);
      of->receiver->take(of->ring, data, size);
      return 0;
    };
    const auto data_size = static_cast<std::uint32_t>(plan.data_size);
    for (std::uint32_t ring = 0; ring < contexts_.size(); ++ring) {
      contexts_[ring] = {&receiver, ring};
      const int map = sim_create_map(BPF_MAP_TYPE_RINGBUF, data_size, "ring");
      maps_.emplace_back(map);
      if (ring == 0)
        buffer_ = ring_buffer__new(map, take, &contexts_[ring], nullptr);
      else if (ring_buffer__add(buffer_, map, take, &contexts_[ring]) != 0)
        complete_ = false;
    }
  }
  BpfReader(const BpfReader&) = delete;
  BpfReader& operator=(const BpfReader&) = delete;
  ~BpfReader() override { ring_buffer__free(buffer_); }

  [[nodiscard]] bool usable() const { return buffer_ != nullptr && complete_; }
  int poll(int timeout_ms) override { return ring_buffer__poll(buffer_, timeout_ms); }
  int consume() override { return ring_buffer__consume(buffer_); }

private:
  [[nodiscard]] int map_fd(std::uint32_t ring) const override { return maps_[ring].get(); }
  void schedule(std::uint32_t ring, const Planned& record, const void* bytes) override {
    const int map = maps_[ring].get();
    if (record.begins_ns == record.ends_ns)
      sim_ringbuf_output_at(record.begins_ns, map, bytes, record.size, 0);
    else
      sim_slow_ringbuf_output_at(record.begins_ns, record.ends_ns, map, bytes, record.size, 0);
  }

  struct Context {
    Receiver* receiver = nullptr;
    std::uint32_t ring = 0;
  };
  std::vector<os::UniqueFd> maps_;
  std::vector<Context> contexts_;
  ring_buffer* buffer_ = nullptr;
  bool complete_ = true;
};

template <class T>
std::unique_ptr<Reader> make_reader(const Plan& plan, Receiver& receiver) {
  auto reader = std::make_unique<T>(plan, receiver);
  if (!reader->usable())
    return nullptr;
  return reader;
}

} // namespace

std::unique_ptr<Reader> Reader::make(const Plan& plan, Receiver& receiver) {
  return plan.type == RingType::perf ? make_reader<PerfReader>(plan, receiver)
                                     : make_reader<BpfReader>(plan, receiver);
}

void Reader::loop(const Loop& loop, std::uint32_t& written) {
  const auto fill = [](void* context, std::uint32_t number, void* bytes) {
    const Payload payload = Payload::of(0, number);
    const auto size = static_cast<Written*>(context)->size;
    std::memset(bytes, static_cast<unsigned char>(number), size);
    std::memcpy(bytes, &payload, sizeof(payload));
    *static_cast<Written*>(context)->records = number + 1;
  };
  written_ = {loop.size, &written};
  const struct sim_loop at = {.map_fd = map_fd(0),
                              .cpu = 0,
                              .count = loop.count,
                              .size = loop.size,
                              .quiet_ns = loop.quiet_ns,
                              .woken_ns = loop.woken_ns,
                              .fill = fill,
                              .context = &written_};
  sim_loop_at(loop.begins_ns, &at);
}

void Reader::schedule(const Plan& plan) {
  std::vector<std::byte> bytes;
  for (std::uint32_t ring = 0; ring < plan.rings.size(); ++ring)
    for (std::uint32_t number = 0; number < plan.rings[ring].size(); ++number) {
      const Planned& record = plan.rings[ring][number];
      const Payload payload = Payload::of(ring, number);
      bytes.assign(record.size, static_cast<std::byte>(number));
      std::memcpy(bytes.data(), &payload, sizeof(payload));
      schedule(ring, record, bytes.data());
    }
}

} // namespace ringside::test
