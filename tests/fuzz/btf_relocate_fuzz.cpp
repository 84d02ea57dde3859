// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Three BTFs: the second is split over the first. It is put into another order, distilled, and
// moved to the third and back to the first. All of that ends, and what comes out can be read.
#include <numeric>
#include <vector>

#include "btf/btf.hpp"
#include "btf/distill.hpp"
#include "btf/permute.hpp"
#include "btf/relocate.hpp"
#include "btf_bytes.hpp"
#include "check.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using btf::Btf;

void require_readable(const Btf& btf) {
  require(static_cast<bool>(Btf::read(bytes_of(btf), btf.base(), "again")),
          "what comes out can be read");
}

// To turn the order round twice changes nothing.
void turn_round(Btf& btf) {
  std::vector<std::uint32_t> ids(btf.end_id() - btf.first_id());
  std::iota(ids.rbegin(), ids.rend(), btf.first_id());
  const auto before = bytes_of(btf);
  if (!btf::permute(btf, ids, nullptr))
    return;
  require_readable(btf);
  require(static_cast<bool>(btf::permute(btf, ids, nullptr)), "what was done can be undone");
  const auto original = Btf::read(before, btf.base(), "before");
  require(original && std::equal(btf.data().words.begin(), btf.data().words.end(),
                                 (*original)->data().words.begin()),
          "it is as it was");
}

void move(Btf& split, const Btf& base) {
  const auto before = bytes_of(split);
  if (btf::relocate(split, base))
    require_readable(split);
  else
    require(bytes_of(split) == before, "what fails changes nothing");
}

} // namespace
} // namespace ringside::test

// The sizes of the first two, and all three.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  using ringside::btf::Btf;
  const Messages messages;
  Input input(bytes, size);
  const auto base_size = input.take<std::uint16_t>();
  const auto split_size = input.take<std::uint16_t>();
  const auto base = Btf::read(std::as_bytes(input.take_bytes(base_size)), nullptr, "base");
  if (!base)
    return 0;
  const auto split = Btf::read(std::as_bytes(input.take_bytes(split_size)), base->get(), "split");
  const auto other = Btf::read(std::as_bytes(input.take_rest()), nullptr, "other");
  if (!split)
    return 0;
  if (other)
    move(**split, **other);
  turn_round(**split);
  const auto distilled = ringside::btf::distill(**split);
  if (!distilled)
    return 0;
  require_readable(*distilled->base);
  require_readable(*distilled->split);
  move(*distilled->split, *(*split)->base());
  return 0;
}
