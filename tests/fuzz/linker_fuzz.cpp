// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Two files are linked: each is accepted or refused, one that is refused changes nothing, and what
// was accepted has an output.
#include <algorithm>
#include <cstring>

#include "base/array.hpp"
#include "check.hpp"
#include "input.hpp"
#include "linker/linker.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using linker::Linker;

Array<std::byte> copy_of(std::span<const std::byte> bytes) {
  auto copy = Array<std::byte>::of_size(bytes.size());
  require(static_cast<bool>(copy), "there is memory for a copy");
  std::ranges::copy(bytes, copy->begin());
  return std::move(*copy);
}

// A BTF can be valid alone and refer to itself in a way that dedup refuses; else there is an
// output.
bool has_output(const Linker& linker, Vector<std::byte>& bytes) {
  auto output = linker.output();
  if (!output) {
    require(output.error() != Errno(ENOMEM), "there is memory for the output");
    return false;
  }
  bytes = std::move(*output);
  return true;
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside;
  using namespace ringside::test;
  const Messages messages;
  Input input(bytes, size);
  const auto first_size = input.take<std::uint16_t>();
  const auto first = std::as_bytes(input.take_bytes(first_size));
  const auto second = std::as_bytes(input.take_rest());
  sim_reset(1);
  Linker linker;
  (void)linker.add(copy_of(first), "first");
  Vector<std::byte> before;
  const bool had_output = has_output(linker, before);
  const auto added = linker.add(copy_of(second), "second");
  Vector<std::byte> after;
  const bool has_one = has_output(linker, after);
  if (!added)
    require(had_output == has_one && std::ranges::equal(before, after),
            "a file that is refused changes nothing");
  return 0;
}
