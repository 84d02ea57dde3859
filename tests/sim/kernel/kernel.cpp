// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: calls on descriptors and mappings go to the file; what tests do to all of it.
#include "sim/kernel/kernel.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/mman.h>

#include "sim/kernel/host.hpp"

namespace ringside::sim {

Kernel& Kernel::instance() {
  static Kernel* kernel = new Kernel;
  return *kernel;
}

int Kernel::check(Call call) {
  const auto lock = core_.enter();
  return core_.failures.check(call);
}

bool Kernel::knows(int fd) {
  const auto lock = core_.enter();
  return core_.descriptors.knows(fd);
}

std::optional<int> Kernel::ioctl(int fd, unsigned long request, unsigned long argument) {
  const auto lock = core_.enter();
  std::shared_ptr<File> file = core_.descriptors.find(fd);
  if (!file || file->is_real())
    return std::nullopt;
  return file->ioctl(request, argument);
}

std::optional<std::intptr_t> Kernel::mmap(void* address, std::size_t size, int protection,
                                          int flags, int fd, off_t offset) {
  const auto lock = core_.enter();
  std::shared_ptr<File> file = core_.descriptors.find(fd);
  if (!file || file->is_real())
    return std::nullopt;
  if (int error = file->check_map())
    return error;
  if (int error = core_.failures.check(Call::mmap))
    return -error;
  std::size_t page = host::page_size();
  if (size == 0 || (offset & static_cast<off_t>(page - 1)) != 0)
    return -EINVAL;
  std::size_t rounded = (size + page - 1) & ~(page - 1);
  if (rounded == 0 || std::uint64_t{rounded} >> 47 != 0)
    return -ENOMEM;
  int sharing = flags & MAP_TYPE;
  if (sharing != MAP_SHARED && sharing != MAP_SHARED_VALIDATE)
    return -EINVAL;
  const auto mapped =
      file->map({address, rounded, protection, flags, fd, static_cast<std::uint64_t>(offset)});
  core_.clock.mapped(rounded / page);
  return mapped;
}

bool Kernel::has_mapping(const void* address, std::size_t size) {
  const auto lock = core_.enter();
  return core_.mappings.covers(address, size);
}

int Kernel::munmap(void* address, std::size_t size) {
  const auto lock = core_.enter();
  return core_.mappings.unmap(address, size);
}

int Kernel::close(int fd) {
  const auto lock = core_.enter();
  core_.descriptors.forget(fd);
  return host::close(fd);
}

std::optional<long> Kernel::read(int fd, void* buffer, std::size_t size) {
  const auto lock = core_.enter();
  std::shared_ptr<File> file = core_.descriptors.find(fd);
  if (!file || file->is_real())
    return std::nullopt;
  if (int error = core_.failures.check(Call::read))
    return -error;
  return file->read(fd, {static_cast<std::byte*>(buffer), size});
}

int Kernel::soft_limit(int resource, std::uint64_t& limit) {
  const auto lock = core_.enter();
  const auto set = limits_.find(resource);
  if (set == limits_.end())
    return host::soft_limit(resource, limit);
  limit = set->second;
  return 0;
}

void Kernel::set_limit(int resource, std::uint64_t limit) {
  const auto lock = core_.enter();
  limits_[resource] = limit;
}

void Kernel::reset(unsigned cpus) {
  const auto lock = core_.enter();
  cpus_ = Cpus(std::clamp(cpus, 1U, kMaxCpus));
  core_.failures = {};
  core_.descriptors = {};
  core_.mappings.forget();
  core_.clock.reset();
  perf_.reset();
  bpf_.reset();
  timers_.reset();
  netlink_.reset();
  files_.reset();
  limits_.clear();
}

bool Kernel::script_failure(const char* call, unsigned nth, int error, bool onwards) {
  const auto lock = core_.enter();
  return core_.failures.script(call, nth, error, onwards);
}

unsigned Kernel::calls(const char* call) {
  const auto lock = core_.enter();
  return core_.failures.count(call);
}

std::uint64_t Kernel::now_ns() {
  const auto lock = core_.enter();
  return core_.clock.now_ns();
}

void Kernel::advance_ns(std::uint64_t ns) {
  const auto lock = core_.enter();
  core_.clock.advance(ns);
}

void Kernel::take_away(std::uint64_t from_ns, std::uint64_t until_ns) {
  const auto lock = core_.enter();
  core_.clock.take_away(from_ns, until_ns);
}

void Kernel::take_for_maps(std::uint64_t ns_per_page) {
  const auto lock = core_.enter();
  core_.clock.take_for_maps(ns_per_page);
}

void Kernel::block_for_threads(bool on) {
  const auto lock = core_.enter();
  core_.clock.block_for_threads(on);
}

struct sim_live Kernel::live() {
  const auto lock = core_.enter();
  core_.descriptors.sweep();
  struct sim_live live = {};
  live.fds = core_.descriptors.count();
  live.mappings = static_cast<unsigned>(core_.mappings.count());
  live.slots = bpf_.slots_in_use();
  return live;
}

} // namespace ringside::sim
