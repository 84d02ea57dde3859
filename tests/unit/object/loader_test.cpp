// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loaders: when they can be asked for, and that the kernel is asked for nothing.
#include "object/loader/loader.hpp"

#include <algorithm>
#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "base/errno.hpp"
#include "made_object.hpp"
#include "messages.hpp"
#include "object/loading.hpp"
#include "object/object.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using object::Loader;
using object::Object;

MadeObject with_map(const std::string& section, ByteOrder order = kNativeOrder) {
  sim_reset(1);
  MadeObject made(order);
  made.program(section, "first");
  made.map("m", {{"type", made.number(BPF_MAP_TYPE_ARRAY)},
                 {"max_entries", made.number(8)},
                 {"key", made.pointer(made.int_type())},
                 {"value", made.pointer(made.int_type())}});
  return made;
}

Owned<Object> opened(MadeObject& made) {
  auto object = Object::open(ByteSource(made.bytes()), "made.o", {});
  REQUIRE(object);
  return std::move(*object);
}

// ask asks for a loader, which is at `loader` once the object is loaded.
Result<void> ask(Object& object, const Loader*& loader) {
  auto wanted = make<Loader>();
  REQUIRE(wanted != nullptr);
  wanted->generate = object::generate;
  wanted->deliver = [](const Loader& made, void* target) {
    *static_cast<const Loader**>(target) = &made;
  };
  wanted->target = &loader;
  return object.set_loader(std::move(wanted));
}

bool same(const Vector<std::byte>& one, const Vector<std::byte>& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

} // namespace

TEST_CASE("to make a loader the kernel is asked for nothing, and the bytes are always the same") {
  MadeObject made = with_map("xdp");
  const Owned<Object> one = opened(made);
  const Owned<Object> other = opened(made);
  const Loader* first = nullptr;
  const Loader* second = nullptr;
  REQUIRE(ask(*one, first));
  REQUIRE(ask(*other, second));
  REQUIRE(one->load());
  REQUIRE(other->prepare());
  REQUIRE(other->load());
  CHECK(sim_calls("map_create") + sim_calls("prog_load") == 0);
  REQUIRE(first != nullptr);
  REQUIRE(second != nullptr);
  CHECK(first->insns.size() % sizeof(bpf_insn) == 0);
  CHECK(same(first->insns, second->insns));
  CHECK(same(first->data, second->data));
}

TEST_CASE("a loader is asked for before anything is made") {
  MadeObject made = with_map("xdp");
  const Owned<Object> prepared = opened(made);
  const Messages messages;
  const Loader* loader = nullptr;
  REQUIRE(prepared->prepare());
  const auto asked = ask(*prepared, loader);
  REQUIRE_FALSE(asked);
  CHECK(asked.error() == Errno(EINVAL));
  CHECK(messages.last().find("prepared") != std::string::npos);

  const Owned<Object> loaded = opened(made);
  REQUIRE(loaded->load());
  CHECK(ask(*loaded, loader));
  CHECK(loader == nullptr);
  CHECK(loaded->maps()[0].fd() >= 0);
}

TEST_CASE("of two that are asked for the last one is made") {
  MadeObject made = with_map("xdp");
  const Owned<Object> object = opened(made);
  const Loader* first = nullptr;
  const Loader* last = nullptr;
  REQUIRE(ask(*object, first));
  REQUIRE(ask(*object, last));
  REQUIRE(object->load());
  CHECK(first == nullptr);
  CHECK(last != nullptr);
}

TEST_CASE("the name of a target has at most 127 bytes, with the kernel's prefix") {
  const std::size_t most = 127 - std::string("btf_trace_").size();
  const struct {
    std::size_t length;
    bool fits;
  } rows[] = {{most, true}, {most + 1, false}};
  for (const auto& row : rows) {
    MadeObject made = with_map("tp_btf/" + std::string(row.length, 'a'));
    const Owned<Object> object = opened(made);
    const Messages messages;
    const Loader* loader = nullptr;
    REQUIRE(ask(*object, loader));
    const auto loaded = object->load();
    CHECK(static_cast<bool>(loaded) == row.fits);
    if (!row.fits)
      CHECK(loaded.error() == Errno(ENOSPC));
  }
}

TEST_CASE("an object of the other byte order has a loader of the same size") {
  MadeObject native = with_map("xdp");
  MadeObject foreign = with_map("xdp", kForeignOrder);
  const Owned<Object> one = opened(native);
  const Owned<Object> other = opened(foreign);
  const Loader* first = nullptr;
  const Loader* second = nullptr;
  REQUIRE(ask(*one, first));
  REQUIRE(ask(*other, second));
  REQUIRE(one->load());
  REQUIRE(other->load());
  CHECK(first->insns.size() == second->insns.size());
  CHECK(first->data.size() == second->data.size());
  CHECK_FALSE(same(first->data, second->data));
}

} // namespace ringside::test
