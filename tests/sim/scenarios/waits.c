/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios of waiting: when a reader is woken, and what epoll and poll answer. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "sim/scenarios/scenarios.h"
#include "support/bpf_calls.h"

void wakeup_events(void) {
  static const uint32_t every[] = {0, 1, 2, 3, 8};

  for (size_t i = 0; i < sizeof(every) / sizeof(every[0]); i++) {
    struct perf_event_attr attr = output_attr();
    struct rig rig;
    int epoll_fd;

    attr.wakeup_events = every[i];
    see("wakeup_events", every[i]);
    rig = rig_up(&attr, 1);
    epoll_fd = watch(rig.event_fd, EPOLLIN);
    for (unsigned n = 0; n < 60; n++) {
      see("output", output(&rig, 100, n));
      ready("wait", epoll_fd);
      if (n % 20 == 19)
        see_records(&rig);
    }
    close(epoll_fd);
    rig_down(&rig);
  }
}

void wakeup_watermark(void) {
  static const uint32_t marks[] = {0, 1, 200, 1000, 4096, 100000};

  for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
    struct perf_event_attr attr = output_attr();
    struct rig rig;
    int epoll_fd;

    attr.watermark = 1;
    attr.wakeup_watermark = marks[i];
    see("wakeup_watermark", marks[i]);
    rig = rig_up(&attr, 1);
    epoll_fd = watch(rig.event_fd, EPOLLIN);
    for (unsigned n = 0; n < 80; n++) {
      see("output", output(&rig, 100, n));
      ready("wait", epoll_fd);
      if (n % 30 == 29)
        see_records(&rig);
    }
    close(epoll_fd);
    rig_down(&rig);
  }
}

void asking_uses_up(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int epoll_fd = watch(rig.event_fd, EPOLLIN), second;

  ready("nothing yet", epoll_fd);
  output(&rig, 8, 0);
  ready("one record", epoll_fd);
  ready("not read, asked again", epoll_fd);
  output(&rig, 8, 0);
  output(&rig, 8, 0);
  ready("two more", epoll_fd);
  ready("asked again", epoll_fd);
  output(&rig, 8, 0);
  polled("poll", rig.event_fd, POLLIN);
  polled("poll again", rig.event_fd, POLLIN);
  ready("epoll after poll", epoll_fd);
  output(&rig, 8, 0);
  second = watch(rig.event_fd, EPOLLIN);
  ready("the second set, added after the record", second);
  ready("the first set", epoll_fd);
  output(&rig, 8, 0);
  see_call("change", control_epoll(epoll_fd, EPOLL_CTL_MOD, rig.event_fd, EPOLLIN));
  ready("after a change", epoll_fd);
  ready("the second", second);
  output(&rig, 8, 0);
  see_records(&rig);
  ready("read, then asked", epoll_fd);
  ready("and again", epoll_fd);
  close(second);
  close(epoll_fd);
  rig_down(&rig);
}

void epoll_modes(void) {
  static const uint32_t modes[] = {EPOLLIN,
                                   EPOLLIN | EPOLLET,
                                   EPOLLIN | EPOLLONESHOT,
                                   EPOLLRDNORM,
                                   EPOLLIN | EPOLLRDNORM,
                                   EPOLLOUT,
                                   0};

  for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
    struct perf_event_attr attr = output_attr();
    struct rig rig = rig_up(&attr, 1);
    int epoll_fd;

    see("events", modes[i]);
    epoll_fd = watch(rig.event_fd, modes[i]);
    for (unsigned n = 0; n < 3; n++) {
      output(&rig, 8, n);
      ready("wait", epoll_fd);
      ready("again", epoll_fd);
    }
    see_call("rearm", control_epoll(epoll_fd, EPOLL_CTL_MOD, rig.event_fd, EPOLLIN));
    ready("rearmed", epoll_fd);
    output(&rig, 8, 0);
    ready("wait", epoll_fd);
    close(epoll_fd);
    rig_down(&rig);
  }
}

void epoll_nested(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int inner = watch(rig.event_fd, EPOLLIN), outer = watch(inner, EPOLLIN), third;

  ready("outer, nothing yet", outer);
  output(&rig, 8, 0);
  ready("outer", outer);
  ready("inner after outer", inner);
  ready("outer again", outer);
  output(&rig, 8, 0);
  ready("inner first", inner);
  ready("then outer", outer);
  output(&rig, 8, 0);
  ready("outer", outer);
  ready("outer again", outer);
  output(&rig, 8, 0);
  polled("poll of the inner", inner, POLLIN);
  ready("then the inner", inner);
  output(&rig, 8, 0);
  polled("poll of the outer", outer, POLLIN);
  ready("then the outer", outer);
  ready("then the inner", inner);
  third = watch(outer, EPOLLIN);
  output(&rig, 8, 0);
  ready("third", third);
  ready("outer", outer);
  ready("inner", inner);
  output(&rig, 8, 0);
  ready("inner", inner);
  ready("third", third);
  see_call("a loop", control_epoll(inner, EPOLL_CTL_ADD, third, EPOLLIN));
  close(third);
  close(outer);
  close(inner);
  rig_down(&rig);
}

void epoll_errors(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int epoll_fd = watch(rig.event_fd, EPOLLIN);
  struct epoll_event event;

  see_call("added twice", control_epoll(epoll_fd, EPOLL_CTL_ADD, rig.event_fd, EPOLLIN));
  see_call("itself", control_epoll(epoll_fd, EPOLL_CTL_ADD, epoll_fd, EPOLLIN));
  see_call("a closed one", control_epoll(epoll_fd, EPOLL_CTL_ADD, 999, EPOLLIN));
  see_call("into a closed one", control_epoll(999, EPOLL_CTL_ADD, rig.event_fd, EPOLLIN));
  see_call("into no set", control_epoll(rig.event_fd, EPOLL_CTL_ADD, rig.event_fd, EPOLLIN));
  see_call("a map", control_epoll(epoll_fd, EPOLL_CTL_ADD, rig.map_fd, EPOLLIN));
  ready("a map is ready", epoll_fd);
  see_call("a map, off", control_epoll(epoll_fd, EPOLL_CTL_DEL, rig.map_fd, 0));
  see_call("a program", control_epoll(epoll_fd, EPOLL_CTL_ADD, rig.program_fd, EPOLLIN));
  see_call("an unknown operation", control_epoll(epoll_fd, 9, rig.event_fd, EPOLLIN));
  see_call("off", control_epoll(epoll_fd, EPOLL_CTL_DEL, rig.event_fd, 0));
  see_call("off again", control_epoll(epoll_fd, EPOLL_CTL_DEL, rig.event_fd, 0));
  see_call("changed when off", control_epoll(epoll_fd, EPOLL_CTL_MOD, rig.event_fd, EPOLLIN));
  see_call("room for none", call(epoll_wait(epoll_fd, &event, 0, 0)));
  see_call("wait on no set", call(epoll_wait(rig.event_fd, &event, 1, 0)));
  see_call("wait on a closed one", call(epoll_wait(999, &event, 1, 0)));
  see_call("unknown flags", call(epoll_create1(1)));
  close(epoll_fd);
  rig_down(&rig);
}

/* order prints which members a wait with room for `room` finds. */
static void order(const char* what, int epoll_fd, int room) {
  struct epoll_event events[8];
  int count = epoll_wait(epoll_fd, events, room, 0);

  printf("%s:", what);
  for (int i = 0; i < count; i++)
    printf(" %u", events[i].data.u32);
  printf("\n");
}

void epoll_order(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rigs[4];
  int epoll_fd = epoll_create1(0);

  for (unsigned i = 0; i < 4; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

    rigs[i] = rig_up(&attr, 1);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, rigs[i].event_fd, &event);
  }
  output(&rigs[2], 8, 0), output(&rigs[0], 8, 0), output(&rigs[3], 8, 0);
  output(&rigs[2], 8, 0);
  order("in the order of waking", epoll_fd, 4);
  output(&rigs[1], 8, 0), output(&rigs[0], 8, 0);
  order("room for one", epoll_fd, 1);
  order("room for one", epoll_fd, 1);
  order("room for one", epoll_fd, 1);
  output(&rigs[3], 8, 0), output(&rigs[1], 8, 0), output(&rigs[0], 8, 0);
  order("room for two", epoll_fd, 2);
  order("room for two", epoll_fd, 2);
  order("room for two", epoll_fd, 2);
  close(epoll_fd);
  for (unsigned i = 0; i < 4; i++)
    rig_down(&rigs[i]);
}

void epoll_with_pipe(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int epoll_fd = watch(rig.event_fd, EPOLLIN), ends[2];
  struct epoll_event events[4];
  char byte = 1;

  see_call("pipe", call(pipe(ends)));
  see_call("add", control_epoll(epoll_fd, EPOLL_CTL_ADD, ends[0], EPOLLIN));
  ready("nothing", epoll_fd);
  see_call("write", call(write(ends[1], &byte, 1)));
  ready("pipe", epoll_fd);
  ready("pipe, again", epoll_fd);
  output(&rig, 8, 0);
  see("both", epoll_wait(epoll_fd, events, 4, 1000));
  see("pipe alone", epoll_wait(epoll_fd, events, 4, 1000));
  see("read", read(ends[0], &byte, 1));
  see("none", epoll_wait(epoll_fd, events, 4, 20));
  see_call("off", control_epoll(epoll_fd, EPOLL_CTL_DEL, ends[0], 0));
  close(ends[0]);
  close(ends[1]);
  output(&rig, 8, 0);
  see("without end", epoll_wait(epoll_fd, events, 4, -1));
  see("timeout", epoll_wait(epoll_fd, events, 4, 20));
  close(epoll_fd);
  rig_down(&rig);
}

/* Every negative timeout of epoll_wait and poll has no end. Of the calls with a timespec, a null
 * pointer alone has none; a time that is not valid is an error. */
void wait_timeouts(void) {
  static const struct {
    const char* name;
    struct timespec time;
  } wrong[] = {
      {"-1 s", {-1, 0}},
      {"-1 ns", {0, -1}},
      {"-2^63 s", {LONG_MIN, 0}},
      {"1,000,000,000 ns", {0, 1000000000}},
  };
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  int epoll_fd = watch(rig.event_fd, EPOLLIN);
  struct pollfd polled_fd = {.fd = rig.event_fd, .events = POLLIN};
  struct epoll_event event;

  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    see_call(wrong[i].name, call(ppoll(&polled_fd, 1, &wrong[i].time, NULL)));
    see_call("  of a set", call(epoll_pwait2(epoll_fd, &event, 1, &wrong[i].time, NULL)));
  }
  output(&rig, 8, 0);
  see("poll, -7 ms", poll(&polled_fd, 1, -7));
  output(&rig, 8, 0);
  see("epoll_wait, INT_MIN ms", epoll_wait(epoll_fd, &event, 1, INT_MIN));
  output(&rig, 8, 0);
  see("ppoll without end", ppoll(&polled_fd, 1, NULL, NULL));
  output(&rig, 8, 0);
  see("epoll_pwait2 without end", epoll_pwait2(epoll_fd, &event, 1, NULL, NULL));
  close(epoll_fd);
  rig_down(&rig);
}

void hang_up(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig;
  int event_fd = open_event(&attr, 0), epoll_fd = watch(event_fd, EPOLLIN);

  ready("never mapped", epoll_fd);
  ready("again", epoll_fd);
  polled("poll", event_fd, POLLIN);
  close(event_fd);
  ready("closed", epoll_fd);
  close(epoll_fd);

  rig = rig_up(&attr, 1);
  epoll_fd = watch(rig.event_fd, EPOLLIN);
  ready("mapped", epoll_fd);
  munmap(rig.page, 2 * 4096);
  ready("unmapped", epoll_fd);
  rig.page = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, rig.event_fd, 0);
  ready("mapped again", epoll_fd);
  output(&rig, 8, 0);
  ready("one record", epoll_fd);
  /* The map still holds the event, so it stays in the set. */
  close(rig.event_fd);
  see("output", output(&rig, 8, 0));
  ready("closed, but in a map", epoll_fd);
  close(epoll_fd);
  munmap(rig.page, 2 * 4096);
  close(rig.map_fd);
  close(rig.program_fd);
}
