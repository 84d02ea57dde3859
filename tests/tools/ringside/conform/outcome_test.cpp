// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Standings, counts and agreement of outcomes.
#include "conform/outcome.hpp"

#include <catch2/catch.hpp>

namespace ringside::tool::conform {
namespace {

Case a_case(const std::string& name, const std::string& function, const std::string& kernel) {
  return {name, "ring", function, kernel, "1.0", "-", "-", "-", "ends"};
}

Column a_column(const std::string& label, const std::string& name, const std::string& real,
                const std::string& simulated) {
  Column column{label, {}, false};
  column.runs[Kernel::real].outcomes[name].word = real;
  column.runs[Kernel::simulated].outcomes[name].word = simulated;
  return column;
}

TEST_CASE("the worst of both kernels is a case's standing") {
  const Case one = a_case("a.b", "f", "either");
  const auto of = [&](const char* real, const char* simulated) {
    return standing(a_column("x", "a.b", real, simulated), one);
  };
  CHECK(of("ok", "FAIL") == Standing::wrong);
  CHECK(of("HANG", "skip") == Standing::wrong);
  CHECK(of("differs", "ok") == Standing::differs);
  CHECK(of("skip", "crashes") == Standing::passed);
  CHECK(of("other", "skip") == Standing::skipped);
  CHECK(of("other", "other") == Standing::not_for_it);
  CHECK(standing(Column{"nothing", {}, false}, one) == Standing::not_for_it);
}

TEST_CASE("the words of both kernels are told once if they are the same") {
  CHECK(a_column("x", "a.b", "ok", "ok").words(a_case("a.b", "f", "either")) == "ok");
  CHECK(a_column("x", "a.b", "ok", "FAIL").words(a_case("a.b", "f", "either")) == "ok/FAIL");
  CHECK(a_column("x", "a.b", "skip", "ok").words(a_case("a.b", "f", "simulated")) == "ok");
  CHECK(a_column("x", "a.b", "ok", "ok").words(a_case("a.c", "f", "either")) == "other");
}

TEST_CASE("a count's text has what passed, of what ran if that is more") {
  Count count;
  CHECK(count.text().empty());
  count.add(Standing::skipped);
  CHECK(count.text().empty());
  count.add(Standing::passed);
  count.add(Standing::differs);
  CHECK(count.text() == "2");
  count.add(Standing::wrong);
  CHECK(count.text() == "2/3");
  CHECK(count.cases == 4);
}

TEST_CASE("what a run that broke did not come to is skipped") {
  const std::vector<Case> cases{a_case("a.b", "f", "either"), a_case("a.c", "f", "either")};
  Column column{"x", {}, false};
  column.runs[Kernel::real].outcomes["a.b"].word = "ok";
  complete(column, cases);
  CHECK(standing(column, cases[1]) == Standing::not_for_it);
  column.runs[Kernel::real].broken = "it ended";
  complete(column, cases);
  CHECK(standing(column, cases[0]) == Standing::passed);
  CHECK(standing(column, cases[1]) == Standing::skipped);
}

TEST_CASE("only cases that ran make a library conforming") {
  const std::vector<Case> cases{a_case("a.b", "f", "either")};
  const auto judged = [&](Column column) {
    complete(column, cases);
    return judgement(column, cases);
  };
  CHECK(judged(a_column("x", "a.b", "ok", "skip")) == Judgement::conforming);
  CHECK(judged(a_column("x", "a.b", "ok", "FAIL")) == Judgement::not_conforming);
  CHECK(judged(a_column("x", "a.b", "skip", "other")) == Judgement::unknown);
  CHECK(judged(a_column("x", "a.c", "ok", "ok")) == Judgement::unknown);
  CHECK(judged(Column{"x", {}, false}) == Judgement::unknown);

  Column column = a_column("x", "a.b", "ok", "ok");
  column.runs[Kernel::real].refusal = "no bpf()";
  CHECK(judged(column) == Judgement::unknown);
  column = a_column("x", "a.b", "ok", "ok");
  column.runs[Kernel::real].broken = "cannot be run";
  CHECK(judged(column) == Judgement::unknown);
  column.runs[Kernel::real].library_broke = true;
  CHECK(judged(column) == Judgement::not_conforming);

  const Column good = a_column("x", "a.b", "ok", "ok");
  const Column unknown = a_column("y", "a.b", "skip", "skip");
  const Column bad = a_column("z", "a.b", "ok", "HANG");
  CHECK(judgement({good, good}, cases) == Judgement::conforming);
  CHECK(judgement({good, unknown}, cases) == Judgement::unknown);
  CHECK(judgement({unknown, bad, good}, cases) == Judgement::not_conforming);
  // What is recorded was judged when it was.
  CHECK(judgement({good, Column{"1.5.0", {}, true}}, cases) == Judgement::conforming);
}

TEST_CASE("a library over which no case ran says so") {
  const std::vector<Case> cases{a_case("a.b", "f", "either")};
  Column column = a_column("x", "a.b", "other", "skip");
  complete(column, cases);
  CHECK(column.runs[Kernel::real].broken == "no case ran");
  Column ran = a_column("x", "a.b", "other", "ok");
  complete(ran, cases);
  CHECK(ran.runs[Kernel::real].broken.empty());
}

TEST_CASE("agreement counts the cases that ran on both") {
  const std::vector<Case> cases{a_case("a.b", "f", "either")};
  const auto of = [&](const char* ours, const char* theirs) {
    return agreement(a_column("ours", "a.b", ours, "skip"), a_column("1.5", "a.b", theirs, "ok"),
                     cases);
  };
  CHECK(of("ok", "ok").agree == 1);
  CHECK(of("crashes", "crashes").agree == 1);
  CHECK(of("differs", "crashes").differ == 1);
  CHECK(of("FAIL", "ok").wrong == std::vector<std::string>{"a.b"});
  CHECK(of("ok", "other").cases() == 0);
  CHECK(of("skip", "ok").cases() == 0);
}

TEST_CASE("a library is compared with releases, and one that is preloaded with the one behind it") {
  const std::vector<Case> cases{a_case("a.b", "f", "either")};
  const std::vector<Column> columns{
      a_column("1.1.2", "a.b", "ok", "ok"), a_column("1.5.0", "a.b", "ok", "ok"),
      a_column("+1.5.0", "a.b", "ok", "ok"), a_column("ours", "a.b", "ok", "ok")};
  CHECK(agreements(columns[0], columns, cases).empty());
  REQUIRE(agreements(columns[2], columns, cases).size() == 1);
  CHECK(agreements(columns[2], columns, cases).front().reference == "1.5.0");
  CHECK(agreements(columns[3], columns, cases).size() == 2);
}

TEST_CASE("functions stand in the order of their first case") {
  const std::vector<Case> cases{a_case("a.b", "g", "none"), a_case("a.c", "f", "none"),
                                a_case("a.d", "g", "none")};
  CHECK(functions_of(cases) == std::vector<std::string>{"g", "f"});
  CHECK(short_name("perf_buffer__new@LIBBPF_0.0.4") == "perf_buffer__new@0.0.4");
  CHECK(short_name("perf_buffer__new") == "perf_buffer__new");
}

} // namespace
} // namespace ringside::tool::conform
