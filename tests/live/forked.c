/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* forked: while records keep coming into a BPF ring, forked children free the ring_buffer that they
 * have inherited. That must take nothing from their parent, which holds its position back by then
 * where the library does so. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schedule.h"

enum { kBytes = 1 << 20, kChildren = 10, kPollMs = 100 };

static struct { uint64_t seen, next, wrong, position; } reader;

static int on_sample(void* ctx, void* data, size_t size) {
  uint64_t number = source_number(data);

  (void)ctx;
  reader.wrong += number < reader.next || !source_check_ring(data, size, number);
  reader.next = number + 1;
  reader.seen++;
  reader.position += (size + 8 + 7) / 8 * 8;
  return 0;
}

/* read_for polls for some time, and returns after how many polls the position was held back. */
static unsigned read_for(struct ring_buffer* rb, const volatile unsigned long* consumer,
                         double us) {
  const double end_us = schedule_now_us() + us;
  unsigned held = 0;

  while (schedule_now_us() < end_us) {
    reader.wrong += ring_buffer__poll(rb, kPollMs) < 0;
    held += *consumer < reader.position;
  }
  return held;
}

/* read_beside_child reads while a child frees the buffer, once the parent has read for a while. */
static unsigned read_beside_child(struct ring_buffer* rb, const unsigned long* consumer) {
  unsigned held;
  char byte;
  int go[2];
  pid_t child;

  if (pipe(go) != 0)
    source_give_up("making a pipe", -errno);
  child = fork();
  if (child == 0) {
    close(go[1]);
    /* The end of the pipe is the word. */
    if (read(go[0], &byte, 1) == 0)
      ring_buffer__free(rb);
    _exit(0);
  }
  close(go[0]);
  held = read_for(rb, consumer, 5e3);
  close(go[1]);
  held += read_for(rb, consumer, 15e3);
  waitpid(child, NULL, 0);
  return held;
}

int main(void) {
  /* 100,000 a second, for longer than this reads. */
  const struct schedule load = {.calls = 4000000, .per_period = 1, .period_us = 10};
  struct progress* progress =
      mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct source source;
  const unsigned long* consumer;
  struct ring_buffer* rb;
  unsigned held;
  uint64_t sent;
  pid_t writer;

  if (progress == MAP_FAILED)
    return 2;
  source_open_ring(&source, kBytes);
  rb = ring_buffer__new(source.map_fd, on_sample, NULL, NULL);
  consumer = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, source.map_fd, 0);
  if (!rb || consumer == MAP_FAILED)
    source_give_up("making a reader", -errno);
  writer = schedule_start(&load, &source, 0, progress);
  source_pin(1);
  /* On a machine that is busy it takes longer. */
  held = read_for(rb, consumer, 300e3);
  for (int i = 0; i < 20 && !held && getenv("LD_PRELOAD"); i++)
    held = read_for(rb, consumer, 200e3);
  for (int i = 0; i < kChildren; i++)
    held += read_beside_child(rb, consumer);
  kill(writer, SIGKILL);
  waitpid(writer, NULL, 0);
  while (ring_buffer__poll(rb, kPollMs) > 0)
    ;
  sent = reader.next;
  printf("%llu records, %llu seen, %llu dropped, %llu wrong; held back after %u polls\n",
         (unsigned long long)sent, (unsigned long long)reader.seen,
         (unsigned long long)source_dropped(&source), (unsigned long long)reader.wrong, held);
  /* Without a preloaded library nothing is held back; with ours the test shows nothing if so. */
  return reader.wrong || reader.seen + source_dropped(&source) < sent ||
         (getenv("LD_PRELOAD") && !held);
}
