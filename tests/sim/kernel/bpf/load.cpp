// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Load: its description, and one step of it.
#include "sim/kernel/bpf/load.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "sim/kernel/bpf/event_map.hpp"

namespace ringside::sim {
namespace {

constexpr std::uint64_t kMaxSize = 65'000;

} // namespace

bool Load::parse(std::string_view text) {
  Load load;
  while (!text.empty()) {
    std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
    std::size_t equals = item.find('=');
    if (equals == std::string_view::npos)
      return false;
    std::string_view name = item.substr(0, equals);
    std::uint64_t* field = name == "records"    ? &load.records_
                           : name == "size"     ? &load.size_
                           : name == "per_wait" ? &load.per_wait_
                                                : nullptr;
    const char* end = item.data() + item.size();
    if (field == nullptr ||
        std::from_chars(item.data() + equals + 1, end, *field) != std::from_chars_result{end, {}})
      return false;
  }
  if (load.size_ < sizeof(std::uint64_t) || load.size_ > kMaxSize || load.per_wait_ == 0)
    return false;
  *this = load;
  return true;
}

void Load::step(Map& map, const Output& output) {
  if (written_ >= records_ || (map.ring() == nullptr && map.slots_in_use() == 0))
    return;
  std::vector<std::byte> payload(size_);
  std::uint64_t until = std::min(records_, written_ + per_wait_);
  while (written_ < until) {
    std::uint32_t cpu = map.ring() != nullptr ? 0 : next_cpu_++ % map.max_entries();
    const auto* events = dynamic_cast<const EventMap*>(&map);
    if (events != nullptr && !events->slot(cpu).event)
      continue;
    std::memcpy(payload.data(), &written_, sizeof(written_));
    if (output(map, cpu, payload) == -EAGAIN)
      return; // A ring buffer that is full: the next wait goes on here.
    ++written_;
  }
}

} // namespace ringside::sim
