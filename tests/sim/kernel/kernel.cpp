// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: perf events, their mappings, descriptors and files. bpf() is in bpf/, waiting in
// wait.cpp, timers in timers/, what tests do to it in control.cpp.
#include "sim/kernel/kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <sys/ioctl.h>
#include <sys/mman.h>

namespace ringside::sim {
namespace {

// The kernel allocates the list of a ring's pages in one piece of at most 4 MiB.
constexpr std::size_t kMaxDataPages = std::size_t{1} << 18;

// A text in /proc or /sys; its content is in the file in memory.
class TextFile final : public File {
public:
  std::uint32_t ask() override { return EPOLLIN | EPOLLRDNORM; }
  [[nodiscard]] bool can_be_watched() const override { return false; }
};

bool is_power_of_two(std::size_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

} // namespace

Kernel& Kernel::instance() {
  static Kernel* kernel = new Kernel;
  return *kernel;
}

int Kernel::check(Call call) {
  std::lock_guard lock(mutex_);
  return failures_.check(call);
}

bool Kernel::knows(int fd) {
  std::lock_guard lock(mutex_);
  return descriptors_.knows(fd);
}

int Kernel::perf_event_open(perf_event_attr* caller_attr, pid_t pid, int cpu, int group_fd,
                            unsigned long flags) {
  std::lock_guard lock(mutex_);
  if (int error = failures_.check(Call::perf_event_open))
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
  if (group_fd != -1 && !descriptors_.find_as<PerfEvent>(group_fd))
    return -EBADF;
  if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH)
    return -ESRCH;
  bool all_cpus_of_a_task = pid != -1 && cpu == -1;
  if (static_cast<unsigned>(cpu) >= cpus_.count() && !all_cpus_of_a_task)
    return -EINVAL;
  if (attr.type != PERF_TYPE_SOFTWARE || attr.config >= PERF_COUNT_SW_MAX)
    return -ENOENT;
  if (pid == -1 && !cpus_.online(static_cast<unsigned>(cpu)))
    return -ENODEV;
  auto event = std::make_shared<PerfEvent>(attr, cpu, next_id_++, clock_ns());
  int fd = descriptors_.open(event, "[perf_event]", (flags & PERF_FLAG_FD_CLOEXEC) != 0);
  if (fd < 0)
    return fd;
  std::erase_if(events_, [](const auto& known) { return known.expired(); });
  events_.push_back(event);
  if (group_fd != -1 && (flags & PERF_FLAG_FD_OUTPUT) != 0)
    if (int error = set_output(*event, group_fd)) {
      descriptors_.forget(fd);
      host::close(fd);
      return error;
    }
  return fd;
}

std::optional<int> Kernel::ioctl(int fd, unsigned long request, unsigned long argument) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<File> file = descriptors_.find(fd);
  if (!file || dynamic_cast<Epoll*>(file.get()) != nullptr)
    return std::nullopt;
  auto event = std::dynamic_pointer_cast<PerfEvent>(file);
  if (!event)
    return -ENOTTY;
  if (int error = failures_.check(Call::ioctl))
    return -error;
  switch (request) {
  case PERF_EVENT_IOC_ENABLE:
    event->set_enabled(true);
    return 0;
  case PERF_EVENT_IOC_DISABLE:
    event->set_enabled(false);
    return 0;
  case PERF_EVENT_IOC_RESET:
    return 0;
  case PERF_EVENT_IOC_ID: {
    std::uint64_t id = event->id();
    std::memcpy(reinterpret_cast<void*>(argument), &id, sizeof(id));
    return 0;
  }
  case PERF_EVENT_IOC_SET_OUTPUT:
    // No output is -1 in all 64 bits; in 32, as an int that was not widened, it is a descriptor.
    if (argument != ~0UL && static_cast<int>(argument) < 0)
      return -EBADF;
    return set_output(*event, static_cast<int>(argument));
  case PERF_EVENT_IOC_PAUSE_OUTPUT:
    if (!event->ring() || event->ring()->data_size() == 0)
      return -EINVAL;
    event->ring()->paused = argument != 0;
    return 0;
  default:
    return -ENOTTY;
  }
}

int Kernel::set_output(PerfEvent& event, int output_fd) {
  std::shared_ptr<PerfRing> ring;
  if (output_fd != -1) {
    auto output = descriptors_.find_as<PerfEvent>(output_fd);
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

std::optional<std::intptr_t> Kernel::mmap(void* address, std::size_t size, int protection,
                                          int flags, int fd, off_t offset) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<File> file = descriptors_.find(fd);
  if (!file || dynamic_cast<Epoll*>(file.get()) != nullptr)
    return std::nullopt;
  auto event = std::dynamic_pointer_cast<PerfEvent>(file);
  auto map = std::dynamic_pointer_cast<MapFile>(file);
  if (map != nullptr && !map->map()->ring)
    return map->map()->holds_events() ? -kNotSupported : -EINVAL;
  if (!event && map == nullptr)
    return -ENODEV;
  if (int error = failures_.check(Call::mmap))
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
  if (map != nullptr)
    return map_bpf_ring(map, address, rounded, protection, flags,
                        static_cast<std::uint64_t>(offset));
  if (offset != 0)
    return -EINVAL;
  return map_ring(event, address, rounded, protection, flags, fd);
}

std::intptr_t Kernel::map_ring(const std::shared_ptr<PerfEvent>& event, void* address,
                               std::size_t size, int protection, int flags, int fd) {
  std::size_t page = host::page_size();
  std::size_t data_pages = size / page - 1;
  if (data_pages != 0 && !is_power_of_two(data_pages))
    return -EINVAL;
  std::shared_ptr<PerfRing> ring = event->ring();
  bool made_here = ring == nullptr;
  if (!made_here && ring->data_size() != data_pages * page)
    return -EINVAL;
  if (made_here) {
    if (data_pages > kMaxDataPages)
      return -ENOMEM;
    int error = 0;
    std::uint32_t watermark = event->attr().watermark != 0 ? event->attr().wakeup_watermark : 0;
    ring = PerfRing::make(fd, data_pages * page, watermark, (protection & PROT_WRITE) == 0, error);
    if (!ring)
      return error;
    ring->owner = event.get();
  }
  void* mapped;
  if (ring->owner == event.get()) {
    mapped = host::map(address, size, protection, flags, fd, 0);
  } else {
    // The ring of another event, whose descriptor may be closed by now.
    mapped = host::map_again(ring->memory(), size);
    if (mapped != MAP_FAILED)
      host::protect(mapped, size, protection);
  }
  if (mapped == MAP_FAILED)
    return -errno;
  if (made_here)
    event->attach(ring);
  if (host::kSanitizesThreads && (protection & PROT_WRITE) != 0)
    ring->use_mapping(mapped);
  ++ring->mapping_count;
  ++event->mapping_count;
  mappings_.push_back({reinterpret_cast<std::uintptr_t>(mapped), size, event, nullptr, ring});
  return reinterpret_cast<std::intptr_t>(mapped);
}

std::intptr_t Kernel::map_bpf_ring(const std::shared_ptr<MapFile>& file, void* address,
                                   std::size_t size, int protection, int flags,
                                   std::uint64_t offset) {
  std::intptr_t mapped = file->map()->ring->map(address, size, protection, flags, offset);
  if (mapped < 0 && mapped >= -kMaxErrno)
    return mapped;
  if (host::kSanitizesThreads)
    file->map()->ring->use_mapping(reinterpret_cast<std::byte*>(mapped), size, offset);
  mappings_.push_back({static_cast<std::uintptr_t>(mapped), size, nullptr, file, nullptr});
  return mapped;
}

std::size_t Kernel::bytes_of(const Mapping& mapping, const void* address, std::size_t size) {
  auto start = reinterpret_cast<std::uintptr_t>(address);
  std::size_t page = host::page_size();
  std::size_t rounded = (size + page - 1) & ~(page - 1);
  std::uintptr_t from = std::max(start, mapping.start);
  std::uintptr_t to = std::min(start + rounded, mapping.start + mapping.size);
  return from < to ? to - from : 0;
}

bool Kernel::has_mapping(const void* address, std::size_t size) {
  std::lock_guard lock(mutex_);
  return std::any_of(mappings_.begin(), mappings_.end(),
                     [&](const Mapping& mapping) { return bytes_of(mapping, address, size) != 0; });
}

int Kernel::munmap(void* address, std::size_t size) {
  std::lock_guard lock(mutex_);
  std::vector<Mapping> gone;
  for (const Mapping& mapping : mappings_) {
    std::size_t bytes = bytes_of(mapping, address, size);
    // Since Linux 6.17 the ring of an event is unmapped whole or not at all.
    if (bytes != 0 && bytes != mapping.size && mapping.event)
      return -EINVAL;
    if (bytes != 0)
      gone.push_back(mapping);
  }
  // Before the memory goes: the simulated kernel may be writing through it.
  for (const Mapping& mapping : gone)
    leave_mapping(mapping);
  if (int error = host::unmap(address, size))
    return error;
  std::erase_if(mappings_,
                [&](const Mapping& mapping) { return bytes_of(mapping, address, size) != 0; });
  for (const Mapping& mapping : gone) {
    if (mapping.event)
      drop_mapping(mapping);
    else
      remainder_of(mapping, address, size, mappings_);
  }
  return 0;
}

void Kernel::leave_mapping(const Mapping& mapping) {
  if (mapping.ring)
    mapping.ring->use_mapping(nullptr);
  else
    mapping.map->map()->ring->use_own_mapping();
}

void Kernel::remainder_of(const Mapping& mapping, const void* address, std::size_t size,
                          std::vector<Mapping>& left) {
  std::size_t page = host::page_size();
  auto from = reinterpret_cast<std::uintptr_t>(address);
  std::uintptr_t to = from + ((size + page - 1) & ~(page - 1));
  std::uintptr_t end = mapping.start + mapping.size;
  if (from > mapping.start)
    left.push_back({mapping.start, from - mapping.start, nullptr, mapping.map, nullptr});
  if (to < end)
    left.push_back({to, end - to, nullptr, mapping.map, nullptr});
}

void Kernel::drop_mapping(const Mapping& mapping) {
  --mapping.ring->mapping_count;
  if (--mapping.event->mapping_count == 0)
    mapping.event->attach(nullptr);
  if (mapping.ring->mapping_count != 0)
    return;
  // Nobody can read it any more: whoever still writes there stops.
  for (PerfEvent* writer : std::vector<PerfEvent*>(mapping.ring->writers))
    writer->attach(nullptr);
}

int Kernel::close(int fd) {
  std::lock_guard lock(mutex_);
  descriptors_.forget(fd);
  return host::close(fd);
}

std::optional<long> Kernel::read(int fd, void* buffer, std::size_t size) {
  std::unique_lock lock(mutex_);
  std::shared_ptr<File> file = descriptors_.find(fd);
  if (!file || dynamic_cast<Epoll*>(file.get()) != nullptr)
    return std::nullopt;
  if (int error = failures_.check(Call::read))
    return -error;
  if (dynamic_cast<TextFile*>(file.get()) != nullptr)
    return std::nullopt; // The file in memory has the text.
  if (auto* event = dynamic_cast<PerfEvent*>(file.get()))
    return event->read({static_cast<std::byte*>(buffer), size}, clock_ns());
  if (auto* timer = dynamic_cast<Timer*>(file.get()))
    return read_timer(lock, *timer, fd, {static_cast<std::byte*>(buffer), size});
  return -EINVAL;
}

bool Kernel::simulated_text(const char* path, std::optional<std::string>& text) const {
  auto scripted = files_.find(std::string_view(path));
  text = scripted != files_.end() ? scripted->second : cpus_.file(path);
  return scripted != files_.end() || text;
}

long Kernel::read_text(const char* path, std::span<char> into) {
  std::lock_guard lock(mutex_);
  std::optional<std::string> text;
  if (!simulated_text(path, text))
    return host::read_file(path, into.data(), into.size());
  if (int error = failures_.check(Call::open))
    return -error;
  if (!text)
    return -ENOENT;
  if (int error = failures_.check(Call::read))
    return -error;
  if (text->size() >= into.size())
    return -E2BIG;
  return static_cast<long>(text->copy(into.data(), text->size()));
}

std::optional<int> Kernel::open(const char* path, bool close_on_exec) {
  std::lock_guard lock(mutex_);
  std::optional<std::string> text;
  if (!simulated_text(path, text))
    return std::nullopt;
  if (int error = failures_.check(Call::open))
    return -error;
  if (!text)
    return -ENOENT;
  int fd = descriptors_.open(std::make_shared<TextFile>(), path, close_on_exec);
  if (fd < 0)
    return fd;
  if (int error = host::write_text(fd, text->data(), text->size())) {
    descriptors_.forget(fd);
    host::close(fd);
    return error;
  }
  return fd;
}

} // namespace ringside::sim
