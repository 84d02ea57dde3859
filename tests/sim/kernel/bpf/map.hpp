// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Map: a BPF map, and its open file. What a type of map does is in a class of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <linux/bpf.h>
#include <sys/epoll.h>

#include "sim/kernel/bpf/ringbuf.hpp"
#include "sim/kernel/core.hpp"
#include "sim/kernel/file.hpp"

namespace ringside::sim {

// The kernel's own ENOTSUPP, which user space has no name for.
inline constexpr int kNotSupported = 524;

class MapFile;

class Map {
public:
  // create checks what BPF_MAP_CREATE was given: 0 and a map, or -errno. `long_bits`: see Ringbuf.
  static int create(const bpf_attr& attr, std::uint32_t id, unsigned long_bits,
                    std::shared_ptr<Map>& map);

  explicit Map(const bpf_attr& attr) : attr_(attr) {}
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;
  virtual ~Map() = default;

  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] std::uint32_t type() const { return attr_.map_type; }
  [[nodiscard]] std::uint32_t key_size() const { return attr_.key_size; }
  [[nodiscard]] std::uint32_t value_size() const { return attr_.value_size; }
  [[nodiscard]] std::uint32_t max_entries() const { return attr_.max_entries; }
  [[nodiscard]] std::uint32_t flags() const { return attr_.map_flags; }
  void describe(bpf_map_info& info) const;
  // freeze has no call of bpf() change the map from now on; false if none may already.
  bool freeze() { return !std::exchange(frozen_, true); }
  [[nodiscard]] bool frozen() const { return frozen_; }

  // These are the bpf() commands on elements: 0 or -errno. check_key is asked before each, also for
  // a key of nullptr, which the others but next_key do not get.
  [[nodiscard]] virtual int check_key(const void* /*key*/) const { return 0; }
  virtual int look_up(const void* /*key*/, void* /*value*/) { return -kNotSupported; }
  // A value that is a descriptor is one of `descriptors`; `by` is the map's file in the call.
  virtual int store(const void* /*key*/, const void* /*value*/, std::uint64_t /*update_flags*/,
                    Descriptors& /*descriptors*/, const MapFile& /*by*/) {
    return -kNotSupported;
  }
  virtual int erase(const void* /*key*/) { return -kNotSupported; }
  virtual int next_key(const void* /*key*/, void* /*next*/) const { return -kNotSupported; }

  // element is where the value of a key lies, for programs; nullptr if there is none.
  virtual std::byte* element(const void* /*key*/) { return nullptr; }
  // data is where the values of all keys lie, for programs that name them; nullptr if they cannot.
  virtual std::byte* data() { return nullptr; }

  // What the map's descriptors can do, as in File; and what happens when one of its files closes.
  virtual std::uint32_t ask() { return EPOLLERR; }
  [[nodiscard]] virtual int check_map() const { return -EINVAL; }
  virtual std::intptr_t map(const MapCall& /*call*/, Mappings& /*mappings*/,
                            std::shared_ptr<MapFile> /*file*/) {
    return -EINVAL;
  }
  virtual void closed(const MapFile& /*file*/) {}

  // ring is the map's ring, if it is one. ring_of is that if it is of this kind, or nullptr.
  virtual Ringbuf* ring() { return nullptr; }
  [[nodiscard]] Ringbuf* ring_of(Ringbuf::Kind kind);
  // slots_in_use is how many descriptors the map holds.
  [[nodiscard]] virtual unsigned slots_in_use() const { return 0; }

  // wake wakes who waits for the map.
  void wake();

private:
  friend MapFile;

  bpf_attr attr_;
  std::uint32_t id_ = 0;
  bool frozen_ = false;
  // The open files that stand for it; those who wait for a ring wait for one of them.
  std::vector<MapFile*> files_;
};

class MapFile final : public File, public std::enable_shared_from_this<MapFile> {
public:
  MapFile(Core& core, std::shared_ptr<Map> map);
  ~MapFile() override;

  [[nodiscard]] const std::shared_ptr<Map>& map() const { return map_; }
  std::uint32_t ask() override { return map_->ask(); }
  [[nodiscard]] int check_map() const override { return map_->check_map(); }
  std::intptr_t map(const MapCall& call) override {
    return map_->map(call, core_.mappings, shared_from_this());
  }

private:
  Core& core_;
  std::shared_ptr<Map> map_;
};

} // namespace ringside::sim
