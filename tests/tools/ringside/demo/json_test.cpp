// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The demo's JSON: what its programs say, and the report for other programs.
#include "demo/json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ringside::tool {
namespace {

constexpr const char* kResult =
    R"({"event":"result","expected":9,"received":8,"lost":1,"repeated":2,"unexpected":3,)"
    R"("out_of_order":4,"bytes":544,"checksum":18446744073709551615,"polls":5,"cpu_us":1500,)"
    R"("library":"/lib/libbpf.so.1","libbpf":"v1.1"})";

template <class Kind>
Kind parsed(const std::string& line) {
  const std::optional<Message> message = parse_message(line);
  REQUIRE(message);
  REQUIRE(std::holds_alternative<Kind>(*message));
  return std::get<Kind>(*message);
}

Report same() {
  LegResult leg;
  leg.expected = leg.received = 9;
  leg.checksum = UINT64_MAX;
  return {leg, leg, std::nullopt, std::nullopt};
}

nlohmann::json json_of(const Report& report) {
  return nlohmann::json::parse(to_json(report));
}

TEST_CASE("a line of the demo's programs is a message of its kind") {
  parsed<Waiting>(R"({"event":"waiting"})");
  parsed<Ready>(R"({"event":"ready"})");
  CHECK(parsed<Progress>(R"({"event":"progress","received":7})").received == 7);
  const Done done = parsed<Done>(R"({"event":"done","ns_per_call":1.5,"ns_untraced":0.5})");
  CHECK(done.ns_per_call == 1.5);
  CHECK(done.ns_untraced == 0.5);
  const Failed failed = parsed<Failed>(R"({"event":"failed","function":"f","errno":13})");
  CHECK(failed.function == "f");
  CHECK(failed.error == 13);
}

TEST_CASE("a result has every count") {
  const LegResult result = parsed<Seen>(kResult).result;
  CHECK(result.expected == 9);
  CHECK(result.received == 8);
  CHECK(result.lost == 1);
  CHECK(result.repeated == 2);
  CHECK(result.unexpected == 3);
  CHECK(result.out_of_order == 4);
  CHECK(result.bytes == 544);
  CHECK(result.checksum == UINT64_MAX);
  CHECK(result.polls == 5);
  CHECK(result.cpu_ms == 1.5);
  CHECK(result.library == "/lib/libbpf.so.1");
  CHECK(result.version == "v1.1");
}

TEST_CASE("other lines are no message") {
  for (const char* line :
       {"", "no JSON", "3", "[]", "{}", R"({"event":3})", R"({"event":"other"})",
        R"({"event":"progress"})", R"({"event":"progress","received":"x"})",
        R"({"event":"failed","function":"f"})", R"({"event":"result","expected":9})"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_message(line));
  }
}

TEST_CASE("the report carries the verdict and the refusal") {
  Report report = same();
  CHECK(json_of(report)["same"] == true);
  CHECK(json_of(report)["refusal"].is_null());
  CHECK(json_of(report)["stock"]["checksum"] == "ffffffffffffffff");
  report.ringside.received--;
  report.refusal = Refusal{"bpf", "bpf_map_create", 1, "why", {{"seccomp", "off"}}, ""};
  const nlohmann::json json = json_of(report);
  CHECK(json["same"] == false);
  CHECK(json["ringside"]["missing"] == 1);
  CHECK(json["refusal"]["call"] == "bpf");
  CHECK(json["refusal"]["facts"]["seccomp"] == "off");
}

TEST_CASE("the report carries the overhead, where it was measured") {
  Report report = same();
  CHECK(json_of(report)["overhead"].is_null());
  report.overhead = Overhead{report.stock, report.ringside};
  report.overhead->stock.ns_untraced = 131.2;
  report.overhead->ringside.lost = 7;
  CHECK(json_of(report)["overhead"]["ns_untraced"] == 131.2);
  CHECK(json_of(report)["overhead"]["ringside"]["lost"] == 7);
}

} // namespace
} // namespace ringside::tool
