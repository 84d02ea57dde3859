// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// run_subjects: two lanes, one for each kernel, each with one child at a time. Two runs on the same
// kernel would disturb each other, since cases use whole CPUs and measure time.
#include "conform/session.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::conform {
namespace {

using std::chrono::seconds;

// The time that the program may need to list its cases, and to end a case that hangs and to try it
// with other expectations.
constexpr seconds kListLimit{20};
constexpr seconds kCaseMargin{60};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// Runs a command to its end. Returns its output, or nothing if it failed or needed too long.
std::optional<std::string> output_of(const Command& command, Signals& signals) {
  Child child(command);
  std::string text;
  const auto deadline = Clock::now() + kListLimit;
  while (!child.ended()) {
    if (!signals.wait_for_output({&child}, deadline))
      return std::nullopt;
    child.read_output();
    while (const auto line = child.next_line())
      text += *line + '\n';
  }
  return child.wait().empty() ? std::optional(text) : std::nullopt;
}

struct Job {
  const Subject* subject;
  Column* column;
};

class Lane {
public:
  Lane(const Plan& plan, Kernel kernel) : plan_(plan), kernel_(kernel) {}

  void add(Job job) { jobs_.push_back(job); }

  Child* child() { return child_ ? &*child_ : nullptr; }
  [[nodiscard]] Clock::time_point deadline() const {
    return child_ ? deadline_ : Clock::time_point::max();
  }
  [[nodiscard]] std::size_t done() const { return done_ + reader_.count(); }
  [[nodiscard]] std::string at() const {
    return fmt::format("{}, {}: {}", job_.subject->label, name_of(kernel_), reader_.last_case());
  }

  // Starts the next run if no run is active. False if there is none left.
  bool begin(Signals& signals, const std::function<void(const Command&)>& starting) {
    if (child_)
      return true;
    if (jobs_.empty())
      return false;
    job_ = jobs_.front();
    jobs_.pop_front();
    reader_ = RunReader();
    note_.clear();
    const Command command = command_for(*job_.subject, signals);
    starting(command);
    child_.emplace(command);
    last_line_ = Clock::now();
    deadline_ = last_line_ + seconds(plan_.seconds);
    return true;
  }

  // Reads the output of the child, and its end.
  void go_on() {
    if (!child_)
      return;
    child_->read_output();
    while (const auto line = child_->next_line()) {
      const auto now = Clock::now();
      reader_.take(*line, std::chrono::duration<double>(now - last_line_).count());
      last_line_ = now;
      deadline_ = now + seconds(plan_.seconds) + kCaseMargin;
    }
    if (child_->ended())
      finish(child_->wait(), false);
    else if (Clock::now() >= deadline_)
      finish("", true);
  }

private:
  [[nodiscard]] std::vector<std::string> program() const {
    std::vector<std::string> words{plan_.program, "--as", "either", "--seconds",
                                   fmt::format("{}", plan_.seconds)};
    if (!plan_.release.empty())
      words.insert(words.end(), {"--release", plan_.release});
    if (!plan_.pattern.empty())
      words.push_back(plan_.pattern);
    return words;
  }

  // The C library of an old distribution may not have what the program needs.
  Command command_for(const Subject& subject, Signals& signals) {
    std::vector<std::string> files;
    if (kernel_ == Kernel::simulated)
      files.push_back(plan_.simulator);
    files.insert(files.end(), subject.files.begin(), subject.files.end());
    Command command{command_on(subject.root, program()),
                    {{"LD_PRELOAD", fmt::format("{}", fmt::join(files, ":"))}}};
    if (!subject.root.empty() &&
        !output_of({command_on(subject.root, {plan_.program, "--list"}), {}}, signals)) {
      command.argv = program();
      note_ = "its own C library is too old for the cases: on this machine's";
    }
    return command;
  }

  void finish(const std::string& end, bool hangs) {
    Run run = reader_.run();
    run.note = note_;
    const std::string said = first_line(child_->diagnostics());
    if (!reader_.begun())
      tell_start(run, end, hangs, said);
    else if (!answers(run))
      run.broken = !said.empty()         ? "cannot be run: " + said
                   : run.library.empty() ? "it has no function that a case is about"
                                         : run.library + " answers instead of it";
    else if (!reader_.ended()) {
      run.library_broke = true;
      run.broken = fmt::format("the program {} after {}",
                               hangs         ? "gave no answer"
                               : end.empty() ? "ended"
                                             : end,
                               reader_.last_case().empty() ? "its start" : reader_.last_case());
    } else if (!run.has_nodes) {
      run.library_broke = true;
      run.broken = "it has no version nodes: a program linked against any libbpf ends at its first "
                   "call (`ringside abi check` says more)";
    }
    done_ += run.outcomes.size();
    job_.column->runs[kernel_] = std::move(run);
    reader_ = RunReader();
    child_.reset();
  }

  // For a run that did not begin. If the loader refused, it printed a reason and exited with a
  // status. If a signal ended the run, or it hung, the library is the cause.
  static void tell_start(Run& run, const std::string& end, bool hangs, const std::string& said) {
    const bool crashes = end.find("signal") != std::string::npos;
    run.library_broke = hangs || crashes || end.empty();
    run.broken = hangs         ? "hangs while it is loaded"
                 : crashes     ? fmt::format("crashes while it is loaded: {}", end)
                 : end.empty() ? "ends the process while it is loaded"
                               : fmt::format("cannot be run: {}", said.empty() ? end : said);
  }

  // Whether the file that was used is one of those that were to be tested.
  [[nodiscard]] bool answers(const Run& run) const {
    std::error_code ignored; // a file that is not there did not answer
    return std::any_of(job_.subject->files.begin(), job_.subject->files.end(),
                       [&](const std::filesystem::path& file) {
                         return std::filesystem::equivalent(run.library, file, ignored);
                       });
  }

  const Plan& plan_;
  Kernel kernel_;
  std::deque<Job> jobs_;
  Job job_{};
  std::optional<Child> child_;
  RunReader reader_;
  std::string note_;
  Clock::time_point last_line_, deadline_;
  std::size_t done_ = 0; // cases of earlier runs
};

} // namespace

std::vector<Case> list_cases(const Plan& plan, Signals& signals) {
  std::vector<std::string> words{plan.program, "--list"};
  if (!plan.pattern.empty())
    words.push_back(plan.pattern);
  const auto text = output_of({words, {}}, signals);
  if (!text)
    throw std::runtime_error(fmt::format("{} does not run", plan.program.string()));
  return read_cases(*text);
}

std::vector<Column> run_subjects(const Plan& plan, const std::vector<Subject>& subjects,
                                 Signals& signals,
                                 const std::function<void(const Command&)>& starting,
                                 const std::function<void(const Progress&)>& advance) {
  std::vector<Column> columns;
  columns.reserve(subjects.size());
  for (const Subject& subject : subjects)
    columns.push_back({subject.label, {}, false});
  std::deque<Lane> lanes; // a lane cannot be moved
  for (const Kernel kernel : plan.kernels) {
    lanes.emplace_back(plan, kernel);
    for (std::size_t i = 0; i < subjects.size(); i++)
      lanes.back().add({&subjects[i], &columns[i]});
  }
  while (true) {
    Progress progress;
    auto deadline = Clock::time_point::max();
    bool busy = false;
    for (Lane& lane : lanes) {
      if (lane.begin(signals, starting)) {
        busy = true;
        progress.at = lane.at();
      }
      progress.done += lane.done();
      deadline = std::min(deadline, lane.deadline());
    }
    if (!busy)
      return columns;
    advance(progress);
    signals.wait_for_output({lanes.front().child(), lanes.back().child()}, deadline);
    for (Lane& lane : lanes)
      lane.go_on();
  }
}

} // namespace ringside::tool::conform
