// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What abidiff 2.2 prints, taken apart: changes one by one, and which of them are growth.
#include "abi/abidiff_report.hpp"

#include <catch2/catch.hpp>

namespace ringside::tool::abi {
namespace {

constexpr const char* kReport =
    R"(Leaf changes summary: 4 artifacts changed
Changed leaf types summary: 3 leaf types changed
Removed/Changed/Added functions summary: 0 Removed, 1 Changed, 0 Added function
Removed/Changed/Added variables summary: 0 Removed, 0 Changed, 0 Added variable

1 function with some sub-type change:

  [C] 'function int perf_buffer__poll(perf_buffer*, int)' has some sub-type changes:
    parameter 1 of type 'perf_buffer*' changed:
      entity changed from 'perf_buffer*' to 'int'

'struct perf_buffer_opts' changed:
  type size changed from 8 to 16 (in bytes)
  1 data member insertion:
    '__u32 sample_period', at offset 8 (in bytes)

'struct bpf_obj_get_opts' changed:
  type size hasn't changed
  1 data member insertion:
    'int path_fd', at offset 12 (in bytes)
)";

LayoutChange change(std::string subject, std::vector<std::string> details) {
  return {std::move(subject), std::move(details)};
}

LayoutChange union_change(const std::string& narrower, const std::string& wider) {
  return change("struct bpf_link_create_opts",
                {"type size changed from 64 to 80 (in bytes)", "there are data member changes:",
                 "anonymous data member at offset 32 (in bytes) changed from:", narrower,
                 "to:", wider, "and size changed from 32 to 48 (in bytes) (by +16 bytes)"});
}

} // namespace

TEST_CASE("a report is taken apart into its changes") {
  const std::vector<LayoutChange> changes = parse_abidiff(kReport);
  REQUIRE(changes.size() == 3);
  CHECK(to_text(changes[0]) ==
        "function int perf_buffer__poll(perf_buffer*, int): parameter 1 of type 'perf_buffer*' "
        "changed: entity changed from 'perf_buffer*' to 'int'");
  CHECK(changes[1].subject == "struct perf_buffer_opts");
  CHECK(changes[1].details.size() == 3);
  CHECK_FALSE(is_growth(changes[0]));
  CHECK(is_growth(changes[1]));
  CHECK(is_growth(changes[2]));
}

TEST_CASE("what is no report has no changes") {
  for (const char* text : {"", "\n\n", "  indented\n", "Leaf changes summary: 0 artifact changed"})
    CHECK(parse_abidiff(text).empty());
  CHECK(parse_abidiff("'struct without_end").size() == 1);
}

TEST_CASE("a struct that tells its size may grow, and no other") {
  const std::vector<std::string> grown = {
      "type size changed from 8 to 16 (in bytes)",
      "1 data member insertion:", "'int later', at offset 8 (in bytes)"};
  CHECK(is_growth(change("struct ring_buffer_opts", grown)));
  CHECK(is_growth(change("struct bpf_map_skeleton", grown)));
  CHECK_FALSE(is_growth(change("struct bpf_prog_test_run_attr", grown)));
  CHECK_FALSE(is_growth(change("union ring_buffer_opts", grown)));
  CHECK_FALSE(is_growth(change("struct ring_buffer_opts", {})));
}

TEST_CASE("what shrinks, moves or changes its type is no growth") {
  for (const char* line :
       {"type size changed from 16 to 8 (in bytes)", "type size changed from x to y",
        "1 data member deletion:", "'__u32 sample_period' offset changed from 8 to 16 (in bytes)",
        "type 'int' of 'ring_buffer_opts::sz' changed:"})
    CHECK_FALSE(is_growth(change("struct ring_buffer_opts", {line})));
}

TEST_CASE("a union in a struct may get members and must keep those that it has") {
  const std::string one = "union {struct {__u64 cookie;} a;}";
  const std::string two = "union {struct {__u64 cookie;} a; struct {int x; int y;} b;}";
  CHECK(is_growth(union_change(one, two)));
  CHECK(is_growth(union_change("union {int a; struct {int x;} b;}",
                               "union {int a; struct {int x;} b; struct {int x;} c;}")));
  CHECK_FALSE(is_growth(union_change(two, one)));
  CHECK_FALSE(is_growth(union_change("union {struct {__u32 cookie;} a;}", two)));
  CHECK_FALSE(is_growth(union_change("int", two)));
  CHECK_FALSE(is_growth(union_change("union {struct {", two)));
}

} // namespace ringside::tool::abi
