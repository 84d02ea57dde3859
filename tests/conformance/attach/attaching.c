/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* attaching: the object, the places, and what is checked of a link. */
#define _GNU_SOURCE
#include "attach/attaching.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/conform.h"
#include "harness/kernel.h"
#include "object/objects.h"

enum { link_perf_event = 7 };

static struct bpf_object* object;

static struct bpf_program* open_program(const char* name) {
  object = open_object("attach.el", NULL);
  return program_of(object, name);
}

struct bpf_program* program_unloaded(const char* name) {
  return open_program(name);
}

int load_program(struct bpf_program* program) {
  bpf_program__set_autoload(program, true);
  return bpf_object__load(object);
}

struct bpf_program* program_loaded(const char* name) {
  struct bpf_program* program = open_program(name);
  int loaded = load_program(program);

  if (loaded == -EINVAL || loaded == -EPERM) {
    end_program();
    skip("the kernel does not load such a program");
  }
  CHECK_EQ(loaded, 0);
  return program;
}

void end_program(void) {
  bpf_object__close(object);
  object = NULL;
}

unsigned long long runs_in(void (*act)(void)) {
  int fd = bpf_map__fd(map_of(object, "runs"));
  unsigned long long before = 0, after = 0;
  int key = 0;

  CHECK_EQ(bpf_map_lookup_elem(fd, &key, &before), 0);
  act();
  CHECK_EQ(bpf_map_lookup_elem(fd, &key, &after), 0);
  return after - before;
}

void own_namespaces(void) {
  if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0 ||
      mount("", "/", "", MS_REC | MS_PRIVATE, NULL) != 0)
    skip("no namespaces of its own can be made");
  /* There is one tracefs, so the kernel refuses to mount it where it is mounted already. */
  if (mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) != 0 &&
      access("/sys/kernel/tracing/events", F_OK) != 0)
    skip("no tracefs can be mounted");
  if (access("/sys/kernel/debug/tracing", F_OK) == 0)
    mount("tracefs", "/sys/kernel/debug/tracing", "tracefs", 0, NULL);
}

/* Its name in /proc/self/maps: what /proc/self/exe means is the loader, if that was called by
 * name. */
const char* own_file(void) {
  static char path[4096];
  char line[5000];
  FILE* maps = fopen("/proc/self/maps", "r");
  uintptr_t place = (uintptr_t)&probed;

  path[0] = '\0';
  while (maps && fgets(line, sizeof(line), maps)) {
    unsigned long begin, end;
    if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %4095[^\n]", &begin, &end, path) == 3 &&
        begin <= place && place < end)
      break;
  }
  if (maps)
    fclose(maps);
  return path;
}

__attribute__((noinline)) int probed(int number) {
  __asm__ volatile("" : "+r"(number));
  return number + 1;
}

void act_probed(void) {
  probed(1);
}

void act_getppid(void) {
  getppid();
}

void own_network(void) {
  struct ifreq device = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING};
  int fd;

  own_namespaces();
  fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  CHECK_EQ(ioctl(fd, SIOCSIFFLAGS, &device), 0);
  close(fd);
}

/* The socket has an address but no peer, so that the kernel looks for a socket for the packet. */
void act_packet(void) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof(address);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  char byte = 'x';

  CHECK_EQ(bind(fd, (const struct sockaddr*)&address, size), 0);
  CHECK_EQ(getsockname(fd, (struct sockaddr*)&address, &size), 0);
  CHECK_EQ(sendto(fd, &byte, 1, 0, (const struct sockaddr*)&address, size), 1);
  CHECK_EQ(recv(fd, &byte, 1, 0), 1);
  close(fd);
}

void check_link(struct bpf_link* link, unsigned type, void (*act)(void), unsigned long long wanted,
                const char* file, int line) {
  struct bpf_link_info info = {0};
  __u32 size = sizeof(info);

  if (!check_true(link != NULL, "there is a link", file, line))
    return;
  if (type == link_perf_event && !kernel_since("5.15"))
    type = 0; /* what the program is on is the event itself */
  check_true(bpf_link__fd(link) >= 0, "it has a descriptor", file, line);
  if (type != 0) {
    check_equal(bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &size), 0, "what it is", file,
                line);
    check_equal(info.type, type, "its type", file, line);
  }
  if (act != NULL)
    check_equal((long long)runs_in(act), (long long)wanted, "how often it runs", file, line);
  check_equal(bpf_link__destroy(link), 0, "its end", file, line);
  if (act != NULL)
    check_equal((long long)runs_in(act), 0, "how often it runs after its end", file, line);
}
