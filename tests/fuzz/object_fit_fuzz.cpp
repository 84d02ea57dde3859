// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Any object for any kernel: what it wants is found or is missing, and the second answer is the
// first. The input is the size of the kernel's types in 4 bytes, these types, and the object.
#include <algorithm>
#include <cerrno>

#include "btf/btf.hpp"
#include "check.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "object/fit.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using object::Finding;

bool are_same(const Finding& one, const Finding& other) {
  return one.answer == other.answer && one.what == other.what && one.why == other.why &&
         one.program == other.program;
}

void compare(std::span<const std::byte> bytes, const btf::Btf& kernel) {
  const auto fit = object::find_fit(bytes, "input", {&kernel, {}});
  const auto again = object::find_fit(bytes, "input", {&kernel, {}});
  require(static_cast<bool>(fit) == static_cast<bool>(again),
          "an object is refused twice or never");
  if (!fit)
    return;
  require(std::equal(fit->findings.begin(), fit->findings.end(), again->findings.begin(),
                     again->findings.end(), are_same),
          "an object has one answer");
  for (const Finding& finding : fit->findings)
    require(finding.answer == object::Answer::resolved || !finding.why.empty(),
            "what is not resolved has a reason");
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  const Messages messages;
  Input input(bytes, size);
  const auto kernel_size = input.take<std::uint32_t>();
  sim_reset(1);
  const auto kernel =
      ringside::btf::Btf::read(std::as_bytes(input.take_bytes(kernel_size)), nullptr, "kernel");
  if (kernel)
    compare(std::as_bytes(input.take_rest()), **kernel);
  return 0;
}
