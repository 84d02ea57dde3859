// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bytes read as a BTF, split or not: what is taken can be looked at, written, read again and
// copied. Memory is bounded by the input.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "btf/alignments.hpp"
#include "btf/btf.hpp"
#include "btf/edit.hpp"
#include "btf/sizes.hpp"
#include "check.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;

// The base of all that are split.
const Btf& base() {
  static const Owned<Btf> kBase = [] {
    auto made = Btf::empty(nullptr);
    require(made && btf::add_int(**made, "int", 4, 0) &&
                btf::add_composite(**made, btf::kStruct, "s", 8) && btf::add_prototype(**made, 1),
            "there is a base");
    return std::move(*made);
  }();
  return *kBase;
}

bool is_equal(std::span<const std::byte> one, std::span<const std::byte> other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

void look(const Btf& btf) {
  btf::Alignments alignments(btf);
  require(btf.pointer_bytes() == 4 || btf.pointer_bytes() == 8, "a pointer has 4 or 8 bytes");
  for (std::uint32_t id = 0; id <= btf.end_id(); ++id) {
    const auto type = btf.type(id);
    const std::uint32_t once = *btf::Alignments(btf).of(id);
    require(once == *alignments.of(id), "an alignment is the same when asked for alone");
    const auto size = btf::resolve_size(btf, id);
    require(!size || (*size >= 0 && *size <= UINT32_MAX), "a size has 32 bits");
    const auto target = btf::resolve_type(btf, id);
    require(!target || *target < btf.end_id(), "what a type leads to is there");
    // A layout may describe types of kind 0, which stands for any kind when one is looked for.
    if (type.is(btf::kVoid))
      continue;
    const char* const name = btf.string(type.name());
    require(name != nullptr, "each type has a name");
    const auto found = btf.find(name, type.kind());
    require(found && *found <= id && btf.type(*found).is(type.kind()) &&
                std::strcmp(btf.name(btf.type(*found)), name) == 0,
            "a type is found by its name and kind, or one before it is");
  }
  for (std::uint32_t offset = btf.first_string(); offset < btf.end_string(); ++offset)
    if (const auto found = btf.find_string(btf.string(offset)))
      require(std::strcmp(btf.string(*found), btf.string(offset)) == 0, "a string is found");
}

// Writing it in an order and reading that again changes nothing.
void write(const Btf& btf, ByteOrder order) {
  const auto bytes = btf.bytes(order);
  if (!bytes) {
    require(order == kForeignOrder && bytes.error() == Errno(EOPNOTSUPP),
            "only unknown kinds have one byte order");
    return;
  }
  const auto again = Btf::read(*bytes, btf.base(), "again");
  require(static_cast<bool>(again), "what was written can be read");
  require(is_equal(std::as_bytes((*again)->data().words), std::as_bytes(btf.data().words)),
          "types are written as they are");
  require(is_equal(std::as_bytes((*again)->data().strings), std::as_bytes(btf.data().strings)),
          "strings are written as they are");
  const auto twice = (*again)->bytes(order);
  require(twice && is_equal(*twice, *bytes), "to write it twice changes nothing");
}

void change(Btf& btf) {
  const std::uint32_t count = btf.end_id() - btf.first_id();
  const auto copy = Btf::empty(btf.base());
  if (const auto added = btf::add_all(**copy, btf))
    require((*copy)->end_id() - (*copy)->first_id() == count, "all types are copied");
  const std::string name = count != 0 ? btf.name(btf.type(btf.first_id())) : "";
  if (!btf::add_string(btf, "a string that is new"))
    return;
  require(btf.find_string("a string that is new").has_value(), "what was added is found");
  require(count == 0 || name == btf.name(btf.type(btf.first_id())), "types keep their names");
  const std::uint32_t first = btf.end_id();
  const auto again = btf::add_all(btf, **copy);
  require(again && *again == first, "a copy can be added");
  write(btf, kNativeOrder);
  write(btf, kForeignOrder);
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  const Messages messages;
  Input input(bytes, size);
  const bool is_split = (input.take<std::uint8_t>() & 1) != 0;
  const auto rest = std::as_bytes(input.take_rest());
  const Btf* const over = is_split ? &base() : nullptr;
  const std::uint32_t base_end = base().end_id();
  sim_reset(1);
  const auto made = Btf::read(rest, over, "input");
  require(sim_live().bytes <= 1024 + rest.size() * 2, "memory is bounded by the input");
  if (made) {
    look(**made);
    write(**made, ringside::kNativeOrder);
    write(**made, ringside::kForeignOrder);
    change(**made);
  }
  require(base().end_id() == base_end, "a base is never changed");
  return 0;
}
