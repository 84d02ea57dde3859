// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Types and data of any BTF as text: each call ends, and a call that fails leaves no trace.
#include <cstring>
#include <string>

#include "btf/btf.hpp"
#include "btf/dump/data.hpp"
#include "btf/dump/dump.hpp"
#include "btf/sizes.hpp"
#include "check.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;
using btf::Dump;

// What is printed grows with the number of paths through a BTF, which a fuzzer finds, and so do the
// padding of a struct of 4 GiB and the elements of such an array: a text that is long enough ends
// the test.
constexpr std::size_t kEnough = std::size_t{1} << 20;
struct IsEnough {};

void append(void* text, const char* piece) {
  auto& all = *static_cast<std::string*>(text);
  all.append(piece);
  if (all.size() > kEnough)
    throw IsEnough();
}

void types(const Btf& btf, std::span<const std::byte> /*bytes*/, std::string& text) {
  const auto made = Dump::make(btf, append, &text);
  if (!made)
    return;
  Dump& dump = **made;
  for (std::uint32_t id = 0; id <= btf.end_id(); ++id) {
    const std::size_t before = text.size();
    if (!dump.type(id))
      require(text.size() == before, "a type that cannot be printed prints nothing");
    const std::size_t printed = text.size();
    require(!dump.type(id) || text.size() == printed, "what was printed is not printed again");
    (void)dump.declaration(id, {.name = "name", .strip_modifiers = (id & 1) != 0});
  }
}

void data(const Btf& btf, std::span<const std::byte> bytes, std::string& text) {
  const auto made = Dump::make(btf, append, &text);
  if (!made)
    return;
  const btf::DataStyle styles[] = {
      {}, {.is_compact = true, .emit_zeroes = true}, {.skip_names = true, .emit_strings = true}};
  for (std::uint32_t id = 0; id <= btf.end_id(); ++id) {
    const auto size = btf::resolve_size(btf, id);
    for (const btf::DataStyle& style : styles)
      if (const auto printed = btf::dump_data(**made, id, bytes, style))
        require(size && *printed == *size, "the result is the size of the type");
  }
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  const Messages messages;
  Input input(bytes, size);
  const auto count = input.take<std::uint8_t>();
  const auto value = std::as_bytes(input.take_bytes(count));
  const auto rest = std::as_bytes(input.take_rest());
  sim_reset(1);
  const auto btf = Btf::read(rest, nullptr, "input");
  if (!btf)
    return 0;
  for (const auto& print : {types, data}) {
    std::string text;
    try {
      print(**btf, value, text);
    } catch (const IsEnough&) {
    }
  }
  return 0;
}
