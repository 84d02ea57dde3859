// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// StatsReport: which buffers there are, and writing down what went through them.
#include "ring/stats_report.hpp"

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "kernel/reason.hpp"
#include "os/lock.hpp"
#include "os/process.hpp"
#include "os/text_file.hpp"
#include "ring/stats_text.hpp"

namespace ringside {
namespace {

constexpr char kVariable[] = "RINGSIDE_STATS";

// destination is what the variable says, or nullptr where nobody asks.
const char* destination() {
  const char* value = os::environment(kVariable);
  return value == nullptr || std::string_view(value).empty() || std::string_view(value) == "0"
             ? nullptr
             : value;
}

// is_metrics is whether a destination is a file of metrics, which is written anew each time.
bool is_metrics(std::string_view destination) {
  return destination.ends_with(".prom");
}

Process this_process() {
  return {os::process_id(), os::program_name()};
}

Result<void> write(const char* destination, const Text& text) {
  if (!text.whole())
    return Errno(ENOMEM);
  const std::string_view name(destination);
  if (name == "1")
    return os::write_to_stderr(text.view());
  return is_metrics(name) ? os::replace_text(destination, text.view())
                          : os::append_text(destination, text.view());
}

constexpr char kFailed[] = "%s is '%s', but writing there failed: %s\n";
bool warned = false;

void warn_once(const char* destination, Errno error) {
  const auto reason = kernel::explain_now(kernel::RefusedCall::other, error, {});
  if (!exchange(warned, true))
    log(LogLevel::warn, kFailed, kVariable, destination, reason.text);
}

// When the process ends, what the program prints with may be gone.
void warn_at_end(const char* destination, Errno error) {
  const auto reason = kernel::explain_now(kernel::RefusedCall::other, error, {});
  Text text;
  text.add(kFailed, kVariable, destination, reason.text);
  if (!exchange(warned, true))
    static_cast<void>(os::write_to_stderr(text.view()));
}

} // namespace

// StatsReports is all of the process. The lock is held by whoever looks at the list or writes; no
// messages are told meanwhile, since the program may end the process from its print callback.
class StatsReports {
public:
  void add(StatsReport& report) {
    const os::Locked locked(lock_);
    process_id_ = os::process_id();
    report.next_ = first_;
    report.place_ = &first_;
    if (first_ != nullptr)
      first_->place_ = &report.next_;
    first_ = &report;
  }

  // remove reports one that ends.
  void remove(StatsReport& report) {
    const char* to = destination();
    Result<void> written;
    {
      const os::Locked locked(lock_);
      if (to != nullptr)
        written = is_metrics(to) ? gather(report, to) : tell(report, to, "was freed");
      *report.place_ = report.next_;
      if (report.next_ != nullptr)
        report.next_->place_ = report.place_;
    }
    if (!written)
      warn_once(to, written.error());
  }

  // at_end reports those that are left when the process ends. In a process that was forked since,
  // they are another's, and the lock may be one that nobody will ever give back.
  void at_end() {
    const char* to = destination();
    if (to == nullptr || process_id_ != os::process_id())
      return;
    Result<void> written;
    {
      const os::Locked locked(lock_);
      if (is_metrics(to))
        written = first_ == nullptr ? Result<void>() : write_metrics(to);
      else
        for (StatsReport* report = first_; report != nullptr && written; report = report->next_)
          written = tell(*report, to, "was open when the process ended,");
    }
    if (!written)
      warn_at_end(to, written.error());
  }

private:
  static Result<void> tell(const StatsReport& report, const char* to, const char* state) {
    const auto rows = report.rows();
    return rows ? write(to, table_of(*rows, this_process(), state)) : rows.error();
  }

  // gather keeps the numbers of a buffer that ends and writes all.
  Result<void> gather(StatsReport& report, const char* to) {
    auto rows = report.rows();
    if (!rows)
      return rows.error();
    for (StatsRow& row : *rows)
      row.stats.free_bytes = 0;
    if (ended_ == nullptr)
      ended_ = make<StatsRows>().release();
    if (ended_ == nullptr)
      return Errno(ENOMEM);
    if (const auto added = add_rows(*ended_, *rows); !added)
      return added;
    report.perf_ = nullptr;
    report.bpf_ = nullptr;
    return write_metrics(to);
  }

  Result<void> write_metrics(const char* to) {
    StatsRows all;
    if (ended_ != nullptr)
      if (const auto added = add_rows(all, *ended_); !added)
        return added;
    for (const StatsReport* report = first_; report != nullptr; report = report->next_) {
      const auto rows = report->rows();
      if (!rows)
        return rows.error();
      if (const auto added = add_rows(all, *rows); !added)
        return added;
    }
    return write(to, metrics_of(all, this_process()));
  }

  os::Lock lock_;
  StatsReport* first_ = nullptr;
  int process_id_ = 0;
  // What went through buffers that are no more, for a file of metrics. Nothing frees it: what would
  // runs before at_end.
  StatsRows* ended_ = nullptr;
};

namespace {

constinit StatsReports reports;

} // namespace

void StatsReport::begin() {
  if (destination() != nullptr)
    reports.add(*this);
}

void StatsReport::of(const PerfSet& set) {
  perf_ = &set;
  begin();
}

void StatsReport::of(const RingbufSet& set) {
  bpf_ = &set;
  begin();
}

StatsReport::~StatsReport() {
  if (place_ != nullptr)
    reports.remove(*this);
}

Result<StatsRows> StatsReport::rows() const {
  if (perf_ != nullptr)
    return rows_of(*perf_);
  return bpf_ != nullptr ? rows_of(*bpf_) : StatsRows();
}

namespace {

// The library has no C++ runtime whose objects would end with the process.
[[gnu::destructor]] void report_what_is_left() {
  reports.at_end();
}

} // namespace
} // namespace ringside
