/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios: "scenarios list" names them, "scenarios NAME" runs one. 77 where the kernel refuses.
 */
#define _GNU_SOURCE
#include "sim/scenarios/scenarios.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "support/bpf_calls.h"

static int payload_map = -1;

void see(const char* what, long long value) {
  printf("%s: %lld\n", what, value);
}

void see_call(const char* what, long result) {
  if (result < 0 && strerrorname_np((int)-result))
    printf("%s: %s\n", what, strerrorname_np((int)-result));
  else
    printf("%s: %s\n", what, result < 0 ? "an error without name" : "ok");
}

long call(long result) {
  return result < 0 ? -errno : result;
}

void need(const char* what, long result) {
  if (result >= 0)
    return;
  printf("SKIP: %s: %s\n", what, strerror((int)-result));
  exit(77);
}

struct perf_event_attr output_attr(void) {
  struct perf_event_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.size = sizeof(attr);
  attr.sample_type = PERF_SAMPLE_RAW;
  attr.wakeup_events = 1;
  return attr;
}

int open_event(struct perf_event_attr* attr, int cpu) {
  return (int)call(
      syscall(SYS_perf_event_open, attr, -1, cpu, -1, (unsigned long)PERF_FLAG_FD_CLOEXEC));
}

int load_writer(int map_fd) {
  int fd;

  if (payload_map < 0) {
    payload_map = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, payload_max, 1, 0);
    need("map for payloads", payload_map);
  }
  fd = sys_bpf_load_emitter(map_fd, payload_map, payload_max);
  need("program", fd);
  return fd;
}

int run_writer(int program_fd, unsigned cpu, uint64_t flags, uint32_t size, unsigned seed) {
  static unsigned char payload[payload_max];
  const uint64_t arguments[2] = {size, flags};
  const uint32_t key = 0;
  int result = 0;

  for (uint32_t i = 0; i < size; i++)
    payload[i] = (unsigned char)(i + seed);
  need("payload", sys_bpf_map_update(payload_map, &key, payload));
  need("run", sys_bpf_run_on_cpu(program_fd, cpu, arguments, 2, &result));
  return result;
}

struct rig rig_up(struct perf_event_attr* attr, unsigned pages) {
  struct rig rig = {.data_size = (size_t)pages * 4096};
  const uint32_t key = 0;

  rig.map_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2, 0);
  need("perf event array", rig.map_fd);
  rig.event_fd = open_event(attr, 0);
  need("perf event", rig.event_fd);
  rig.page = mmap(NULL, rig.data_size + 4096, PROT_READ | PROT_WRITE, MAP_SHARED, rig.event_fd, 0);
  need("ring", rig.page == MAP_FAILED ? -errno : 0);
  need("slot", sys_bpf_map_update(rig.map_fd, &key, &rig.event_fd));
  rig.program_fd = load_writer(rig.map_fd);
  return rig;
}

void rig_down(struct rig* rig) {
  close(rig->program_fd);
  munmap(rig->page, rig->data_size + 4096);
  close(rig->event_fd);
  close(rig->map_fd);
}

int output(const struct rig* rig, uint32_t size, unsigned seed) {
  return run_writer(rig->program_fd, 0, BPF_F_CURRENT_CPU, size, seed);
}

int output_at_key(const struct rig* rig, unsigned cpu, uint64_t flags, uint32_t size) {
  return run_writer(rig->program_fd, cpu, flags, size, 0);
}

unsigned char ring_byte(const struct rig* rig, uint64_t position) {
  return ((const unsigned char*)rig->page)[4096 + (position & (rig->data_size - 1))];
}

void ring_copy(const struct rig* rig, uint64_t position, void* into, size_t size) {
  for (size_t i = 0; i < size; i++)
    ((unsigned char*)into)[i] = ring_byte(rig, position + i);
}

uint64_t ring_head(const struct rig* rig) {
  return __atomic_load_n(&rig->page->data_head, __ATOMIC_ACQUIRE);
}

void see_records(struct rig* rig) {
  uint64_t head = ring_head(rig);

  while (rig->tail < head) {
    struct perf_event_header header;
    uint64_t id = 0, own = 0;

    ring_copy(rig, rig->tail, &header, sizeof(header));
    printf("record at %llu: type %u misc %u size %u:", (unsigned long long)rig->tail, header.type,
           header.misc, header.size);
    if (header.size < sizeof(header))
      break;
    ring_copy(rig, rig->tail + sizeof(header), &id, sizeof(id));
    ioctl(rig->event_fd, PERF_EVENT_IOC_ID, &own);
    for (uint64_t i = sizeof(header); i < header.size; i++) {
      if (header.type == PERF_RECORD_LOST && i == sizeof(header)) {
        printf(" (%s id)", id == own ? "own" : "other");
        i += sizeof(id);
      }
      printf(" %02x", ring_byte(rig, rig->tail + i));
    }
    printf("\n");
    rig->tail += header.size;
  }
  see("head", (long long)head);
  rig->tail = head;
  __atomic_store_n(&rig->page->data_tail, head, __ATOMIC_RELEASE);
}

long control_epoll(int epoll_fd, int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u32 = (uint32_t)fd};

  return call(epoll_ctl(epoll_fd, operation, fd, &event));
}

int watch(int fd, uint32_t events) {
  int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

  see_call("watch", control_epoll(epoll_fd, EPOLL_CTL_ADD, fd, events));
  return epoll_fd;
}

void ready(const char* what, int epoll_fd) {
  struct epoll_event events[4];
  int count = epoll_wait(epoll_fd, events, 4, 0);

  printf("%s: %d ready:", what, count);
  for (int i = 0; i < count; i++)
    printf(" %#x", events[i].events);
  printf("\n");
}

void polled(const char* what, int fd, short events) {
  struct pollfd entry = {.fd = fd, .events = events};
  int count = poll(&entry, 1, 0);

  printf("%s: %d %#x\n", what, count, (unsigned)entry.revents);
}

int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*run)(void);
  } all[] = {
#define ENTRY(name) {#name, name},
      SCENARIOS(ENTRY)};
  cpu_set_t first;

  /* A program that runs on the CPU that asks has woken the reader when it returns. */
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  sched_setaffinity(0, sizeof(first), &first);
  for (size_t i = 0; argc == 2 && i < sizeof(all) / sizeof(all[0]); i++) {
    if (strcmp(argv[1], "list") == 0)
      puts(all[i].name);
    if (strcmp(argv[1], all[i].name) != 0)
      continue;
    all[i].run();
    return 0;
  }
  return argc == 2 && strcmp(argv[1], "list") == 0 ? 0 : 2;
}
