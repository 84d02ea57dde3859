// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// parse_message and to_json, over nlohmann's library.
#include "demo/json.hpp"

#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace ringside::tool {
namespace {

using nlohmann::json;

// The counts that the client prints under these names.
constexpr std::pair<const char*, std::uint64_t LegResult::*> kCounts[] = {
    {"expected", &LegResult::expected},
    {"received", &LegResult::received},
    {"lost", &LegResult::lost},
    {"repeated", &LegResult::repeated},
    {"unexpected", &LegResult::unexpected},
    {"out_of_order", &LegResult::out_of_order},
    {"bytes", &LegResult::bytes},
    {"checksum", &LegResult::checksum},
    {"polls", &LegResult::polls},
};

std::optional<Message> message_of(const json& line) {
  const std::string event = line.at("event");
  if (event == "waiting")
    return Waiting{};
  if (event == "done")
    return Done{line.at("ns_per_call"), line.at("ns_untraced")};
  if (event == "ready")
    return Ready{};
  if (event == "progress")
    return Progress{line.at("received")};
  if (event == "failed")
    return Failed{line.at("function"), line.at("errno")};
  if (event != "result")
    return std::nullopt;
  Seen seen;
  seen.result.library = line.at("library");
  seen.result.version = line.at("libbpf");
  for (const auto& [name, count] : kCounts)
    seen.result.*count = line.at(name);
  seen.result.cpu_ms = line.at("cpu_us").get<double>() / 1000;
  return seen;
}

json leg_json(const LegResult& leg) {
  json object = {{"library", leg.library},
                 {"version", leg.version},
                 {"kernel", leg.simulated ? "simulated" : "real"},
                 {"missing", leg.missing()},
                 {"reader_cpu_ms", leg.cpu_ms},
                 {"ns_per_call", nullptr}};
  for (const auto& [name, count] : kCounts)
    object[name] = leg.*count;
  object["checksum"] = fmt::format("{:016x}", leg.checksum);
  if (leg.ns_per_call)
    object["ns_per_call"] = *leg.ns_per_call;
  return object;
}

json refusal_json(const Refusal& refusal) {
  json facts = json::object();
  for (const auto& [name, value] : refusal.facts)
    facts[name] = value;
  return {{"call", refusal.call},   {"function", refusal.function},
          {"errno", refusal.error}, {"reason", refusal.reason},
          {"facts", facts},         {"remedy", refusal.remedy}};
}

json overhead_json(const Overhead& overhead) {
  return {{"ns_untraced", overhead.stock.ns_untraced.value_or(0)},
          {"stock", leg_json(overhead.stock)},
          {"ringside", leg_json(overhead.ringside)}};
}

} // namespace

std::optional<Message> parse_message(const std::string& line) {
  try {
    return message_of(json::parse(line));
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string to_json(const Report& report) {
  const json object = {
      {"stock", leg_json(report.stock)},
      {"ringside", leg_json(report.ringside)},
      {"differences", differences(report)},
      {"same", differences(report).empty()},
      {"refusal", report.refusal ? refusal_json(*report.refusal) : json()},
      {"overhead", report.overhead ? overhead_json(*report.overhead) : json()},
  };
  return object.dump(2);
}

} // namespace ringside::tool
