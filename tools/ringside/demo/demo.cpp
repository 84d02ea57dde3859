// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// run_demo: the order of the steps, and what the user sees.
#include "demo/demo.hpp"

#include <fmt/core.h>

#include "common/progress_line.hpp"
#include "demo/json.hpp"
#include "demo/leg.hpp"

namespace ringside::tool {
namespace {

constexpr std::uint64_t kCallsPerSecond = 10'000;
constexpr std::uint64_t kCallsBackToBack = 100'000;

class Demo {
public:
  explicit Demo(const DemoOptions& options)
      : options_(options), calls_(options.calls.value_or(kCallsPerSecond * options.seconds)),
        simulated_(options.simulated) {}

  int run() {
    say("{}\n\n", introduction());
    Report report;
    std::optional<LegResult> stock = try_leg("stock", false);
    if (!stock && !simulated_) {
      report.refusal = explain_failure();
      say("{}{}\n\n", refusal_text(*report.refusal),
          "Running the same client on the simulated kernel instead, where nothing is traced.");
      simulated_ = true;
      stock = try_leg("stock", false);
    }
    std::optional<LegResult> ringside;
    if (stock)
      ringside = try_leg("ringside", true);
    if (!ringside)
      throw LegError(fmt::format("{}: {} failed: {}\n{}", stock ? "ringside" : "stock",
                                 failure_.function, errno_text(failure_.error),
                                 failure_.diagnostics));
    report.stock = *stock;
    report.ringside = *ringside;
    if (!simulated_)
      report.overhead = measure_overhead();
    if (options_.json)
      fmt::print("{}\n", to_json(report));
    say("\n{}\n{}{}\n", table_text(report),
        report.overhead ? overhead_text(*report.overhead) + "\n" : "", verdict_text(report));
    return differences(report).empty() ? 0 : 1;
  }

private:
  // The text for the user; it is not printed with --json.
  template <class... Values>
  void say(fmt::format_string<Values...> format, Values&&... values) const {
    if (options_.json)
      return;
    fmt::print(format, std::forward<Values>(values)...);
    std::fflush(stdout);
  }

  [[nodiscard]] std::string introduction() const {
    if (simulated_)
      return fmt::format(
          "An unmodified libbpf program reads {} records from a simulated kernel, first with the\n"
          "stock libbpf, then with libringside.so.1 preloaded. Both must see the same records.",
          grouped(calls_));
    return fmt::format(
        "An unmodified libbpf program counts the system calls of another program: {} of them in\n"
        "{} s, first with the stock libbpf, then with libringside.so.1 preloaded. Both must see "
        "the\n"
        "same records.",
        grouped(calls_), options_.seconds);
  }

  // Two separate short legs. Their counts are not compared, since a busy machine may lose records
  // at such a rate.
  std::optional<Overhead> measure_overhead() {
    const std::optional<LegResult> stock = try_leg("stock", false, true);
    const std::optional<LegResult> ringside = try_leg("ringside", true, true);
    if (!stock || !ringside)
      return std::nullopt;
    return Overhead{*stock, *ringside};
  }

  // The result; or nothing, and the reason is in failure_.
  std::optional<LegResult> try_leg(const std::string& name, bool preload_reader,
                                   bool back_to_back = false) {
    LegPlan plan{name, preload_reader, simulated_, calls_, options_.seconds};
    if (back_to_back)
      plan = {name, preload_reader, simulated_, kCallsBackToBack, 1, true};
    ProgressLine line(!options_.json);
    const auto start = [&](const Command& command) {
      if (options_.verbose)
        say("+ {}\n", to_text(command));
    };
    const auto advance = [&](std::uint64_t received) {
      line.show(fmt::format("{:<9} {} {} of {} records{}", name, bar(received, plan.calls, 30),
                            grouped(received), grouped(plan.calls),
                            back_to_back ? ", back to back" : ""));
    };
    auto outcome = run_leg(plan, paths_, signals_, {start, advance});
    line.show("");
    if (auto* failure = std::get_if<SetupFailure>(&outcome)) {
      failure_ = *failure;
      if (options_.verbose)
        say("{}", failure_.diagnostics);
      return std::nullopt;
    }
    const LegResult& result = std::get<LegResult>(outcome);
    say("{:<9} {} of {} records{}\n", name, grouped(result.received), grouped(result.expected),
        back_to_back ? ", back to back" : "");
    return result;
  }

  [[nodiscard]] Refusal explain_failure() const {
    const FailedCall failed = failed_call(failure_.function, failure_.error);
    return explain(failed.call, failure_.function, failed.error, read_circumstances());
  }

  const DemoOptions& options_;
  const std::uint64_t calls_;
  bool simulated_;
  const InstallPaths paths_ = find_install_paths();
  Signals signals_;
  SetupFailure failure_{};
};

} // namespace

int run_demo(const DemoOptions& options) {
  return Demo(options).run();
}

} // namespace ringside::tool
