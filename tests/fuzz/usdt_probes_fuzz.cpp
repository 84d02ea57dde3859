// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_sites: the probe app:begin of a hostile file in memory, and of the same one read in pieces.
// The first byte says what the kernel can do. The arguments of what is found are read as well.
#include "usdt/probes.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include <elf.h>

#include "check.hpp"
#include "fuzzed_file.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "usdt/arguments.hpp"
#include "usdt/symbols.hpp"

namespace ringside::test {
namespace {

using usdt::ProbeFeatures;
using usdt::Site;
using usdt::Sites;

auto as_tuple(const Site& site) {
  return std::tuple(site.offset, site.semaphore, site.address, site.arguments);
}

// in_segment is whether an address is loaded from an offset, with a permission.
bool in_segment(const elf::File& file, std::uint64_t address, std::uint64_t offset,
                std::uint32_t flag) {
  const auto segments = file.segments();
  return std::any_of(segments->begin(), segments->end(), [&](const elf::Segment& segment) {
    return segment.type == PT_LOAD && (segment.flags & flag) != 0 &&
           address - segment.address == offset - segment.offset;
  });
}

void check_site(const elf::File& file, const Site& site, const ProbeFeatures& features) {
  // A probe that went from one nop to the next may have left its segment.
  const std::uint64_t begin = features.has_uprobe_call ? 1 : 0;
  require(in_segment(file, site.address, site.offset, PF_X) ||
              in_segment(file, site.address - begin, site.offset - begin, PF_X),
          "a probe is in code");
  require(site.semaphore == 0 || features.counts_references, "a semaphore is one that counts");
  require(site.arguments.find('\0') == std::string_view::npos, "arguments are a text");
  usdt::SymbolAddresses symbols(file);
  static_cast<void>(usdt::parse_arguments(
      usdt::machine_of(file.machine(), file.wide()), site.arguments,
      symbols.seen_from(site.address, file.type() == ET_EXEC), file.subject()));
}

Result<Sites> sites_of(const Result<elf::File>& file, const ProbeFeatures& features) {
  if (!file)
    return file.error();
  return usdt::find_sites(*file, {"app", "begin"}, features);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Messages messages;
  Input input(bytes, size);
  const unsigned choice = input.take<std::uint8_t>();
  const ProbeFeatures features{.counts_references = (choice & 1) != 0,
                               .has_uprobe_call = (choice & 2) != 0};
  const auto rest = input.take_rest();
  FuzzedFile fuzzed(rest.data(), rest.size());
  const auto whole = elf::File::open(fuzzed.in_memory(), "fuzzed");
  const auto pieces = elf::File::open(fuzzed.in_pieces(), "fuzzed");
  const auto sites = sites_of(whole, features);
  const auto again = sites_of(pieces, features);
  const auto traced = usdt::open_traced(fuzzed.in_memory(), "fuzzed");
  require(whole || !traced, "what can be traced can be opened");
  require(static_cast<bool>(sites) == static_cast<bool>(again), "both ways succeed or fail");
  if (!sites) {
    require(sites.error() == again.error(), "both ways fail alike");
    return 0;
  }
  require(!sites->list.empty(), "a probe that is found has a site");
  require(std::equal(
              sites->list.begin(), sites->list.end(), again->list.begin(), again->list.end(),
              [](const Site& one, const Site& other) { return as_tuple(one) == as_tuple(other); }),
          "a file reads the same in memory and in pieces");
  constexpr std::size_t kLooked = 16;
  for (std::size_t index = 0; index < std::min(sites->list.size(), kLooked); ++index)
    check_site(*whole, sites->list[index], features);
  return 0;
}

} // namespace ringside::test
