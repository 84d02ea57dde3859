// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CPU masks: any text, through the parser and through a file, against a naive reading of the
// format. The whole input is the text, so its corpus can be read.
#include "kernel/cpu_mask.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <string>

#include "check.hpp"
#include "guarded_memory.hpp"
#include "kernel/cpus.hpp"
#include "messages.hpp"
#include "ring/ring_places.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using Cpus = std::set<unsigned>;

// number_of is the number that a text is: digits alone, and not above the highest CPU.
std::optional<unsigned> number_of(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
    return {};
  const std::string digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
  if (digits.size() > 5)
    return {};
  const unsigned number = digits.empty() ? 0 : static_cast<unsigned>(std::stoul(digits));
  if (number > kernel::CpuMask::kMaxCpu)
    return {};
  return number;
}

// add_range adds the CPUs of "A" or "A-B", or returns false if the text is neither.
bool add_range(const std::string& text, Cpus& cpus) {
  const std::size_t dash = text.find('-');
  const auto first = number_of(text.substr(0, dash));
  const auto last = dash == std::string::npos ? first : number_of(text.substr(dash + 1));
  if (!first || !last || *first > *last)
    return false;
  for (unsigned cpu = *first; cpu <= *last; ++cpu)
    cpus.insert(cpus.end(), cpu);
  return true;
}

std::optional<Cpus> cpus_of(std::string text) {
  if (!text.empty() && text.back() == '\n')
    text.pop_back();
  Cpus cpus;
  for (std::size_t from = 0, comma = 0; comma != std::string::npos; from = comma + 1) {
    comma = text.find(',', from);
    if (!add_range(text.substr(from, comma == std::string::npos ? comma : comma - from), cpus))
      return {};
  }
  return cpus;
}

void check_mask(const Result<kernel::CpuMask>& mask, const std::optional<Cpus>& expected) {
  require(static_cast<bool>(mask) == expected.has_value(), "a text is a mask if it is a list");
  if (!mask) {
    require(mask.error() == Errno(EINVAL), "a text that is no list is EINVAL");
    return;
  }
  require(mask->count() == expected->size(), "as many CPUs as the list has");
  for (unsigned cpu = 0; cpu <= kernel::CpuMask::kMaxCpu + 64; ++cpu)
    require(mask->contains(cpu) == expected->contains(cpu), "the CPUs of the list and no others");
  require(!mask->contains(~0U), "no CPU beyond all numbers");
}

void check_places(const kernel::CpuMask& mask, const Cpus& online) {
  constexpr unsigned kPossible = 300;
  auto places = places_online(kPossible, mask);
  require(static_cast<bool>(places), "there is memory for the places");
  std::size_t index = 0;
  for (const unsigned cpu : online) {
    if (cpu >= kPossible)
      break;
    require(index < places->size(), "each CPU has a place");
    const RingPlace place = (*places)[index++];
    require(place.cpu == static_cast<int>(cpu) && place.key == cpu, "places are in order");
  }
  require(index == places->size(), "there is no place too many");
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside;
  using namespace ringside::test;
  constexpr std::size_t kLongest = 4096;
  static const GuardedMemory kMemory(kLongest / GuardedMemory::page() + 1);
  if (size > kLongest)
    return 0;
  const Messages messages;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto expected = cpus_of(text);

  sim_reset(1);
  std::byte* guarded = kMemory.last(size);
  std::memcpy(guarded, text.data(), size);
  {
    const auto mask = kernel::CpuMask::parse({reinterpret_cast<const char*>(guarded), size});
    check_mask(mask, expected);
    if (mask)
      check_places(*mask, *expected);
    // The simulator's texts end at their first NUL.
    constexpr char kPath[] = "/sys/devices/system/cpu/online";
    sim_set_file(kPath, text.c_str());
    check_mask(kernel::read_cpu_mask(kPath), cpus_of(text.c_str()));
  }
  require(sim_live().bytes == 0, "no memory is left over");
  return 0;
}
