// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Sizes of keys and values.
#include "object/elements.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include <linux/bpf.h>

#include "bpf/new_uapi.hpp"
#include "kernel/cpus.hpp"
#include "object/object.hpp"

namespace ringside::object {
namespace {

constexpr std::uint32_t kPerCpu[] = {
    BPF_MAP_TYPE_PERCPU_HASH,
    BPF_MAP_TYPE_PERCPU_ARRAY,
    BPF_MAP_TYPE_LRU_PERCPU_HASH,
    BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
};

bool is_per_cpu(std::uint32_t type) {
  return std::find(std::begin(kPerCpu), std::end(kPerCpu), type) != std::end(kPerCpu);
}

// value_bytes is how large a value must be. EINVAL for flags that contradict each other.
Result<std::size_t> value_bytes(const Map& map, std::uint64_t flags, const Subject& subject) {
  const std::size_t size = map.plan().value_size;
  if (!is_per_cpu(map.plan().type))
    return size;
  constexpr std::uint64_t kChoice = bpf::kOneCpu | bpf::kAllCpus;
  if ((flags & kChoice) == kChoice)
    return fail(subject, Errno(EINVAL), "BPF_F_CPU and BPF_F_ALL_CPUS exclude each other");
  if ((flags & kChoice) != 0)
    return size;
  constexpr std::size_t kAlignment = 8;
  const auto cpus = kernel::possible_cpu_count();
  if (!cpus)
    return cpus.error();
  return (size + kAlignment - 1) / kAlignment * kAlignment * *cpus;
}

} // namespace

Result<void> check_key(const Map& map, std::size_t key_size) {
  const Subject object = map.object().subject();
  const Subject subject(object, "map", map.name());
  if (!map.is_made())
    return fail(subject, Errno(ENOENT), "it is not made yet: load the object first");
  if (key_size != map.plan().key_size)
    return fail(subject, Errno(EINVAL), "its keys have %u bytes, not %zu", map.plan().key_size,
                key_size);
  if (map.fd() < 0)
    return fail(subject, Errno(EINVAL), "the kernel does not have it");
  return {};
}

Result<void> check_element(const Map& map, std::size_t key_size, std::size_t value_size,
                           std::uint64_t flags) {
  if (const auto checked = check_key(map, key_size); !checked)
    return checked;
  const Subject object = map.object().subject();
  const Subject subject(object, "map", map.name());
  const auto wanted = value_bytes(map, flags, subject);
  if (!wanted)
    return wanted.error();
  if (value_size != *wanted)
    return fail(subject, Errno(EINVAL), "its values have %zu bytes, not %zu", *wanted, value_size);
  return {};
}

} // namespace ringside::object
