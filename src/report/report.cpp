// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Report: the list of the buffers that are open, and writing what went through them.
#include "report/report.hpp"

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "kernel/reason.hpp"
#include "os/lock.hpp"
#include "os/process.hpp"
#include "os/text_file.hpp"
#include "report/text.hpp"

namespace ringside::report {
namespace {

constexpr char kVariable[] = "RINGSIDE_STATS";

// destination is the value of the variable; nullptr if no report is wanted.
const char* destination() {
  const char* value = os::environment(kVariable);
  return value == nullptr || std::string_view(value).empty() || std::string_view(value) == "0"
             ? nullptr
             : value;
}

// is_metrics is whether a destination is a file of metrics, which is replaced each time.
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
  if (exchange(warned, true))
    return;
  const auto reason = kernel::explain_now(kernel::RefusedCall::other, error, {});
  log(LogLevel::warn, kFailed, kVariable, destination, reason.text);
}

// When the process ends, the program may have destroyed what its print callback uses.
void warn_at_end(const char* destination, Errno error) {
  if (exchange(warned, true))
    return;
  const auto reason = kernel::explain_now(kernel::RefusedCall::other, error, {});
  Text text;
  text.add(kFailed, kVariable, destination, reason.text);
  static_cast<void>(os::write_to_stderr(text.view()));
}

} // namespace

// Reports is the list of the process. A function that reads the list or writes a file holds the
// lock. It logs nothing while it does, because a print callback of the program may end the process.
class Reports {
public:
  void add(Report& report) {
    const os::Locked locked(lock_);
    process_id_ = os::process_id();
    report.next_ = first_;
    report.place_ = &first_;
    if (first_ != nullptr)
      first_->place_ = &report.next_;
    first_ = &report;
  }

  // remove writes the report of a buffer that is freed.
  void remove(Report& report) {
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

  // at_end writes the reports of the buffers that are still open when the process ends. A child
  // that was forked since then writes none: the buffers are its parent's, and another thread of the
  // parent may have held the lock at the fork.
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
        for (Report* report = first_; report != nullptr && written; report = report->next_)
          written = tell(*report, to, "was open when the process ended,");
    }
    if (!written)
      warn_at_end(to, written.error());
  }

private:
  static Result<void> tell(const Report& report, const char* to, const char* state) {
    const auto rows = report.rows();
    return rows ? write(to, table_of(*rows, this_process(), state)) : rows.error();
  }

  // gather keeps the numbers of a buffer that is freed, and writes the metrics of all.
  Result<void> gather(Report& report, const char* to) {
    auto rows = report.rows();
    if (!rows)
      return rows.error();
    for (Row& row : *rows)
      row.stats.free_bytes = 0;
    if (ended_ == nullptr)
      ended_ = make<Rows>().release();
    if (ended_ == nullptr)
      return Errno(ENOMEM);
    if (const auto added = add_rows(*ended_, *rows); !added)
      return added;
    report.perf_ = nullptr;
    report.ringbuf_ = nullptr;
    return write_metrics(to);
  }

  Result<void> write_metrics(const char* to) {
    Rows all;
    if (ended_ != nullptr)
      if (const auto added = add_rows(all, *ended_); !added)
        return added;
    for (const Report* report = first_; report != nullptr; report = report->next_) {
      const auto rows = report->rows();
      if (!rows)
        return rows.error();
      if (const auto added = add_rows(all, *rows); !added)
        return added;
    }
    return write(to, metrics_of(all, this_process()));
  }

  os::Lock lock_;
  Report* first_ = nullptr;
  int process_id_ = 0;
  // What went through the buffers that were freed, for a file of metrics. It is not freed: any
  // destructor would run before at_end.
  Rows* ended_ = nullptr;
};

namespace {

constinit Reports reports;

} // namespace

void Report::add_to_list() {
  if (destination() != nullptr)
    reports.add(*this);
}

void Report::begin(const PerfSet& set) {
  perf_ = &set;
  add_to_list();
}

void Report::begin(const RingbufSet& set) {
  ringbuf_ = &set;
  add_to_list();
}

Report::~Report() {
  if (place_ != nullptr)
    reports.remove(*this);
}

Result<Rows> Report::rows() const {
  if (perf_ != nullptr)
    return rows_of(*perf_);
  return ringbuf_ != nullptr ? rows_of(*ringbuf_) : Rows();
}

namespace {

// The library has no C++ runtime, which would destroy static objects when the process ends.
[[gnu::destructor]] void report_what_is_left() {
  reports.at_end();
}

} // namespace
} // namespace ringside::report
