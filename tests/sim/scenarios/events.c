/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios of events: opening, mapping, what records look like, what a full ring does. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "sim/scenarios/scenarios.h"
#include "support/bpf_calls.h"

/* open_and_close: whether an event opens. */
static long opens(struct perf_event_attr* attr, int cpu) {
  int fd = open_event(attr, cpu);

  if (fd >= 0)
    close(fd);
  return fd;
}

void attr_checks(void) {
  static const uint32_t sizes[] = {0, 1, 63, 64, 72, 112, 120, 128, 136, 512, 4096, 4104};
  struct perf_event_attr attr;
  union {
    struct perf_event_attr attr;
    unsigned char bytes[8192];
  } large;

  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    memset(&large, 0, sizeof(large));
    large.attr = output_attr();
    large.attr.size = sizes[i];
    see("size", sizes[i]);
    see_call(" zeroes behind", opens(&large.attr, 0));
    see(" the kernel tells its own size", large.attr.size != sizes[i]);
  }
  memset(&large, 0, sizeof(large));
  large.attr = output_attr();
  large.attr.size = 512;
  large.bytes[500] = 1;
  see_call("garbage behind", opens(&large.attr, 0));
  see(" the kernel tells its own size", large.attr.size != 512);

  attr = output_attr(), attr.type = 999;
  see_call("type 999", opens(&attr, 0));
  attr = output_attr(), attr.config = 999;
  see_call("config 999", opens(&attr, 0));
  attr = output_attr(), attr.sample_type = 1ULL << 40;
  see_call("unknown sample_type", opens(&attr, 0));
  attr = output_attr(), attr.read_format = 1ULL << 20;
  see_call("unknown read_format", opens(&attr, 0));
  attr = output_attr(), attr.sample_period = 1ULL << 63;
  see_call("period of 2^63", opens(&attr, 0));
  attr = output_attr(), attr.__reserved_2 = 1;
  see_call("reserved field", opens(&attr, 0));
  attr = output_attr(), attr.wakeup_events = 0;
  see_call("no wakeup_events", opens(&attr, 0));
  attr = output_attr();
  see_call("no attr", opens(NULL, 0));
  see_call("cpu -1", opens(&attr, -1));
  see_call("cpu -2", opens(&attr, -2));
  see_call("cpu 100000", opens(&attr, 100000));
}

void attr_flags(void) {
  static const unsigned long flags[] = {0, PERF_FLAG_FD_CLOEXEC, PERF_FLAG_FD_NO_GROUP, 0xff00};
  struct perf_event_attr attr = output_attr();

  for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
    long fd = call(syscall(SYS_perf_event_open, &attr, -1, 0, -1, flags[i]));

    see("flags", (long long)flags[i]);
    see_call(" opens", fd);
    if (fd < 0)
      continue;
    see(" close-on-exec", fcntl((int)fd, F_GETFD));
    close((int)fd);
  }
  see_call("group of a closed descriptor",
           call(syscall(SYS_perf_event_open, &attr, -1, 0, 999, 0UL)));
  see_call("group of no event", call(syscall(SYS_perf_event_open, &attr, -1, 0, 0, 0UL)));
  see_call("a thread that is not there",
           call(syscall(SYS_perf_event_open, &attr, 4190000, 0, -1, 0UL)));
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  see_call("another software event", call(syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0UL)));
}

static void try_mmap(const char* what, int fd, size_t size, int protection, int flags,
                     off_t offset) {
  void* address = mmap(NULL, size, protection, flags, fd, offset);

  see_call(what, address == MAP_FAILED ? -errno : 0);
  if (address != MAP_FAILED)
    munmap(address, size);
}

void mmap_rules(void) {
  enum { both = PROT_READ | PROT_WRITE };
  static const size_t pages[] = {0, 1, 2, 3, 4, 5, 8, 9, 17, 33};
  struct perf_event_attr attr = output_attr();
  int fd = open_event(&attr, 0), map_fd;
  void *first, *second;

  for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
    see("pages", (long long)pages[i]);
    try_mmap(" shared", fd, pages[i] * 4096, both, MAP_SHARED, 0);
  }
  try_mmap("private", fd, 2 * 4096, both, MAP_PRIVATE, 0);
  try_mmap("at an offset", fd, 4096, both, MAP_SHARED, 4096);
  try_mmap("read-only", fd, 2 * 4096, PROT_READ, MAP_SHARED, 0);
  try_mmap("a size between pages", fd, 4097, both, MAP_SHARED, 0);
  try_mmap("2^40 pages", fd, (size_t)1 << 52, both, MAP_SHARED, 0);
  try_mmap("2^30 pages", fd, (((size_t)1 << 30) + 1) * 4096, both, MAP_SHARED, 0);

  first = mmap(NULL, 3 * 4096, both, MAP_SHARED, fd, 0);
  second = mmap(NULL, 3 * 4096, both, MAP_SHARED, fd, 0);
  see("mapped twice", first != MAP_FAILED && second != MAP_FAILED);
  try_mmap("mapped with another size", fd, 2 * 4096, both, MAP_SHARED, 0);
  munmap(first, 3 * 4096);
  try_mmap("while one is left", fd, 2 * 4096, both, MAP_SHARED, 0);
  munmap(second, 3 * 4096);
  try_mmap("when none is left", fd, 2 * 4096, both, MAP_SHARED, 0);
  first = mmap(NULL, 3 * 4096, both, MAP_SHARED, fd, 0);
  munmap(first, 3 * 4096);
  close(fd);
  try_mmap("closed", fd, 2 * 4096, both, MAP_SHARED, 0);

  map_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2, 0);
  try_mmap("an array of events", map_fd, 4096, both, MAP_SHARED, 0);
  close(map_fd);
}

void mmap_header(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 4);

  see("version", rig.page->version);
  see("compat_version", rig.page->compat_version);
  see("size", rig.page->size);
  see("data_head", (long long)rig.page->data_head);
  see("data_tail", (long long)rig.page->data_tail);
  see("data_offset", (long long)rig.page->data_offset);
  see("data_size", (long long)rig.page->data_size);
  see("aux_size", (long long)rig.page->aux_size);
  see("cap_bit0", rig.page->cap_bit0);
  see("cap_bit0_is_deprecated", rig.page->cap_bit0_is_deprecated);
  rig_down(&rig);
}

void record_bytes(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);

  for (uint32_t size = 0; size <= 40; size++)
    see("output", output(&rig, size, 100));
  see_records(&rig);
  see("output", output(&rig, 64, 1));
  see_records(&rig);
  rig_down(&rig);
  /* Without raw data in the sample there is only the header. */
  attr.sample_type = 0;
  rig = rig_up(&attr, 1);
  see("output", output(&rig, 64, 1));
  see_records(&rig);
  rig_down(&rig);
}

void record_fields(void) {
  static const uint64_t bits[] = {PERF_SAMPLE_TID,    PERF_SAMPLE_TIME,      PERF_SAMPLE_ADDR,
                                  PERF_SAMPLE_ID,     PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_CPU,
                                  PERF_SAMPLE_PERIOD, PERF_SAMPLE_IDENTIFIER};
  enum { count = sizeof(bits) / sizeof(bits[0]) };

  /* One field alone, each but one, and all; before the raw data and in the trailer of LOST. */
  for (unsigned run = 0; run <= 2 * count; run++) {
    struct perf_event_attr attr = output_attr();
    struct rig rig;
    uint64_t words[16], id = 0;
    struct perf_event_header header;

    for (unsigned bit = 0; bit < count; bit++)
      if (run == 2 * count || (run < count ? run == bit : run - count != bit))
        attr.sample_type |= bits[bit];
    attr.sample_id_all = 1;
    rig = rig_up(&attr, 1);
    ioctl(rig.event_fd, PERF_EVENT_IOC_ID, &id);
    see("sample_type", (long long)attr.sample_type);
    while (output(&rig, 400, 0) == 0)
      ;
    rig.page->data_tail = rig.tail = ring_head(&rig);
    see(" output", output(&rig, 4, 7));
    while (rig.tail < ring_head(&rig)) {
      ring_copy(&rig, rig.tail, &header, sizeof(header));
      printf(" type %u size %u:", header.type, header.size);
      ring_copy(&rig, rig.tail + 8, words, header.size - 8U);
      for (unsigned i = 0; i < (header.size - 8U) / 8; i++) {
        uint64_t self = (uint64_t)getpid() << 32 | (uint32_t)getpid();

        if (words[i] == self)
          printf(" self");
        else if (words[i] == id)
          printf(" id");
        else if (attr.sample_type & PERF_SAMPLE_TIME)
          printf(" any");
        else
          printf(" %llu", (unsigned long long)words[i]);
      }
      printf("\n");
      rig.tail += header.size;
    }
    rig_down(&rig);
  }
}

void record_wraps(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);

  for (unsigned i = 0; i < 120; i++) {
    see("output", output(&rig, 1 + i * 7 % 300, i));
    if (i % 3 == 2)
      see_records(&rig);
  }
  rig_down(&rig);
}

void record_too_large(void) {
  static const uint32_t sizes[] = {65500, 65508, 65512, 65520, 65524, 65528, 65600, 70000};

  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    struct perf_event_attr attr = output_attr();
    struct rig rig = rig_up(&attr, 64);
    struct perf_event_header header;
    uint32_t told;

    see("size", sizes[i]);
    see(" output", output(&rig, sizes[i], 3));
    ring_copy(&rig, 0, &header, sizeof(header));
    ring_copy(&rig, 8, &told, sizeof(told));
    see(" head", (long long)ring_head(&rig));
    see(" record size", header.size);
    see(" sample size", told);
    see(" byte beyond", ring_byte(&rig, sizes[i] - 1));
    rig_down(&rig);
  }
}

void full_ring(void) {
  static const uint32_t sizes[] = {4, 44, 500, 1012, 4000, 4084, 4092};

  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    struct perf_event_attr attr = output_attr();
    struct rig rig = rig_up(&attr, 1);

    see("size", sizes[i]);
    for (unsigned round = 0; round < 2; round++) {
      unsigned fit = 0;

      while (fit < 1000 && output(&rig, sizes[i], 0) == 0)
        fit++;
      see(" fit", fit);
      see(" head", (long long)ring_head(&rig));
      see(" next", output(&rig, sizes[i], 0));
      see(" a small one", output(&rig, 4, 0));
      rig.tail = ring_head(&rig);
      rig.page->data_tail = rig.tail;
      see(" small one again", output(&rig, 4, 9));
      see(" and again", output(&rig, 4, 9));
      see_records(&rig);
    }
    rig_down(&rig);
  }
}

void lost_counter(void) {
  static const uint64_t formats[] = {0, PERF_FORMAT_LOST, PERF_FORMAT_GROUP | PERF_FORMAT_LOST};

  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
    struct perf_event_attr attr = output_attr();
    uint64_t words[8] = {0};
    struct rig rig;
    long size;

    attr.read_format = formats[i];
    rig = rig_up(&attr, 1);
    see("read_format", (long long)formats[i]);
    for (unsigned n = 0; n < 10; n++)
      output(&rig, 1000, 0);
    size = call(read(rig.event_fd, words, sizeof(words)));
    see(" read", size);
    for (long word = 0; word < size / 8; word++)
      see(" word", (long long)words[word]);
    see_call(" too little room", call(read(rig.event_fd, words, 4)));
    rig_down(&rig);
  }
}

void overwritten_ring(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);

  munmap(rig.page, 2 * 4096);
  rig.page = mmap(NULL, 2 * 4096, PROT_READ, MAP_SHARED, rig.event_fd, 0);
  for (unsigned i = 0; i < 12; i++)
    see("output", output(&rig, 1000, i));
  see("head", (long long)ring_head(&rig));
  for (uint64_t position = 0; position < 4096; position += 100)
    see("byte", ring_byte(&rig, position));
  rig_down(&rig);
}

void enable_and_disable(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig;

  attr.disabled = 1;
  rig = rig_up(&attr, 1);
  see("disabled", output(&rig, 8, 0));
  see_call("enable", call(ioctl(rig.event_fd, PERF_EVENT_IOC_ENABLE, 0)));
  see("enabled", output(&rig, 8, 1));
  see_call("enable", call(ioctl(rig.event_fd, PERF_EVENT_IOC_ENABLE, 0)));
  see_call("disable", call(ioctl(rig.event_fd, PERF_EVENT_IOC_DISABLE, 0)));
  see("disabled", output(&rig, 8, 2));
  see_call("pause", call(ioctl(rig.event_fd, PERF_EVENT_IOC_ENABLE, 0)));
  see_call("pause", call(ioctl(rig.event_fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 1)));
  see("paused", output(&rig, 8, 3));
  see_call("go on", call(ioctl(rig.event_fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 0)));
  see("going on", output(&rig, 8, 4));
  see_records(&rig);
  munmap(rig.page, 2 * 4096);
  see("without a ring", output(&rig, 8, 4));
  see_call("pause without a ring", call(ioctl(rig.event_fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 1)));
  rig_down(&rig);
}

void event_ioctls(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);

  see_call("reset", call(ioctl(rig.event_fd, PERF_EVENT_IOC_RESET, 0)));
  see_call("unknown", call(ioctl(rig.event_fd, _IO('$', 99), 0)));
  see_call("of a map", call(ioctl(rig.map_fd, PERF_EVENT_IOC_ENABLE, 0)));
  see_call("of a program", call(ioctl(rig.program_fd, PERF_EVENT_IOC_ENABLE, 0)));
  see_call("of a closed descriptor", call(ioctl(999, PERF_EVENT_IOC_ENABLE, 0)));
  rig_down(&rig);
}

void redirected_output(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int other = open_event(&attr, 0), elsewhere = open_event(&attr, 1);
  const uint32_t key = 0;

  see_call("to itself", call(ioctl(rig.event_fd, PERF_EVENT_IOC_SET_OUTPUT, rig.event_fd)));
  see_call("when mapped", call(ioctl(rig.event_fd, PERF_EVENT_IOC_SET_OUTPUT, other)));
  see_call("to another CPU", call(ioctl(elsewhere, PERF_EVENT_IOC_SET_OUTPUT, rig.event_fd)));
  see_call("to no event", call(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, rig.map_fd)));
  see_call("to a closed one", call(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, 999)));
  see_call("into the ring", call(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, rig.event_fd)));
  sys_bpf_map_update(rig.map_fd, &key, &other);
  see("output", output(&rig, 8, 5));
  see_records(&rig);
  see_call("to none", call(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, -1L)));
  see("output", output(&rig, 8, 6));
  see_call("again", call(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, rig.event_fd)));
  see("output", output(&rig, 8, 7));
  munmap(rig.page, 2 * 4096);
  see("the ring is gone", output(&rig, 8, 8));
  close(other);
  close(elsewhere);
  rig_down(&rig);
}
