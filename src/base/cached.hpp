// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Cached: a fact that the process asks for once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "base/shared_word.hpp"

namespace ringside {

// CachedFact says why a fact may be kept. A fact that another namespace, another root folder,
// fork(2) or a change of capabilities can change is not one of these: it is asked for each time.
struct CachedFact {
  std::string_view name;
  const char* why_it_lasts;
};

// The one list of what is kept. A Cached of anything else does not compile.
inline constexpr CachedFact kCachedFacts[] = {
    {"possible CPUs", "the kernel sets the mask when it boots"},
    {"kernel version", "a process ends with its kernel"},
    {"common attributes of bpf(2)", "a process ends with its kernel"},
    {"netdev family", "the kernel gives the number once; a wrong one is answered by ENOENT"},
    {"cookies of BPF programs", "a process ends with its kernel"},
    {"wrappers of system calls", "a process ends with its kernel"},
    {"attach types of programs", "a process ends with its kernel"},
    {"links of many uprobes", "a process ends with its kernel"},
    {"offsets of map values", "a process ends with its kernel"},
    {"lack of variables", "a process ends with its kernel"},
    {"links of perf events", "a process ends with its kernel"},
    {"system call of uprobes", "a process ends with its kernel"},
    {"type of kprobe events", "the kernel numbers types of events when it boots"},
    {"type of uprobe events", "the kernel numbers types of events when it boots"},
    {"return bit of kprobes", "a process ends with its kernel"},
    {"return bit of uprobes", "a process ends with its kernel"},
};

consteval std::size_t cached_fact(std::string_view name) {
  std::size_t row = 0;
  while (kCachedFacts[row].name != name)
    ++row;
  return row;
}

// Cached keeps the first answer to a question, a number of up to 32 bits. An error is not kept: a
// later call may have the privilege, memory or descriptors that this one lacks. Any thread may ask;
// threads that ask at once may each ask the kernel. In static memory it needs no constructor call.
template <std::size_t kRow>
class Cached {
public:
  template <class Ask>
  Result<std::uint32_t> get(Ask ask) {
    static_assert(kRow < sizeof(kCachedFacts) / sizeof(kCachedFacts[0]));
    // The word holds all there is to know, so no other memory is ordered with it.
    if (const std::uint64_t word = load_relaxed(word_); word != 0)
      return static_cast<std::uint32_t>(word);
    const Result<std::uint32_t> answer = ask();
    if (answer)
      store_relaxed(word_, kKnown | *answer);
    return answer;
  }

  // holds is get for a fact that is true or false. Where asking fails, it is false.
  template <class Ask>
  bool holds(Ask ask) {
    const auto answer = get([&]() -> Result<std::uint32_t> {
      const Result<bool> told = ask();
      if (!told)
        return told.error();
      return *told ? 1U : 0U;
    });
    return answer && *answer != 0;
  }

  // forget has the next call ask again, where an answer has proved to be old.
  void forget() { store_relaxed(word_, std::uint64_t{0}); }

private:
  static constexpr std::uint64_t kKnown = std::uint64_t{1} << 32;

  std::uint64_t word_ = 0;
};

} // namespace ringside
