// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// define_conform: the options, the order of the steps, and the verdict.
#include "conform/conform_command.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/files.hpp"
#include "common/install_paths.hpp"
#include "common/progress_line.hpp"
#include "conform/results.hpp"
#include "conform/session.hpp"

namespace ringside::tool::conform {
namespace {

int status_of(Judgement judgement) {
  switch (judgement) {
  case Judgement::conforming:
    return 0;
  case Judgement::not_conforming:
    return 1;
  case Judgement::unknown:
    break;
  }
  return kUnknown;
}

struct Options {
  std::vector<std::string> libraries;
  bool simulated = false, both = false, verbose = false;
  std::string against, only;
  unsigned seconds = 20;
  std::string junit, html, markdown, record;
};

class Conform {
public:
  explicit Conform(const Options& options) : options_(options) {
    plan_.program = paths_.conform;
    plan_.simulator = paths_.simulator;
    plan_.release = options.against;
    plan_.pattern = options.only;
    plan_.seconds = options.seconds;
    if (!options.simulated || options.both)
      plan_.kernels.push_back(Kernel::real);
    if (options.simulated || options.both)
      plan_.kernels.push_back(Kernel::simulated);
    for (const std::string& text : options.libraries)
      subjects_.push_back(parse_subject(text));
  }

  int run() {
    const auto start = Clock::now();
    Record record = read_record(read_file(paths_.outcomes));
    if (subjects_.empty())
      return tell_recorded(record);
    for (const auto& file : {plan_.program, plan_.simulator})
      if (!std::filesystem::exists(file))
        throw std::runtime_error(fmt::format("{} is not installed", file.string()));
    results_.cases = list_cases(plan_, signals_);
    if (results_.cases.empty())
      throw std::runtime_error(fmt::format("no case's name contains \"{0}\", and none is about a "
                                           "function {0}",
                                           options_.only));
    std::vector<Column> own = test();
    for (Column& column : record.columns)
      if (column.is_reference() && std::none_of(own.begin(), own.end(), [&](const Column& other) {
            return other.label == column.label;
          }))
        results_.columns.push_back(std::move(column));
    std::move(own.begin(), own.end(), std::back_inserter(results_.columns));
    const std::chrono::duration<double> seconds = Clock::now() - start;
    tell(seconds.count());
    for (const Column& column : results_.columns)
      for (const auto& [kernel, run] : column.runs)
        if (!run.refusal.empty())
          fmt::print(stderr, "ringside: {}: no case could use the real kernel: try --sim\n",
                     column.label);
    write_files();
    return status_of(judgement(results_.columns, results_.cases));
  }

private:
  std::vector<Column> test() {
    ProgressLine line(true);
    const std::size_t all = results_.cases.size() * subjects_.size() * plan_.kernels.size();
    std::vector<Column> columns = run_subjects(
        plan_, subjects_, signals_,
        [&](const Command& command) {
          if (options_.verbose)
            fmt::print("+ {}\n", to_text(command));
        },
        [&](const Progress& progress) {
          line.show(fmt::format("{} {} of {}  {}", bar(progress.done, all, 16), progress.done, all,
                                progress.at));
        });
    for (Column& column : columns)
      complete(column, results_.cases);
    return columns;
  }

  // Results that are recorded: they need no library.
  int tell_recorded(Record& record) {
    results_.cases = std::move(record.cases);
    results_.columns = std::move(record.columns);
    fmt::print("{} cases; what is recorded of each library, cases that passed:\n\n{}\n{}",
               results_.cases.size(), matrix_text(results_), agreement_text(results_));
    write_files();
    return 0;
  }

  void tell(double seconds) const {
    Count sum;
    for (const Column& column : results_.columns) {
      if (column.recorded)
        continue;
      fmt::print("{}", head_text(column));
      sum += count_all(column, results_.cases);
    }
    if (sum.ran() > 0) {
      fmt::print("\n{}\n{}",
                 subjects_.size() > 1 ? matrix_text(results_)
                                      : table_text(results_.columns.back(), results_.cases),
                 agreement_text(results_));
      if (const std::string failures = failures_text(results_); !failures.empty())
        fmt::print("\n{}", failures);
    }
    fmt::print("\n{} cases over {} {} in {:.0f} s: {}\n{} passed, {} failed, {} skipped\n",
               results_.cases.size(), subjects_.size(),
               subjects_.size() == 1 ? "library" : "libraries", seconds,
               name_of(judgement(results_.columns, results_.cases)), sum.passed + sum.differ,
               sum.wrong, sum.skipped + sum.not_for_it);
  }

  void write_files() const {
    if (!options_.html.empty())
      write_file(options_.html, html(results_));
    if (!options_.junit.empty())
      write_file(options_.junit, junit(results_));
    if (!options_.markdown.empty())
      write_file(options_.markdown, markdown(results_));
    if (options_.record.empty())
      return;
    std::vector<Column> own;
    std::copy_if(results_.columns.begin(), results_.columns.end(), std::back_inserter(own),
                 [](const Column& column) { return !column.recorded; });
    write_file(options_.record, record_text(results_.cases, own));
  }

  const Options& options_;
  const InstallPaths paths_ = find_install_paths();
  Signals signals_;
  Plan plan_;
  std::vector<Subject> subjects_;
  Results results_;
};

} // namespace

std::function<int()> define_conform(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command
      .add_option("libraries", options->libraries,
                  "libbpf.so files to test; without one, what is recorded of releases is shown")
      ->type_name("[LABEL=][PRELOAD:]LIB");
  command.add_flag("--sim", options->simulated, "on the simulated kernel, without privileges");
  command.add_flag("--both", options->both, "on the real kernel and on the simulated one");
  command
      .add_option("--against", options->against,
                  "the libbpf release to hold it to, such as 1.5 [the one that it says it is]")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos
                       ? std::string()
                       : text + " is not a release";
          },
          "RELEASE"));
  command.add_option("--only", options->only,
                     "run the cases whose name contains this, or that are about this function");
  command
      .add_option("--seconds", options->seconds,
                  "time that a case, or loading the library, may take")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  command.add_option("--html", options->html, "write a page")->type_name("FILE");
  command.add_option("--junit", options->junit, "write JUnit's XML")->type_name("FILE");
  command.add_option("--markdown", options->markdown, "write a page as Markdown")
      ->type_name("FILE");
  command.add_option("--record", options->record, "write all outcomes")->type_name("FILE");
  command.add_flag("--verbose", options->verbose, "print the commands that are run");
  return [options] { return Conform(*options).run(); };
}

} // namespace ringside::tool::conform
