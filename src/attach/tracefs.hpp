// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// tracefs: the numbers of tracepoints, and probes that are made by writing commands. Source:
// Documentation/trace/kprobetrace.rst and uprobetracer.rst of the kernel.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::attach {

// tracefs_path is the path of a file of tracefs: in /sys/kernel/tracing, or in
// /sys/kernel/debug/tracing on systems that mount tracefs only there. E2BIG if the path is longer
// than the kernel accepts.
struct TracefsPath {
  char text[4096];
};
Result<TracefsPath> tracefs_path(std::string_view file);

// event_id is the number of a tracepoint. ENOENT: there is no such tracepoint, or tracefs is not
// mounted; EIO: the file holds no number; E2BIG; else what reading fails with. Each with a message.
Result<std::uint64_t> event_id(std::string_view category, std::string_view name,
                               const Subject& subject);

enum class ProbeKind { kprobe, uprobe };

// TraceProbe is a probe that we have made by a command to tracefs. The kernel keeps it until it is
// removed, even after the process has ended. Its name begins with "libbpf_" and the process id.
class TraceProbe {
public:
  TraceProbe() = default;
  TraceProbe(TraceProbe&& other) noexcept
      : kind_(other.kind_), name_(std::exchange(other.name_, {})) {}
  TraceProbe& operator=(TraceProbe&& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(name_, other.name_);
    return *this;
  }
  TraceProbe(const TraceProbe&) = delete;
  TraceProbe& operator=(const TraceProbe&) = delete;
  ~TraceProbe() { static_cast<void>(remove()); }

  // make makes one at `place`: "function+0x0" or "path:0x0". Letters and digits of `hint` become a
  // part of its name. EINVAL: the command is longer than tracefs accepts, or would be several
  // commands; else what writing it fails with. Each with a message.
  static Result<TraceProbe> make(ProbeKind kind, bool at_return, std::string_view hint,
                                 std::string_view place, const Subject& subject);

  [[nodiscard]] bool is_made() const { return name_.size() != 0; }
  // id is its number as a tracepoint; see event_id.
  [[nodiscard]] Result<std::uint64_t> id(const Subject& subject) const;

  // remove removes it, if it was made. EBUSY while an event of it is open.
  Result<void> remove();
  // keep leaves it where it is.
  void keep() { name_ = {}; }

private:
  ProbeKind kind_ = ProbeKind::kprobe;
  Array<char> name_; // "group/event", with a NUL; empty if there is none
};

} // namespace ringside::attach
