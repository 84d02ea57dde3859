// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Statistics as text: both forms, letter by letter where others read them.
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "report/text.hpp"

namespace ringside::report::test {
namespace {

Row row_of(BufferKind kind, std::size_t ring, int cpu, const char* map, std::uint64_t first) {
  Row row;
  row.kind = kind;
  row.ring = ring;
  row.cpu = cpu;
  std::strncpy(row.map.text, map, sizeof(row.map.text) - 1);
  row.stats = {.records = first,
               .bytes = first + 1,
               .lost_recorded = first + 2,
               .lost_unrecorded = 100000,
               .corrupt = first + 3,
               .skipped_bytes = first + 4,
               .wakeups = first + 5,
               .reads = first + 6,
               .switches = first + 7,
               .highest_fill = first + 8,
               .free_bytes = first + 9,
               .size_bytes = first + 10};
  row.polls = first + 11;
  return row;
}

Rows rows_of_all(const std::vector<Row>& from) {
  Rows rows;
  REQUIRE(rows.append_all(from));
  return rows;
}

std::vector<std::string> lines_of(const Text& text) {
  std::istringstream stream{std::string(text.view())};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

// The words of a line.
std::string squeezed(const std::string& line) {
  std::istringstream stream(line);
  std::string words;
  for (std::string word; stream >> word;)
    words += (words.empty() ? "" : " ") + word;
  return words;
}

} // namespace

TEST_CASE("a table has a line for each ring that was used, and one for all") {
  Row idle = row_of(BufferKind::perf, 1, 5, "events", 0);
  idle.stats = {.free_bytes = 4096, .size_bytes = 4096};
  const auto text = table_of(rows_of_all({row_of(BufferKind::perf, 0, 4, "events", 10), idle,
                                          row_of(BufferKind::perf, 2, 6, "events", 1000)}),
                             {77, "prog"}, "was freed");
  const auto lines = lines_of(text);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "ringside: prog[77]: a perf_buffer was freed after 21 polls");
  CHECK(squeezed(lines[1]) == "ring map cpu records bytes lost corrupt wakeups reads switches "
                              "most-filled free size");
  CHECK(squeezed(lines[2]) == "0 events 4 10 11 100012 13 15 16 17 18 19 20");
  CHECK(squeezed(lines[3]) == "2 events 6 1000 1001 101002 1003 1005 1006 1007 1008 1009 1010");
  CHECK(squeezed(lines[4]) == "all 1010 1012 201014 1016 1020 1022 1024 1008 5124 5126");
  CHECK(lines[5] == "ringside: through 1 of 3 rings nothing came");
  for (std::size_t at = 2; at < 5; ++at)
    CHECK(lines[at].size() == lines[1].size());
}

TEST_CASE("a BPF ring's table says that losses are not known") {
  const auto lines = lines_of(table_of(rows_of_all({row_of(BufferKind::ringbuf, 0, -1, "", 10)}),
                                       {77, "prog"}, "was freed"));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "ringside: prog[77]: a ring_buffer was freed after 21 polls");
  CHECK(squeezed(lines[2]) == "0 10 11 - 13 15 16 17 18 19 20");
  CHECK(lines[2].size() == lines[1].size());
}

TEST_CASE("metrics have each family once, with its type, and a sample for each ring") {
  const auto text = metrics_of(rows_of_all({row_of(BufferKind::perf, 0, 4, "events", 10),
                                            row_of(BufferKind::ringbuf, 0, -1, "ring", 50),
                                            row_of(BufferKind::perf, 1, 5, "events", 100)}),
                               {77, "prog"});
  const auto lines = lines_of(text);
  const std::vector<std::string> first = {
      "# TYPE ringside_perf_records counter",
      "# HELP ringside_perf_records Records that were handed to the program.",
      R"(ringside_perf_records_total{pid="77",comm="prog",map="events",ring="0",cpu="4"} 10)",
      R"(ringside_perf_records_total{pid="77",comm="prog",map="events",ring="1",cpu="5"} 100)",
      "# TYPE ringside_perf_read_bytes counter",
      "# UNIT ringside_perf_read_bytes bytes"};
  REQUIRE(lines.size() > first.size());
  CHECK(std::vector<std::string>(lines.begin(), lines.begin() + 6) == first);
  CHECK(lines.back() == "# EOF");
  const auto value = [&](const std::string& sample) {
    for (const std::string& line : lines)
      if (line.rfind(sample + "{", 0) == 0)
        return line.substr(line.rfind(' ') + 1);
    return std::string("nothing");
  };
  CHECK(value("ringside_perf_lost_records_total") == "100012");
  CHECK(value("ringside_perf_corrupt_total") == "13");
  CHECK(value("ringside_perf_skipped_bytes_total") == "14");
  CHECK(value("ringside_perf_wakeups_total") == "15");
  CHECK(value("ringside_perf_reads_total") == "16");
  CHECK(value("ringside_perf_polls_total") == "21");
  CHECK(value("ringside_perf_mode_switches_total") == "17");
  CHECK(value("ringside_perf_highest_fill_bytes") == "18");
  CHECK(value("ringside_perf_free_bytes") == "19");
  CHECK(value("ringside_perf_size_bytes") == "20");
  CHECK(value("ringside_bpf_records_total") == "50");
  CHECK(value("ringside_bpf_lost_records_total") == "nothing");
}

TEST_CASE("what names hold cannot break a line of metrics") {
  const auto text =
      metrics_of(rows_of_all({row_of(BufferKind::ringbuf, 0, -1, "a\"b", 1)}), {77, "c\\d\ne\xff"});
  CHECK_THAT(std::string(text.view()), Catch::Contains(R"(comm="c?d?e?",map="a?b",ring="0"} 1)"));
}

TEST_CASE("without rings there is no table, and metrics end at once") {
  CHECK(table_of({}, {77, "prog"}, "was freed").view().empty());
  CHECK(metrics_of({}, {77, "prog"}).view() == "# EOF\n");
}

TEST_CASE("the same ring again is added to what there is, another ring is put behind") {
  auto rows = rows_of_all({row_of(BufferKind::perf, 0, 4, "events", 10)});
  REQUIRE(add_rows(rows, rows_of_all({row_of(BufferKind::perf, 0, 4, "events", 20),
                                      row_of(BufferKind::perf, 0, 5, "events", 30),
                                      row_of(BufferKind::perf, 1, 4, "events", 40),
                                      row_of(BufferKind::perf, 0, 4, "others", 50),
                                      row_of(BufferKind::ringbuf, 0, 4, "events", 60)})));
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].stats.records == 30);
  CHECK(rows[0].polls == 21 + 31);
  CHECK(rows[0].stats.size_bytes == 30);
  CHECK(rows[4].stats.records == 60);
}

} // namespace ringside::report::test
