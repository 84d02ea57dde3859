// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// plan_probes: ids, specs and addresses of made-up probes, and what a failure leaves.
#include "usdt/usdt.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "probes_image.hpp"
#include "spec_maps.hpp"

namespace ringside::test {
namespace {

using usdt::FileMapping;
using usdt::Plan;
using usdt::ProbeRequest;
using usdt::SharedSpecTable;

using Numbers = std::vector<std::uint64_t>;

Numbers numbers(const Vector<std::uint64_t>& list) {
  return {list.begin(), list.end()};
}

// Offsets of parts in a spec of 304 bytes.
constexpr std::size_t kArgument = 24;
constexpr std::size_t kCookie = 288;
constexpr std::size_t kCount = 296;

template <class Number>
Number at(const std::vector<std::byte>& spec, std::size_t offset) {
  Number number = 0;
  std::memcpy(&number, spec.data() + offset, sizeof(number));
  return number;
}

// Planned is a file of app:begin with these sites, and the plan for them.
struct Planned {
  OpenedImage opened;
  Result<usdt::Sites> sites;

  explicit Planned(const ProbesImage& image)
      : opened(image),
        sites(usdt::find_sites(*opened.file, {"app", "begin"},
                               {.counts_references = true, .has_uprobe_call = false})) {
    REQUIRE(sites);
  }

  [[nodiscard]] Result<Plan> plan(const SharedSpecTable& table,
                                  const ProbeRequest& request = {}) const {
    return usdt::plan_probes(table, *opened.file, *sites, request);
  }
  [[nodiscard]] Errno error(const SharedSpecTable& table, const char* message,
                            const ProbeRequest& request = {}) const {
    const Messages messages;
    const auto made = plan(table, request);
    REQUIRE_FALSE(made);
    CHECK(messages.warnings() == 1);
    CHECK_THAT(messages.last(), Catch::Contains(message));
    return made.error();
  }
};

ProbesImage image_of(std::initializer_list<ImageProbe> probes) {
  ProbesImage image(true);
  for (const ImageProbe& probe : probes)
    image.add(probe);
  return image;
}

// all_free: the next ids are those of a table that was never used, or used and left.
bool all_free(const SharedSpecTable& table, std::uint32_t entries) {
  usdt::Taken taken(table.share());
  std::vector<std::uint32_t> ids;
  for (std::uint32_t count = 0; count < entries; ++count) {
    const auto id = taken.take_id();
    if (!id)
      return false;
    ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids.back() == entries - 1;
}

} // namespace

TEST_CASE("a plan has a uprobe for each site, and an id for each text") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  const ProbesImage image =
      image_of({{.arguments = "-4@%edi", .address = kCode + 1, .semaphore = kSemaphores},
                {.arguments = "8@$7 8@%rax", .address = kCode + 2},
                {.arguments = "-4@%edi", .address = kCode + 3}});
  const Planned planned(image);
  const auto plan = planned.plan(table, {.cookie = 0x1234567887654321});
  REQUIRE(plan);
  const std::uint64_t code = image.code_offset();
  CHECK(numbers(plan->offsets) == Numbers{code + 1, code + 2, code + 3});
  CHECK(numbers(plan->semaphores) == Numbers{image.semaphores_offset(), 0, 0});
  CHECK(numbers(plan->cookies) == Numbers{0, 1, 0});
  CHECK(plan->taken.ids().size() == 2);
  CHECK_FALSE(maps.has_addresses());
  const auto first = maps.spec(0);
  CHECK(at<std::uint64_t>(first, kCookie) == 0x1234567887654321);
  CHECK(at<std::int16_t>(first, kCount) == 1);
  CHECK(at<std::int16_t>(first, 14) == 112); // %edi
  const auto second = maps.spec(1);
  CHECK(at<std::int16_t>(second, kCount) == 2);
  CHECK(at<std::uint64_t>(second, 0) == 7);
  CHECK(at<std::int16_t>(second, kArgument + 14) == 80);
}

TEST_CASE("two attachments share nothing") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  const Planned planned(image_of({{.arguments = "8@%rax"}}));
  const auto first = planned.plan(table, {.cookie = 1});
  const auto second = planned.plan(table, {.cookie = 2});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->cookies[0] == 1);
  CHECK(at<std::uint64_t>(maps.spec(0), kCookie) == 1);
  CHECK(at<std::uint64_t>(maps.spec(1), kCookie) == 2);
}

TEST_CASE("an argument that names a symbol is not the same at each site") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  const ProbesImage plain = image_of({});
  ElfNumbers symbols = plain.image.numbers();
  symbols.symbol(0, 0, 0, 0, 0, 0);
  symbols.symbol(1, STB_GLOBAL << 4 | STT_OBJECT, 0, 1, kSemaphores + 8, 4);
  ProbesImage image = image_of({{.arguments = "4@var(%rip)", .address = kCode + 1},
                                {.arguments = "4@var(%rip)", .address = kCode + 2},
                                {.arguments = "4@var(%rip)", .address = kCode + 1}});
  image.more = {{.name = ".symtab",
                 .type = SHT_SYMTAB,
                 .content = symbols.bytes(),
                 .link = 6,
                 .entry_size = 24},
                {.name = ".strtab", .type = SHT_STRTAB, .content = std::string("\0var\0", 5)}};
  const auto plan = Planned(image).plan(table);
  REQUIRE(plan);
  CHECK(numbers(plan->cookies) == Numbers{0, 1, 0});
  CHECK(at<std::uint64_t>(maps.spec(0), 0) == kSemaphores + 8 - (kCode + 1));
  CHECK(at<std::uint64_t>(maps.spec(1), 0) == kSemaphores + 8 - (kCode + 2));
}

TEST_CASE("a full map refuses, and all ids are free again") {
  const TestMaps maps(2);
  const SharedSpecTable table = maps.table();
  const Planned three(
      image_of({{.arguments = "8@$1"}, {.arguments = "8@$2"}, {.arguments = "8@$3"}}));
  CHECK(three.error(table, "map __bpf_usdt_specs is full: it has 2 entries") == Errno(E2BIG));
  CHECK(all_free(table, 2));
}

TEST_CASE("arguments that cannot be read fail the plan, with their error") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  CHECK(Planned(image_of({{.arguments = "8@$1"}, {.arguments = "8@%xmm0"}}))
            .error(table, "'8@%xmm0'") == Errno(ENOENT));
  CHECK(Planned(image_of({{.arguments = "8@none(%rip)"}})).error(table, "stripped") ==
        Errno(EINVAL));
  ProbesImage other = image_of({{.arguments = "8@$1"}});
  other.image.machine = EM_SPARCV9;
  CHECK(Planned(other).error(table, "on this machine") == Errno(ENOTSUP));
  CHECK(all_free(table, 4));
}

TEST_CASE("an index needs a newer header") {
  const TestMaps maps(4, 208);
  const SharedSpecTable table = maps.table();
  const Planned planned(image_of({{.arguments = "8@(%rax,%rbx,8)"}}));
  CHECK(planned.error(table, "recompile") == Errno(EINVAL));
  CHECK(all_free(table, 4));
}

TEST_CASE("a refused spec fails the plan") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  const Planned planned(image_of({{.arguments = "8@$1"}, {.arguments = "8@$2"}}));
  sim_fail("map_update", 2, EPERM);
  CHECK(planned.error(table, "telling the program where arguments are") == Errno(EPERM));
  CHECK(all_free(table, 4));
}

TEST_CASE("by address, programs at fixed addresses need no mappings") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  ProbesImage image =
      image_of({{.address = kCode + 1}, {.arguments = "8@$1", .address = kCode + 2}});
  image.image.type = ET_EXEC;
  const Planned planned(image);
  {
    const auto plan = planned.plan(table, {.by_address = true});
    REQUIRE(plan);
    CHECK(maps.id_at(kCode + 1) == 0);
    CHECK(maps.id_at(kCode + 2) == 1);
  }
  CHECK_FALSE(maps.has_addresses());
  CHECK(all_free(table, 4));
}

TEST_CASE("by address, a library's sites are where the process has it") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  const ProbesImage image = image_of({{.address = kCode + 1}});
  const Planned planned(image);
  const FileMapping mapping{0x7f0000000000, 0x7f0000001000, 0};
  const auto plan = planned.plan(table, {.by_address = true, .mappings = {&mapping, 1}});
  REQUIRE(plan);
  CHECK(maps.id_at(0x7f0000000000 + image.code_offset() + 1) == 0);
  CHECK(planned.error(table, "does not run the code there", {.by_address = true}) == Errno(ESRCH));
}

TEST_CASE("by address, a site cannot be attached twice, and what was set is removed") {
  const TestMaps maps;
  const SharedSpecTable table = maps.table();
  ProbesImage twice = image_of({{.address = kCode + 3}, {.address = kCode + 1}});
  ProbesImage once = image_of({{.address = kCode + 1}});
  twice.image.type = once.image.type = ET_EXEC;
  const auto first = Planned(once).plan(table, {.by_address = true});
  REQUIRE(first);
  CHECK(Planned(twice).error(table, "attached there already", {.by_address = true}) ==
        Errno(EEXIST));
  CHECK_FALSE(maps.id_at(kCode + 3));
  CHECK(maps.id_at(kCode + 1) == 0);
  sim_fail("map_update", 3, ENOMEM);
  CHECK(Planned(twice).error(table, "where its probe is", {.by_address = true}) == Errno(ENOMEM));
  CHECK_FALSE(maps.id_at(kCode + 3));
}

TEST_CASE("a plan that finds no memory leaves nothing") {
  const TestMaps maps;
  ProbesImage image = image_of(
      {{.arguments = "8@$1", .address = kCode + 1}, {.arguments = "8@$2", .address = kCode + 2}});
  image.image.type = ET_EXEC;
  const Planned planned(image);
  bool done = false;
  for (unsigned call = 1; !done && call < 50; ++call) {
    const SharedSpecTable table = maps.table();
    const Messages messages;
    sim_fail("malloc", call, ENOMEM);
    const auto plan = planned.plan(table, {.by_address = true});
    sim_fail("malloc", 0, 0);
    done = static_cast<bool>(plan);
    if (done)
      break;
    CHECK(plan.error() == Errno(ENOMEM));
    CHECK(messages.warnings() == 1);
    CHECK_FALSE(maps.has_addresses());
    CHECK(all_free(table, 4));
  }
  CHECK(done);
}

} // namespace ringside::test
