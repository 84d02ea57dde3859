// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bytes read as a BTF, split or not, with a .BTF.ext: dedup ends, what it gives is a BTF, and what
// it refuses has not changed.
#include <vector>

#include "btf/btf.hpp"
#include "btf/dedup/dedup.hpp"
#include "btf/edit.hpp"
#include "btf_bytes.hpp"
#include "check.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using btf::Btf;
using btf::Ext;

// The base of all that are split: a type of each kind that an own one can become.
Owned<Btf> make_base() {
  auto made = Btf::empty(nullptr);
  require(made && btf::add_int(**made, "int", 4, 1) &&
              btf::add_reference(**made, btf::kPtr, nullptr, 1) &&
              btf::add_composite(**made, btf::kStruct, "s", 16) &&
              btf::add_forward(**made, "fwd", btf::kUnion) && btf::add_prototype(**made, 1),
          "there is a base");
  return std::move(*made);
}

std::vector<std::byte> bytes_of_ext(const Ext* ext) {
  if (ext == nullptr)
    return {};
  const auto bytes = *ext->bytes(kNativeOrder);
  return {bytes.begin(), bytes.end()};
}

void dedup(Btf& btf, Ext* ext) {
  const std::uint32_t end = btf.end_id();
  const auto before = bytes_of(btf);
  const auto ext_before = bytes_of_ext(ext);
  if (!btf::dedup::run(btf, ext)) {
    require(bytes_of(btf) == before && bytes_of_ext(ext) == ext_before,
            "what fails changes nothing");
    return;
  }
  require(btf.end_id() <= end, "there are not more types");
  require(static_cast<bool>(Btf::read(bytes_of(btf), btf.base(), "again")),
          "what comes out can be read");
  if (ext == nullptr)
    return;
  ext->each_id([&](std::uint32_t id) { require(id < btf.end_id(), "each id is there"); });
  ext->each_string([&](std::uint32_t offset) {
    require(btf.string(offset) != nullptr, "each string is there");
  });
}

} // namespace
} // namespace ringside::test

// A byte of flags, the size of the .BTF.ext or 0, that, and the BTF.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  const Messages messages;
  Input input(bytes, size);
  const bool is_split = (input.take<std::uint8_t>() & 1) != 0;
  const auto ext_bytes = std::as_bytes(input.take_bytes(input.take<std::uint16_t>()));
  const auto base = make_base();
  const auto base_before = bytes_of(*base);
  const auto made = ringside::btf::Btf::read(std::as_bytes(input.take_rest()),
                                             is_split ? base.get() : nullptr, "input");
  if (!made)
    return 0;
  const auto ext = ringside::btf::Ext::read(ext_bytes, "ext");
  dedup(**made, ext ? ext->get() : nullptr);
  dedup(**made, nullptr);
  require(bytes_of(*base) == base_before, "a base is never changed");
  return 0;
}
