/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* machine: through the kernel's files. */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A machine that is woken before it sleeps does not sleep, and may try again. */
enum { kTries = 5 };

static int read_file(const char* path, char* text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
  ssize_t count;

  if (fd < 0)
    return errno;
  count = read(fd, text, size - 1);
  if (count < 0)
    error = errno;
  text[count < 0 ? 0 : count] = '\0';
  close(fd);
  return error;
}

static int write_file(const char* path, const char* text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

  if (fd < 0)
    return errno;
  if (write(fd, text, strlen(text)) < 0)
    error = errno;
  close(fd);
  return error;
}

bool machine_is_ours(void) {
  char text[4096];

  return !read_file("/proc/cmdline", text, sizeof(text)) && strstr(text, "ringside_vm");
}

int machine_set_online(unsigned cpu, bool online) {
  char path[64];

  snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
  return write_file(path, online ? "1" : "0");
}

static int sleep_once(unsigned seconds) {
  static const char alarm[] = "/sys/class/rtc/rtc0/wakealarm";
  static const char count[] = "/sys/power/wakeup_count";
  char after[16], wakeups[32];
  int error = read_file(count, wakeups, sizeof(wakeups));

  snprintf(after, sizeof(after), "+%u", seconds);
  if (!error)
    error = write_file(alarm, "0"); /* one that is set is not replaced */
  /* From here a wakeup ends the sleep, or keeps the machine from it. */
  if (!error)
    error = write_file(count, wakeups);
  if (!error)
    error = write_file(alarm, after);
  return error ? error : write_file("/sys/power/state", "mem");
}

int machine_sleep(unsigned seconds) {
  int error = EBUSY;

  for (int tries = 0; error == EBUSY && tries < kTries; tries++)
    error = sleep_once(seconds);
  return error;
}
