// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Registry: the BPF objects of one kind by their ids.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

namespace ringside::sim {

// Registry knows objects for as long as something else keeps them: descriptors, pins, programs.
template <class T>
class Registry {
public:
  void add(std::uint32_t id, const std::shared_ptr<T>& object) {
    forget_ended();
    objects_[id] = object;
  }

  // find gives the object with an id, or nothing.
  [[nodiscard]] std::shared_ptr<T> find(std::uint32_t id) const {
    const auto found = objects_.find(id);
    return found != objects_.end() ? found->second.lock() : nullptr;
  }

  // next is the lowest id above `start`, or 0.
  [[nodiscard]] std::uint32_t next(std::uint32_t start) {
    forget_ended();
    const auto found = objects_.upper_bound(start);
    return found != objects_.end() ? found->first : 0;
  }

  template <class Visit>
  void each(Visit visit) const {
    for (const auto& known : objects_)
      if (const auto object = known.second.lock())
        visit(*object);
  }

  void clear() { objects_.clear(); }

private:
  void forget_ended() {
    std::erase_if(objects_, [](const auto& known) { return known.second.expired(); });
  }

  std::map<std::uint32_t, std::weak_ptr<T>> objects_;
};

} // namespace ringside::sim
