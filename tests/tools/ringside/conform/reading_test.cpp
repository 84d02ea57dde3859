// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The output of the conformance program, whole and broken, and the record.
#include "conform/reading.hpp"

#include <stdexcept>

#include <catch2/catch.hpp>

namespace ringside::tool::conform {
namespace {

constexpr const char* kFirst = "library /lib/libbpf.so.1, soname libbpf.so.1, release 1.5.0, "
                               "kernel real";

RunReader read(const std::vector<std::string>& lines) {
  RunReader reader;
  for (const std::string& line : lines)
    reader.take(line, 0.25);
  return reader;
}

TEST_CASE("a run is read with remarks and reports") {
  const RunReader reader =
      read({kFirst, "ok new.works", "skip new.other (on the simulator only)",
            "FAIL new.bad (as libbpf before 1.2)", "     failed cases_new.c:1: x", "     message y",
            "crashes index.z (Segmentation fault)", "2 passed, 1 failed, 1 skipped"});
  CHECK(reader.begun());
  CHECK(reader.ended());
  CHECK(reader.count() == 4);
  CHECK(reader.last_case() == "index.z");
  const Run& run = reader.run();
  CHECK(run.library == "/lib/libbpf.so.1");
  CHECK(run.soname == "libbpf.so.1");
  CHECK(run.release == "1.5.0");
  CHECK(run.refusal.empty());
  const Outcome& bad = run.outcomes.at("new.bad");
  CHECK(bad.wrong());
  CHECK(bad.remark == "as libbpf before 1.2");
  CHECK(bad.report == std::vector<std::string>{"failed cases_new.c:1: x", "message y"});
  CHECK(bad.seconds == 0.25);
  CHECK_FALSE(run.outcomes.at("new.other").ran());
}

TEST_CASE("why the kernel refuses is read") {
  CHECK(read({std::string(kFirst) + " (no (more) maps)"}).run().refusal == "no (more) maps");
}

TEST_CASE("a process without a library says so") {
  const RunReader reader =
      read({"library , soname , release 0 without version nodes, kernel simulated"});
  CHECK(reader.begun());
  CHECK(reader.run().library.empty());
  CHECK(reader.run().release == "0");
  CHECK_FALSE(reader.run().has_nodes);
  CHECK(read({kFirst}).run().has_nodes);
}

TEST_CASE("lines of no known form are left out") {
  const RunReader reader = read({"ok too.early", "     message of no case", kFirst, "hello",
                                 "fine new.works", "ok new", "ok new.works and more", ""});
  CHECK(reader.count() == 0);
  CHECK_FALSE(reader.ended());
}

TEST_CASE("what looks like results before the program begins is forgotten") {
  const RunReader reader = read({kFirst, "FAIL new.forged", kFirst, "ok new.works"});
  CHECK(reader.count() == 1);
  CHECK(reader.run().outcomes.contains("new.works"));
}

const std::vector<Case> kCases{{"a.b", "ring", "f", "either", "1.0", "-", "1.2", "-", "ends"},
                               {"a.c", "ring", "f", "real", "1.5", "-", "-", "an-id", "crashes"}};

Column a_column() {
  Column column{"1.5.0", {}, false};
  column.runs[Kernel::real].outcomes = {{"a.b", {"ok", "", {}, 0}},
                                        {"a.c", {"crashes", "", {}, 0}}};
  column.runs[Kernel::simulated].outcomes = {{"a.b", {"FAIL", "", {}, 0}},
                                             {"a.c", {"skip", "", {}, 0}}};
  return column;
}

TEST_CASE("a record is read as it was written") {
  const std::string text = record_text(kCases, {a_column()});
  const Record record = read_record(text);
  CHECK(record.cases == kCases);
  REQUIRE(record.columns.size() == 1);
  const Column& column = record.columns.front();
  CHECK(column.recorded);
  CHECK(column.is_reference());
  CHECK(column.words(kCases[0]) == "ok/FAIL");
  CHECK(column.outcome(kCases[1], Kernel::real).word == "crashes");
  CHECK(record_text(record.cases, record.columns) == text);
}

TEST_CASE("what is no record is refused") {
  const std::string text = record_text(kCases, {a_column()});
  CHECK_THROWS_AS(read_record("hello\n"), std::runtime_error);
  CHECK_THROWS_AS(read_record(text + "a.d\tf\n"), std::runtime_error);
  CHECK_THROWS_AS(read_record(text.substr(0, text.size() - 9)), std::runtime_error);
  CHECK_THROWS_AS(read_cases("a.b\tf\n"), std::runtime_error);
}

} // namespace
} // namespace ringside::tool::conform
