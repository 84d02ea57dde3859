// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Perf events, and tracepoints, which are perf events of their own kind. Source:
// perf_event_open(2).
#include "attach/event.hpp"

#include <cerrno>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include "bpf/link.hpp"
#include "kernel/features.hpp"
#include "kernel/refusal.hpp"
#include "os/perf.hpp"

namespace ringside::attach {
namespace {

// set_on has the event run the program.
Result<void> set_on(const Program& program, const os::UniqueFd& event) {
  const auto set =
      os::perf_ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, static_cast<unsigned long>(program.fd));
  if (set)
    return {};
  if (set.error() == Errno(EPROTO))
    return fail(program.subject, set.error(),
                "the program takes the stack of the event, which the event does not have: open it "
                "with PERF_SAMPLE_CALLCHAIN in sample_type, and without the exclude_callchain_ "
                "bit of that stack");
  return kernel::refused(program.subject, {"setting the program on its perf event"}, set.error());
}

Result<os::UniqueFd> link_to(const Program& program, const os::UniqueFd& event,
                             std::uint64_t cookie) {
  auto link = bpf::create_link({.prog_fd = program.fd,
                                .target = event.get(),
                                .attach_type = BPF_PERF_EVENT,
                                .words = {cookie}});
  if (!link)
    return kernel::refused(program.subject,
                           {"linking the program to its perf event", kernel::RefusedCall::bpf},
                           link.error());
  return link;
}

} // namespace

Result<Owned<Link>> attach_event(const Program& program, Event& event,
                                 const EventOptions& options) {
  if (!event.fd)
    return fail(program.subject, Errno(EINVAL), "there is no perf event to attach it to");
  if (const auto loaded = must_be_loaded(program); !loaded)
    return loaded.error();
  const bool by_link = !options.by_ioctl && kernel::has_perf_link();
  if (!by_link && options.cookie != 0)
    return fail(program.subject, Errno(EOPNOTSUPP),
                "a cookie needs a link to the perf event, which %s",
                options.by_ioctl ? "was forbidden" : "Linux 5.15 is the first to have");
  // The link is made first: nothing can fail after the program is attached.
  auto link = make<Link>(os::UniqueFd());
  if (link == nullptr)
    return no_memory(program.subject, "its link");
  os::UniqueFd made;
  if (by_link) {
    auto linked = link_to(program, event.fd, options.cookie);
    if (!linked)
      return linked.error();
    made = std::move(*linked);
  } else if (const auto set = set_on(program, event.fd); !set) {
    return set.error();
  }
  if (options.enable)
    if (const auto enabled = os::perf_ioctl(event.fd.get(), PERF_EVENT_IOC_ENABLE, 0); !enabled)
      return kernel::refused(program.subject, {"enabling its perf event"}, enabled.error());
  if (by_link)
    link->become(std::move(made), {.event = std::move(event.fd), .probe = std::move(event.probe)});
  else
    link->become(std::move(event.fd), {.kind = LinkKind::event, .probe = std::move(event.probe)});
  return link;
}

Result<os::UniqueFd> open_tracepoint_event(std::uint64_t id, std::int32_t pid,
                                           const Subject& subject) {
  perf_event_attr attr{};
  attr.type = PERF_TYPE_TRACEPOINT;
  attr.size = sizeof(attr);
  attr.config = id;
  auto event = open_event(attr, pid);
  if (!event)
    return kernel::refused(
        subject, {"opening the event of its tracepoint", kernel::RefusedCall::perf_event_open},
        event.error());
  return event;
}

Result<os::UniqueFd> open_event(perf_event_attr& attr, std::int32_t pid) {
  // For all processes the call wants one CPU. Tracepoints and probes run the program on each CPU
  // even so.
  auto event = os::perf_event_open(&attr, pid, pid < 0 ? 0 : -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (!event)
    return event.error();
  return bpf::owned(event->release());
}

Result<Owned<Link>> attach_tracepoint(const Program& program, const char* category,
                                      const char* name, std::uint64_t cookie) {
  if (category == nullptr || name == nullptr)
    return fail(program.subject, Errno(EINVAL), "the %s of its tracepoint is NULL",
                category == nullptr ? "category" : "name");
  const auto id = event_id(category, name, program.subject);
  if (!id)
    return id.error();
  auto opened = open_tracepoint_event(*id, -1, program.subject);
  if (!opened)
    return opened.error();
  Event event{{}, std::move(*opened)};
  return attach_event(program, event, {.cookie = cookie});
}

} // namespace ringside::attach
