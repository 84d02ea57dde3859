/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* foreign: a program that gets perf_buffer__new from the stock library's own handle, past us, and
 * then reads through our functions. Every call with the stock library's buffer must be passed on.
 */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/perf_event.h>

#include "foreign.h"
#include "records.h"

enum { kPages = 8 };

#define FUNCTIONS(f)                                                                               \
  f(perf_buffer__new);                                                                             \
  f(perf_buffer__new_raw);                                                                         \
  f(perf_buffer__free);                                                                            \
  f(perf_buffer__poll);                                                                            \
  f(perf_buffer__consume);                                                                         \
  f(perf_buffer__consume_buffer);                                                                  \
  f(perf_buffer__buffer_cnt);                                                                      \
  f(perf_buffer__buffer_fd);                                                                       \
  f(perf_buffer__epoll_fd);                                                                        \
  f(perf_buffer__buffer);                                                                          \
  f(libbpf_set_print)

struct library {
  FUNCTIONS(DECLARE);
};

static int messages;

static int count_message(enum libbpf_print_level level, const char* format, va_list ap) {
  char text[512];

  (void)level;
  messages += vsnprintf(text, sizeof(text), format, ap) > 0;
  return 0;
}

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  records_take(ctx, cpu, data, size);
}

static enum bpf_perf_event_ret on_event(void* ctx, int cpu, struct perf_event_header* event) {
  uint32_t size;

  CHECK(event->type == PERF_RECORD_SAMPLE);
  memcpy(&size, event + 1, sizeof(size));
  records_take(ctx, cpu, (char*)(event + 1) + sizeof(size), size);
  return LIBBPF_PERF_EVENT_CONT;
}

/* Every function of ours, on a buffer `pb` of the stock library. Ends with its free. */
static void read_foreign(const struct library* ours, const struct library* stock,
                         struct perf_buffer* pb, struct records* records) {
  size_t count = stock->perf_buffer__buffer_cnt(pb);
  int fds[kCpusMax], epoll_fd = stock->perf_buffer__epoll_fd(pb);

  CHECK(count > 0 && count <= kCpusMax);
  CHECK(ours->perf_buffer__buffer_cnt(pb) == count);
  CHECK(ours->perf_buffer__epoll_fd(pb) == epoll_fd);
  for (size_t i = 0; i < count; i++) {
    void *memory = NULL, *stock_memory = NULL;
    size_t size = 0, stock_size = 1;

    fds[i] = stock->perf_buffer__buffer_fd(pb, i);
    CHECK(ours->perf_buffer__buffer_fd(pb, i) == fds[i]);
    CHECK(stock->perf_buffer__buffer(pb, (int)i, &stock_memory, &stock_size) == 0);
    CHECK(ours->perf_buffer__buffer(pb, (int)i, &memory, &size) == 0);
    CHECK(memory == stock_memory && size == stock_size);
  }
  errno = 0;
  CHECK(ours->perf_buffer__buffer_fd(pb, count) == -EINVAL && errno == EINVAL);
  CHECK(ours->perf_buffer__consume_buffer(pb, count) == -EINVAL);

  CHECK(records_send(records) > 0);
  CHECK(ours->perf_buffer__poll(pb, 1000) > 0);
  CHECK(ours->perf_buffer__consume(pb) == 0);
  CHECK(records_done(records));
  CHECK(records_send(records) > 0);
  CHECK(ours->perf_buffer__consume(pb) == 0);
  CHECK(records_done(records));
  CHECK(records_send(records) > 0);
  for (size_t i = 0; i < count; i++)
    CHECK(ours->perf_buffer__consume_buffer(pb, i) == 0);
  CHECK(records_done(records));

  ours->perf_buffer__free(pb);
  CHECK(fcntl(epoll_fd, F_GETFD) == -1 && errno == EBADF);
  for (size_t i = 0; i < count; i++)
    CHECK(fcntl(fds[i], F_GETFD) == -1 && errno == EBADF);
}

int main(void) {
  void* handle = foreign_open();
  unsigned cpus = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, cpus, 0);
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
                                 .size = sizeof(attr),
                                 .config = PERF_COUNT_SW_BPF_OUTPUT,
                                 .sample_period = 1,
                                 .wakeup_events = 1,
                                 .sample_type = PERF_SAMPLE_RAW};
  struct library ours, stock;
  struct records records;
  struct perf_buffer* pb;

  if (map_fd < 0)
    records_give_up("cannot create a BPF map", map_fd);
  records_open(&records, map_fd, cpus);
#define LOOK_UP(name) FOREIGN_LOOK_UP(ours, stock, handle, name)
  FUNCTIONS(LOOK_UP);

  /* One printer, given to ours alone, hears both. */
  CHECK(ours.libbpf_set_print(count_message) != count_message);
  CHECK(!stock.perf_buffer__new(map_fd, 3, on_sample, NULL, NULL, NULL) && messages == 1);
  CHECK(!ours.perf_buffer__new(map_fd, 3, on_sample, NULL, NULL, NULL) && messages == 2);
  CHECK(ours.libbpf_set_print(NULL) == count_message);

  pb = stock.perf_buffer__new(map_fd, kPages, on_sample, NULL, &records, NULL);
  CHECK(pb);
  read_foreign(&ours, &stock, pb, &records);
  pb = stock.perf_buffer__new_raw(map_fd, kPages, &attr, on_event, &records, NULL);
  CHECK(pb);
  read_foreign(&ours, &stock, pb, &records);

  /* A buffer of our own in between is still ours. */
  pb = ours.perf_buffer__new(map_fd, kPages, on_sample, NULL, &records, NULL);
  CHECK(pb);
  CHECK(records_send(&records) > 0);
  CHECK(ours.perf_buffer__consume(pb) == 0);
  CHECK(records_done(&records));
  ours.perf_buffer__free(pb);
  ours.perf_buffer__free(NULL);
  ours.perf_buffer__free((struct perf_buffer*)(intptr_t)-EINVAL);
  return failures != 0;
}
