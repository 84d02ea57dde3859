// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Results as text: what a library says must not get out of its place.
#include "conform/results.hpp"

#include <catch2/catch.hpp>

namespace ringside::tool::conform {
namespace {

Results some_results() {
  Results results;
  results.cases = {{"a.b", "ring", "f", "either", "1.0", "-", "-", "an-id", "ends"},
                   {"a.c", "ring", "g@LIBBPF_0.0.4", "real", "1.5", "-", "-", "-", "ends"}};
  Column stock{"1.5.0", {}, true};
  stock.runs[Kernel::real].outcomes = {{"a.b", {"ok", "", {}, 0}}, {"a.c", {"ok", "", {}, 0}}};
  Column mine{"mine", {}, false};
  mine.runs[Kernel::real].library = "/x/<lib>";
  mine.runs[Kernel::real].outcomes = {
      {"a.b", {"differs", "", {}, 0}},
      {"a.c", {"CRASH", "Killed & \"gone\"", {"failed <x>\x01 \xff größer"}, 1.5}}};
  results.columns = {stock, mine};
  return results;
}

TEST_CASE("JUnit has the run, and nothing that is recorded") {
  const std::string text = junit(some_results());
  CHECK(text.find("1.5.0") == std::string::npos);
  CHECK(text.find("name=\"mine on the real kernel\" tests=\"2\" failures=\"0\" errors=\"1\" "
                  "skipped=\"0\" time=\"1.500\"") != std::string::npos);
  CHECK(text.find("<error message=\"Killed &amp; &quot;gone&quot;\">failed &lt;x&gt;\uFFFD \uFFFD "
                  "größer</error>") != std::string::npos);
}

TEST_CASE("a failure is told with its library, kernel and words") {
  CHECK(failures_text(some_results()) ==
        "CRASH a.c (g@0.0.4) over mine on the real kernel: Killed & \"gone\"\n"
        "     failed <x>\x01 \xff größer\n");
}

TEST_CASE("the page has no element that a library has brought") {
  const std::string text = html(some_results());
  CHECK(text.find("<lib>") == std::string::npos);
  CHECK(text.find("<x>") == std::string::npos);
  CHECK(text.find("<td class=\"bad\">CRASH</td>") != std::string::npos);
}

TEST_CASE("the table of one library has its sums and its differences") {
  const Results results = some_results();
  const std::string text = table_text(results.columns[1], results.cases);
  CHECK(text.find("an-id") != std::string::npos);
  CHECK(agreement_text(results).find("mine") != std::string::npos);
  CHECK(matrix_text(results).find("0/1") != std::string::npos);
}

} // namespace
} // namespace ringside::tool::conform
