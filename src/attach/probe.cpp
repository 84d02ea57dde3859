// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Probes: made by a PMU or by tracefs. Source: perf_event_open(2), "kprobe and uprobe", and
// the files in /sys/bus/event_source/devices.
#include "attach/probe.hpp"

#include <cerrno>
#include <cinttypes>

#include <linux/perf_event.h>

#include "base/cached.hpp"
#include "base/scan.hpp"
#include "base/text.hpp"
#include "kernel/features.hpp"
#include "kernel/refusal.hpp"
#include "os/file.hpp"
#include "os/whole_file.hpp"

namespace ringside::attach {
namespace {

// A semaphore's offset stands in the upper half of the event's config.
constexpr unsigned kCounterShift = 32;

struct Pmu {
  const char* name;
  const char* type;
  const char* return_bit;
};
constexpr Pmu kPmus[] = {
    {"kprobe", "/sys/bus/event_source/devices/kprobe/type",
     "/sys/bus/event_source/devices/kprobe/format/retprobe"},
    {"uprobe", "/sys/bus/event_source/devices/uprobe/type",
     "/sys/bus/event_source/devices/uprobe/format/retprobe"},
};
const Pmu& pmu_of(ProbeKind kind) {
  return kPmus[static_cast<int>(kind)];
}

// read_number reads a file that holds `prefix` and a number. EIO: it holds something else.
Result<std::uint32_t> read_number(const char* path, std::string_view prefix) {
  char text[64];
  const auto length = os::read_file(path, text);
  if (!length)
    return length.error();
  std::string_view rest(text, *length);
  if (!take_text(rest, prefix))
    return Errno(EIO);
  const auto number = take_number(rest, 10, UINT32_MAX);
  if (!number)
    return Errno(EIO);
  return static_cast<std::uint32_t>(*number);
}

// type_of is the type of a kind's events. ENOENT where the kernel has no PMU for them: before 4.17.
Result<std::uint32_t> type_of(ProbeKind kind) {
  static Cached<cached_fact("type of kprobe events")> of_kprobes;
  static Cached<cached_fact("type of uprobe events")> of_uprobes;
  const auto ask = [kind] { return read_number(pmu_of(kind).type, ""); };
  return kind == ProbeKind::kprobe ? of_kprobes.get(ask) : of_uprobes.get(ask);
}

// return_bit_of is which bit of config makes it a probe on return.
Result<std::uint32_t> return_bit_of(ProbeKind kind) {
  static Cached<cached_fact("return bit of kprobes")> of_kprobes;
  static Cached<cached_fact("return bit of uprobes")> of_uprobes;
  const auto ask = [kind] { return read_number(pmu_of(kind).return_bit, "config:"); };
  return kind == ProbeKind::kprobe ? of_kprobes.get(ask) : of_uprobes.get(ask);
}

bool has_pmu(ProbeKind kind) {
  const auto type = type_of(kind);
  return type || type.error() != Errno(ENOENT);
}

Errno event_refused(const Program& program, const ProbePlace& place, Errno error) {
  if (error == Errno(ENOENT) && place.kind == ProbeKind::kprobe && place.name != nullptr)
    return fail(program.subject, error,
                "the kernel has no function '%s' for a kprobe: look for it in /proc/kallsyms; the "
                "compiler may have put it into others, or renamed it",
                place.name);
  if (error == Errno(EADDRNOTAVAIL) && place.name != nullptr)
    return fail(program.subject, error,
                "the kernel has several functions '%s': give the address of one, with a name of "
                "NULL",
                place.name);
  if (error == Errno(ESRCH))
    return fail(program.subject, error, "there is no process %d", place.pid);
  if (error == Errno(ENOENT) && place.kind == ProbeKind::uprobe)
    return fail(program.subject, error, "there is no file '%s' for a uprobe", place.name);
  return kernel::refused(program.subject,
                         {place.kind == ProbeKind::kprobe ? "opening the event of its kprobe"
                                                          : "opening the event of its uprobe",
                          kernel::RefusedCall::perf_event_open},
                         error);
}

Result<Event> open_by_pmu(const Program& program, const ProbePlace& place) {
  const auto type = type_of(place.kind);
  if (!type)
    return fail(program.subject, type.error(), "the type of its event cannot be read from '%s'",
                pmu_of(place.kind).type);
  perf_event_attr attr{};
  attr.type = *type;
  attr.size = sizeof(attr);
  attr.config = place.counter << kCounterShift;
  if (place.at_return) {
    const auto bit = return_bit_of(place.kind);
    if (!bit)
      return fail(program.subject, bit.error(), "'%s' does not say how an event is on return",
                  pmu_of(place.kind).return_bit);
    attr.config |= std::uint64_t{1} << (*bit % 64);
  }
  attr.config1 = reinterpret_cast<std::uintptr_t>(place.name);
  attr.config2 = place.offset;
  auto event = open_event(attr, place.pid);
  if (!event)
    return event_refused(program, place, event.error());
  return Event{{}, std::move(*event)};
}

// hint_of is what the name of a probe takes from its place: of a path the last part.
std::string_view hint_of(const ProbePlace& place) {
  const std::string_view name(place.name);
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : behind(name, slash + 1);
}

Result<Event> open_by_tracefs(const Program& program, const ProbePlace& place) {
  if (place.name == nullptr)
    return fail(program.subject, Errno(EOPNOTSUPP),
                "a kprobe on an address needs a PMU for kprobes: Linux 4.17 is the first to have "
                "one, and this way of attaching does not use it");
  if (place.counter != 0)
    return fail(program.subject, Errno(EINVAL),
                "a uprobe with a semaphore needs a PMU for uprobes, which this way of attaching "
                "does not use");
  Text where;
  where.add(place.kind == ProbeKind::kprobe ? "%s+0x%" PRIx64 : "%s:0x%" PRIx64, place.name,
            place.offset);
  if (!where.whole())
    return no_memory(program.subject, "the command for tracefs");
  auto probe =
      TraceProbe::make(place.kind, place.at_return, hint_of(place), where.view(), program.subject);
  if (!probe)
    return probe.error();
  const auto id = probe->id(program.subject);
  if (!id)
    return id.error();
  auto event = open_tracepoint_event(*id, place.pid, program.subject);
  if (!event)
    return event.error();
  return Event{std::move(*probe), std::move(*event)};
}

} // namespace

Result<void> check_mode(ProbeMode mode, ProbeKind kind, const Subject& subject) {
  switch (mode) {
  case ProbeMode::best:
  case ProbeMode::tracefs:
    return {};
  case ProbeMode::ioctl:
  case ProbeMode::link:
    if (!has_pmu(kind))
      return fail(subject, Errno(ENOTSUP),
                  "this kernel has no PMU for %ss: CONFIG_%s, and Linux 4.17, are needed",
                  pmu_of(kind).name, kind == ProbeKind::kprobe ? "KPROBE_EVENTS" : "UPROBE_EVENTS");
    if (mode == ProbeMode::link && !kernel::has_perf_link())
      return fail(subject, Errno(ENOTSUP),
                  "this kernel has no links to perf events: Linux 5.15 is the first");
    return {};
  }
  return fail(subject, Errno(EINVAL), "there is no attach_mode %u",
              static_cast<std::uint32_t>(mode));
}

Result<Owned<Link>> attach_probe(const Program& program, const ProbePlace& place, ProbeMode mode,
                                 std::uint64_t cookie) {
  if (const auto known = check_mode(mode, place.kind, program.subject); !known)
    return known.error();
  if (place.counter >> kCounterShift != 0)
    return fail(program.subject, Errno(EINVAL),
                "the semaphore is at 0x%" PRIx64 " of its file: the kernel takes 32 bits",
                place.counter);
  const bool by_tracefs =
      mode == ProbeMode::tracefs || (mode == ProbeMode::best && !has_pmu(place.kind));
  auto event = by_tracefs ? open_by_tracefs(program, place) : open_by_pmu(program, place);
  if (!event)
    return event.error();
  return attach_event(program, *event,
                      {.cookie = cookie, .by_ioctl = by_tracefs || mode == ProbeMode::ioctl});
}

} // namespace ringside::attach
