// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Perf: opening events, events of CPUs that go, and records that tests write.
#include "sim/kernel/perf/perf.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "sim/kernel/host.hpp"

namespace ringside::sim {

int Perf::perf_event_open(perf_event_attr* caller_attr, pid_t pid, int cpu, int group_fd,
                          unsigned long flags) {
  const auto lock = core_.enter();
  if (int error = core_.failures.check(Call::perf_event_open))
    return -error;
  constexpr unsigned long kFlags =
      PERF_FLAG_FD_NO_GROUP | PERF_FLAG_FD_OUTPUT | PERF_FLAG_PID_CGROUP | PERF_FLAG_FD_CLOEXEC;
  if ((flags & ~kFlags) != 0)
    return -EINVAL;
  perf_event_attr attr;
  if (int error = read_attr(caller_attr, attr))
    return error;
  if ((flags & PERF_FLAG_PID_CGROUP) != 0 && (pid == -1 || cpu == -1))
    return -EINVAL;
  if (group_fd != -1 && !core_.descriptors.find_as<PerfEvent>(group_fd))
    return -EBADF;
  if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH)
    return -ESRCH;
  bool all_cpus_of_a_task = pid != -1 && cpu == -1;
  if (static_cast<unsigned>(cpu) >= cpus_.count() && !all_cpus_of_a_task)
    return -EINVAL;
  // Tracepoints never fire here, and neither do probes, whose PMUs have numbers from PERF_TYPE_MAX
  // on. A kernel has some dozens of these.
  constexpr unsigned kMostPmus = 64;
  const bool is_traced = attr.type == PERF_TYPE_TRACEPOINT ||
                         (attr.type >= PERF_TYPE_MAX && attr.type < PERF_TYPE_MAX + kMostPmus);
  if (!is_traced && (attr.type != PERF_TYPE_SOFTWARE || attr.config >= PERF_COUNT_SW_MAX))
    return -ENOENT;
  if (pid == -1 && !cpus_.online(static_cast<unsigned>(cpu)))
    return -ENODEV;
  auto event =
      std::make_shared<PerfEvent>(*this, attr, cpu, core_.next_id++, core_.clock.clock_ns());
  int fd = core_.descriptors.open(event, "[perf_event]", (flags & PERF_FLAG_FD_CLOEXEC) != 0);
  if (fd < 0)
    return fd;
  std::erase_if(events_, [](const auto& known) { return known.expired(); });
  events_.push_back(event);
  if (group_fd != -1 && (flags & PERF_FLAG_FD_OUTPUT) != 0)
    if (int error = set_output(*event, group_fd)) {
      core_.descriptors.forget(fd);
      host::close(fd);
      return error;
    }
  return fd;
}

int Perf::set_output(PerfEvent& event, int output_fd) {
  std::shared_ptr<PerfRing> ring;
  if (output_fd != -1) {
    auto output = core_.descriptors.find_as<PerfEvent>(output_fd);
    if (!output)
      return -EBADF;
    if (output.get() == &event || output->cpu() != event.cpu())
      return -EINVAL;
    ring = output->ring();
    if (!ring)
      return -EINVAL;
  }
  if (event.mapping_count != 0)
    return -EINVAL;
  event.attach(std::move(ring));
  return 0;
}

void Perf::set_page_count_bits(unsigned bits) {
  const auto lock = core_.enter();
  page_count_bits_ = bits;
}

void Perf::set_online(unsigned cpu, bool online) {
  const auto lock = core_.enter();
  if (cpu >= cpus_.count())
    return;
  cpus_.set_online(cpu, online);
  if (!online)
    end_events(cpu);
}

void Perf::sleep(std::uint64_t ns) {
  const auto lock = core_.enter();
  Clock::sleep(ns);
  for (unsigned cpu = 1; cpu < cpus_.count(); ++cpu)
    end_events(cpu);
}

void Perf::end_events(unsigned cpu) {
  for (const auto& known : events_)
    if (auto event = known.lock(); event && event->cpu() == static_cast<int>(cpu))
      event->cpu_gone(core_.clock.clock_ns());
}

std::shared_ptr<PerfEvent> Perf::ringed_event(int fd, int& error) {
  auto event = core_.descriptors.find_as<PerfEvent>(fd);
  error = !event                                                        ? -EBADF
          : event->ring() == nullptr || event->ring()->data_size() == 0 ? -ENXIO
                                                                        : 0;
  return error == 0 ? event : nullptr;
}

int Perf::emit(int fd, std::uint32_t type, std::uint16_t misc, std::span<const std::byte> body) {
  const auto lock = core_.enter();
  constexpr std::size_t kMaxBody = UINT16_MAX / 8 * 8 - sizeof(perf_event_header);
  if (body.size() % 8 != 0 || body.size() > kMaxBody)
    return -EINVAL;
  int error = 0;
  auto event = ringed_event(fd, error);
  if (!event)
    return error;
  int result = event->emit(type, misc, body, origin(static_cast<unsigned>(event->cpu())));
  core_.clock.notify();
  return result;
}

int Perf::emit_raw(int fd, std::span<const std::byte> bytes, std::uint64_t advance) {
  const auto lock = core_.enter();
  int error = 0;
  auto event = ringed_event(fd, error);
  if (!event)
    return error;
  event->ring()->put_raw(bytes.data(), bytes.size(), advance);
  core_.clock.notify();
  return 0;
}

int Perf::set_positions(int fd, std::uint64_t head, std::uint64_t tail) {
  const auto lock = core_.enter();
  int error = 0;
  auto event = ringed_event(fd, error);
  if (event)
    event->ring()->set_positions(head, tail);
  return error;
}

} // namespace ringside::sim
