// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The report: what counts as the same, what does not, and how it reads.
#include "demo/report.hpp"

#include <catch2/catch.hpp>

namespace ringside::tool {
namespace {

using Catch::Contains;
using Catch::StartsWith;

LegResult leg(const char* name) {
  LegResult result;
  result.name = name;
  result.library = "/usr/lib/libbpf.so.1.1.2";
  result.version = "libbpf v1.1";
  result.expected = result.received = 12345;
  result.bytes = std::uint64_t{12345} * 68;
  result.checksum = 99;
  result.polls = 1000;
  result.ns_per_call = 250.4;
  return result;
}

Report same() {
  return {leg("stock"), leg("ringside"), std::nullopt, std::nullopt};
}

TEST_CASE("two legs that saw everything saw the same") {
  CHECK(differences(same()).empty());
  CHECK(verdict_text(same()) == "Both saw the same 12,345 records, byte for byte.");
}

TEST_CASE("each fault of either leg is a difference that names it") {
  const struct {
    std::uint64_t LegResult::*field;
    std::uint64_t value;
    const char* text;
  } cases[] = {
      {&LegResult::received, 12343, "2 of 12,345 records missing"},
      {&LegResult::lost, 7, "7 of 12,345 records reported lost"},
      {&LegResult::repeated, 1, "1 of 12,345 records repeated"},
      {&LegResult::unexpected, 1, "not of the traced program"},
      {&LegResult::out_of_order, 3, "3 of 12,345 records out of order"},
  };
  for (const auto& fault : cases)
    for (LegResult Report::*which : {&Report::stock, &Report::ringside}) {
      Report report = same();
      report.*which.*fault.field = fault.value;
      REQUIRE(differences(report).size() == 1);
      CHECK_THAT(differences(report)[0],
                 StartsWith((report.*which).name + ": ") && Contains(fault.text));
      CHECK_THAT(verdict_text(report), Contains("did not see the same"));
    }
}

TEST_CASE("equal faults on both sides do not make a success") {
  Report report = same();
  report.stock.received = report.ringside.received = 12000;
  report.stock.lost = report.ringside.lost = 345;
  CHECK(differences(report).size() == 4);
  CHECK_THAT(verdict_text(report), Contains("--calls"));
}

TEST_CASE("other contents, sizes or numbers of records are differences") {
  Report report = same();
  report.ringside.checksum++;
  CHECK(differences(report) == std::vector<std::string>{"the records' contents differ"});
  report = same();
  report.ringside.bytes += 8;
  CHECK(differences(report).size() == 1);
  report = same();
  report.ringside.expected = report.ringside.received = 5;
  CHECK_THAT(differences(report).at(0), Contains("12,345 and 5 records"));
}

TEST_CASE("the table shows both legs in columns of 80 characters at most") {
  Report report = same();
  report.ringside.simulated = true;
  report.ringside.ns_per_call.reset();
  const std::string table = table_text(report);
  CHECK_THAT(table, Contains("records received                          12,345") &&
                        Contains("real            simulated") && Contains("250"));
  CHECK_THAT(table, Contains("stock     /usr/lib/libbpf.so.1.1.2 (libbpf v1.1)"));
  for (std::size_t begin = 0, end = 0; (end = table.find('\n', begin)) != std::string::npos;
       begin = end + 1)
    CHECK(end - begin <= 80);
}

TEST_CASE("the overhead stands beside a call that is not traced") {
  Overhead overhead{leg("stock"), leg("ringside")};
  overhead.stock.ns_untraced = 131.2;
  overhead.stock.ns_per_call = 9512;
  CHECK(overhead_text(overhead) ==
        "The traced program, calling back to back: 131 ns a call without tracing,\n"
        "9512 ns with a reader on the stock library, 250 ns with one on ringside.\n");
  overhead.ringside.lost = 7;
  CHECK_THAT(overhead_text(overhead), Contains("Of 12,345 records each, 0 and 7 were lost"));

  Report report = same();
  report.overhead = overhead;
  CHECK(differences(report).empty());
}

TEST_CASE("numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(100000) == "100,000");
}

} // namespace
} // namespace ringside::tool
