// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// run_leg: runs the client and the target in this order: the target says "waiting"; the client is
// started and says "ready"; the target continues and says "done"; the client gets the signal to
// finish and prints its result. Nothing before "waiting" is traced: until exec() the process of the
// target may itself make the system call that is counted.
#include "demo/leg.hpp"

#include <csignal>
#include <optional>

#include <fmt/core.h>

#include "demo/json.hpp"

#include "common/preload.hpp"

namespace ringside::tool {
namespace {

using std::chrono::seconds;

// The time that each step may take on a busy machine.
constexpr seconds kStepLimit{20};
constexpr unsigned kSimulatedCpus = 4;
constexpr unsigned kSimulatedRecordsPerWait = 64;
constexpr unsigned kRecordSize = 64;

seconds run_limit(const LegPlan& plan) {
  return kStepLimit + seconds(5 * plan.seconds);
}

// The children end by themselves after this time, if this process cannot kill them.
std::string own_deadline(const LegPlan& plan) {
  return fmt::format("{}", (run_limit(plan) + 3 * kStepLimit).count());
}

// The former content of LD_PRELOAD comes last.
std::string preloads_of(const LegPlan& plan, const InstallPaths& paths) {
  std::vector<std::filesystem::path> files;
  if (plan.simulated)
    files.push_back(paths.simulator);
  if (plan.preload_reader)
    files.push_back(paths.reader);
  return before_inherited(preload_list(files), "LD_PRELOAD");
}

Command target_command(const LegPlan& plan, const InstallPaths& paths) {
  Command command{{paths.demo_target, "--calls", fmt::format("{}", plan.calls), "--seconds",
                   fmt::format("{}", plan.seconds), "--deadline", own_deadline(plan)},
                  {}};
  if (plan.back_to_back)
    command.argv.emplace_back("--back-to-back");
  return command;
}

Command client_command(const LegPlan& plan, const InstallPaths& paths, pid_t target) {
  Command command{{paths.demo_client, "--records", fmt::format("{}", plan.calls), "--deadline",
                   own_deadline(plan)},
                  {}};
  if (!plan.simulated) {
    command.argv.insert(command.argv.end(), {"--tgid", fmt::format("{}", target)});
  } else {
    command.environment["RINGSIDE_SIM_CPUS"] = fmt::format("{}", kSimulatedCpus);
    command.environment["RINGSIDE_SIM_LOAD"] = fmt::format(
        "records={},size={},per_wait={}", plan.calls, kRecordSize, kSimulatedRecordsPerWait);
  }
  if (const std::string list = preloads_of(plan, paths); !list.empty())
    command.environment["LD_PRELOAD"] = list;
  return command;
}

// Makes the result of a leg from that of the client.
LegResult result_of(Seen seen, const LegPlan& plan) {
  LegResult& result = seen.result;
  result.name = plan.name;
  result.simulated = plan.simulated;
  result.library = std::filesystem::weakly_canonical(result.library);
  result.version = plan.preload_reader ? "ringside " RINGSIDE_VERSION : "libbpf " + result.version;
  return result;
}

// The client must have used the library of this leg, or the comparison is wrong.
void check_library(const LegResult& result, const LegPlan& plan, const InstallPaths& paths) {
  const auto served_by = [&](const std::filesystem::path& file) {
    std::error_code ignored; // a file that is not there did not serve
    return std::filesystem::equivalent(result.library, file, ignored);
  };
  if (plan.preload_reader ? served_by(paths.reader)
                          : !served_by(paths.reader) && !served_by(paths.replacement))
    return;
  throw LegError(fmt::format("in the {} run, perf_buffer__poll was served by {}, not by {}",
                             plan.name, result.library,
                             plan.preload_reader ? paths.reader.string() : "the stock library"));
}

// Leg: the state of the two processes.
class Leg {
public:
  Leg(const LegPlan& plan, const InstallPaths& paths, Signals& signals, const LegEvents& events)
      : plan_(plan), paths_(paths), signals_(signals), events_(events) {
    if (plan.simulated)
      start(client_, "demo-client", client_command(plan, paths, 0));
    else
      start(target_, "demo-target", target_command(plan, paths));
  }

  // Runs until the client has ended and the target has printed its times.
  void run() {
    while (!client_ || !client_->ended() || (result_ && target_ && !target_->ended())) {
      Child* const target = target_ ? &*target_ : nullptr;
      Child* const client = client_ ? &*client_ : nullptr;
      if (!signals_.wait_for_output({target, client}, deadline_))
        throw LegError(fmt::format("{}: {} in time{}", plan_.name, awaited_,
                                   client != nullptr ? said(*client) : ""));
      if (target != nullptr)
        take_lines(*target, "demo-target");
      if (client != nullptr)
        take_lines(*client, "demo-client");
    }
    const std::string end = client_->wait();
    if (!failure_ && (!result_ || !end.empty()))
      throw LegError(fmt::format("{}: demo-client {}{}", plan_.name,
                                 end.empty() ? "gave no result" : end, said(*client_)));
  }

  std::variant<LegResult, SetupFailure> outcome() {
    if (failure_)
      return *failure_;
    result_->ns_per_call = ns_per_call_;
    result_->ns_untraced = ns_untraced_;
    return *result_;
  }

private:
  void start(std::optional<Child>& child, const char* name, const Command& command) {
    events_.start(command);
    child.emplace(command);
    awaited_ = fmt::format("{} was not ready", name);
    allow(kStepLimit);
  }

  void allow(seconds limit) { deadline_ = Clock::now() + limit; }

  static std::string said(const Child& child) {
    const std::string text = child.diagnostics();
    return text.empty() ? "" : "; it said:\n" + text;
  }

  void take_lines(Child& child, const char* name) {
    child.read_output();
    while (const std::optional<std::string> text = child.next_line()) {
      const std::optional<Message> message = parse_message(*text);
      if (!message)
        throw LegError(fmt::format("{}: {} said \"{}\"", plan_.name, name, *text));
      std::visit([this](const auto& said) { take(said); }, *message);
    }
    if (target_ && &child == &*target_ && child.ended() && !ns_per_call_) {
      const std::string end = child.wait();
      throw LegError(
          fmt::format("{}: {} {} before it was done{}", plan_.name, name, end, said(child)));
    }
  }

  void take(const Waiting&) {
    start(client_, "demo-client", client_command(plan_, paths_, target_->pid()));
  }

  void take(const Ready&) {
    awaited_ = "the run did not end";
    allow(run_limit(plan_));
    if (target_)
      target_->send_line();
  }

  void take(const Progress& progress) { events_.advance(progress.received); }

  void take(const Done& done) {
    awaited_ = "demo-client did not give its result";
    allow(kStepLimit);
    ns_per_call_ = done.ns_per_call;
    ns_untraced_ = done.ns_untraced;
    client_->signal(SIGTERM);
  }

  void take(const Failed& failed) {
    failure_ = SetupFailure{failed.function, failed.error, client_->diagnostics()};
  }

  void take(const Seen& seen) { result_ = result_of(seen, plan_); }

  const LegPlan& plan_;
  const InstallPaths& paths_;
  Signals& signals_;
  const LegEvents& events_;
  std::optional<Child> target_, client_;
  std::string awaited_;
  Clock::time_point deadline_;
  std::optional<double> ns_per_call_, ns_untraced_;
  std::optional<LegResult> result_;
  std::optional<SetupFailure> failure_;
};

} // namespace

std::variant<LegResult, SetupFailure> run_leg(const LegPlan& plan, const InstallPaths& paths,
                                              Signals& signals, const LegEvents& events) {
  Leg leg(plan, paths, signals, events);
  leg.run();
  auto outcome = leg.outcome();
  if (const auto* result = std::get_if<LegResult>(&outcome))
    check_library(*result, plan, paths);
  return outcome;
}

} // namespace ringside::tool
