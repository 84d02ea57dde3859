// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// tracefs: paths, numbers of tracepoints, and commands that make probes.
#include "attach/tracefs.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>

#include "base/error_text.hpp"
#include "base/near.hpp"
#include "base/scan.hpp"
#include "base/shared_word.hpp"
#include "base/text.hpp"
#include "kernel/lines.hpp"
#include "kernel/refusal.hpp"
#include "os/clock.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/text_file.hpp"
#include "os/whole_file.hpp"

namespace ringside::attach {
namespace {

// Where tracefs may be mounted, the best place first, and a file that is there if it is.
constexpr struct {
  const char* folder;
  const char* events;
} kFolders[] = {
    {"/sys/kernel/tracing", "/sys/kernel/tracing/events"},
    {"/sys/kernel/debug/tracing", "/sys/kernel/debug/tracing/events"},
};

// What tracefs calls probes of a kind.
struct Files {
  const char* commands;
  const char* group;
  const char* return_group;
  const char* setting; // the option of a kernel that has them
};
constexpr Files kFiles[] = {
    {"kprobe_events", "kprobes", "kretprobes", "CONFIG_KPROBE_EVENTS"},
    {"uprobe_events", "uprobes", "uretprobes", "CONFIG_UPROBE_EVENTS"},
};
const Files& files_of(ProbeKind kind) {
  return kFiles[static_cast<int>(kind)];
}

// The kernel accepts commands of fewer bytes.
constexpr std::size_t kLongestCommand = 1024;
// The kernel accepts names of up to 63 characters.
constexpr std::size_t kLongestName = 64;

// mounted_folder is the folder where tracefs is mounted, or null.
const char* mounted_folder() {
  for (const auto& place : kFolders)
    if (os::exists(place.events))
      return place.folder;
  return nullptr;
}

constexpr const char* kMount = "tracefs is not mounted: mount -t tracefs tracefs "
                               "/sys/kernel/tracing";

// write_command gives tracefs one command. tracefs carries it out as a whole or not at all.
Result<void> write_command(ProbeKind kind, std::string_view command) {
  const auto path = tracefs_path(files_of(kind).commands);
  if (!path)
    return path.error();
  if (!os::exists(path->text))
    return Errno(ENOENT);
  return os::append_text(path->text, command);
}

// The name of a probe, different for each process, thread and call. Two processes in different pid
// namespaces can have the same number, so the time is a part of the name too.
void write_name(char (&name)[kLongestName], std::string_view hint) {
  static std::uint32_t last = 0;
  const int written =
      std::snprintf(name, sizeof(name), "libbpf_%d_%" PRIx64 "_%" PRIu32 "_", os::process_id(),
                    os::now_ns() & 0xffffffff, fetch_add(last, 1U) + 1);
  auto end = static_cast<std::size_t>(written);
  for (const char letter : hint) {
    if (end + 1 == sizeof(name))
      break;
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9');
    name[end++] = is_plain ? letter : '_';
  }
  name[end] = '\0';
}

// near_event is a tracepoint whose name differs by one slip of the keyboard, as "category/name".
// Null if there is none.
Array<char> near_event(std::string_view category, std::string_view name) {
  const auto path = tracefs_path("available_events");
  if (!path)
    return {};
  Array<char> found;
  // If the list cannot be read, the message names no tracepoint.
  static_cast<void>(kernel::each_line(path->text, [&](std::string_view line) {
    const std::string_view its_category = take_until(line, ':');
    if (line != name && (its_category != category || !is_near(line, name)))
      return true;
    Text text;
    text.add("%.*s/%.*s", static_cast<int>(its_category.size()), its_category.data(),
             static_cast<int>(line.size()), line.data());
    if (auto copy = copy_of(text.view()); copy && text.whole())
      found = std::move(*copy);
    return false;
  }));
  return found;
}

} // namespace

Result<TracefsPath> tracefs_path(std::string_view file) {
  TracefsPath path;
  const char* const mounted = mounted_folder();
  const int length = std::snprintf(
      path.text, sizeof(path.text), "%s/%.*s", mounted != nullptr ? mounted : kFolders[0].folder,
      static_cast<int>(std::min<std::size_t>(file.size(), 8192)), file.data());
  if (length < 0 || static_cast<std::size_t>(length) >= sizeof(path.text))
    return Errno(E2BIG);
  return path;
}

Result<std::uint64_t> event_id(std::string_view category, std::string_view name,
                               const Subject& subject) {
  Text file;
  file.add("events/%.*s/%.*s/id", static_cast<int>(category.size()), category.data(),
           static_cast<int>(name.size()), name.data());
  if (!file.whole())
    return no_memory(subject, "the path of the tracepoint");
  const auto path = tracefs_path(file.view());
  if (!path)
    return fail(subject, path.error(), "the path of its tracepoint is too long for the kernel");
  char text[32];
  const auto length = os::read_file(path->text, text);
  if (!length && length.error() == Errno(ENOENT)) {
    const Array<char> near = near_event(category, name);
    if (near.size() != 0)
      return fail(subject, Errno(ENOENT), "there is no tracepoint '%.*s/%.*s', but there is '%s'",
                  static_cast<int>(category.size()), category.data(), static_cast<int>(name.size()),
                  name.data(), near.data());
    return fail(subject, Errno(ENOENT), "there is no tracepoint '%.*s/%.*s': %s",
                static_cast<int>(category.size()), category.data(), static_cast<int>(name.size()),
                name.data(),
                mounted_folder() != nullptr
                    ? "see the folders in /sys/kernel/tracing/events, or load the module "
                      "that has it"
                    : kMount);
  }
  if (!length)
    return kernel::refused(subject, {"reading the number of its tracepoint"}, length.error());
  std::string_view rest(text, *length);
  const auto id = take_number(rest);
  if (!id)
    return fail(subject, Errno(EIO), "'%s' has no number", path->text);
  return *id;
}

Result<TraceProbe> TraceProbe::make(ProbeKind kind, bool at_return, std::string_view hint,
                                    std::string_view place, const Subject& subject) {
  const Files& files = files_of(kind);
  const char* const group = at_return ? files.return_group : files.group;
  char name[kLongestName];
  write_name(name, hint);
  Text command;
  command.add("%c:%s/%s %.*s\n", at_return ? 'r' : 'p', group, name, static_cast<int>(place.size()),
              place.data());
  Text full_name;
  full_name.add("%s/%s", group, name);
  if (!command.whole() || !full_name.whole())
    return no_memory(subject, "the command for tracefs");
  // A newline would begin a second command.
  if (place.find('\n') != std::string_view::npos)
    return fail(
        subject, Errno(EINVAL),
        "the place of the probe has a newline in it, which a command to tracefs cannot have");
  if (command.view().size() >= kLongestCommand)
    return fail(subject, Errno(EINVAL),
                "the place of the probe is %zu bytes long, too long for a command to tracefs",
                place.size());
  auto copy = copy_of(full_name.view());
  if (!copy)
    return no_memory(subject, "the name of the probe");
  if (const auto written = write_command(kind, command.view()); !written) {
    if (mounted_folder() == nullptr)
      return fail(subject, written.error(), "%s", kMount);
    const auto path = tracefs_path(files.commands);
    if (path && !os::exists(path->text))
      return fail(subject, written.error(),
                  "this kernel has no %s in tracefs: it was built without %s", files.commands,
                  files.setting);
    char reason[64];
    error_text(written.error().value(), reason, sizeof(reason));
    return fail(subject, written.error(), "the kernel does not take the command '%.*s' in %s: %s",
                static_cast<int>(command.view().size() - 1), command.view().data(), files.commands,
                reason);
  }
  TraceProbe probe;
  probe.kind_ = kind;
  probe.name_ = std::move(*copy);
  return probe;
}

Result<std::uint64_t> TraceProbe::id(const Subject& subject) const {
  std::string_view name(name_.data());
  const std::string_view group = take_until(name, '/');
  return event_id(group, name, subject);
}

Result<void> TraceProbe::remove() {
  if (!is_made())
    return {};
  const Array<char> name = std::exchange(name_, {});
  Text command;
  command.add("-:%s\n", name.data());
  if (!command.whole())
    return Errno(ENOMEM);
  return write_command(kind_, command.view());
}

} // namespace ringside::attach
