/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* elements LIBRARY: elements of one map from many threads at once, from a signal handler that
 * interrupts them in the middle of such calls, and from children of fork(2). Each finds what it
 * stored, errno of a success is left alone, and no call allocates memory. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define FUNCTIONS(X)                                                                               \
  X(bpf_map_create)                                                                                \
  X(bpf_map_update_elem)                                                                           \
  X(bpf_map_lookup_elem)                                                                           \
  X(bpf_map_get_next_key)                                                                          \
  X(bpf_map_delete_elem)
#include "../support/functions.h"

enum { threads = 4, keys_each = 16, rounds = 500, children = 4, interval_us = 100, skipped = 77 };

static int map, handled_map;
static unsigned long handled;
/* An interruption asks for the next when it is over: on a slow machine there is time between them.
 */
static const struct itimerval soon = {.it_value = {0, interval_us}};
static volatile sig_atomic_t ending;
static volatile sig_atomic_t wrong_in_handler;
/* Handlers that interrupt two threads have a key each. */
static __thread __u32 handled_key;
static __thread __u64 handled_here;

/* Within a call of the library `within` is set: it may not allocate then. */
static __thread bool within;
static volatile sig_atomic_t allocations;
void* __libc_malloc(size_t size);
void* malloc(size_t size) {
  if (within)
    allocations = allocations + 1;
  return __libc_malloc(size);
}

static void fail(const char* what) {
  fprintf(stderr, "elements: %s: errno %d\n", what, errno);
  exit(1);
}

static bool stores_and_finds(int fd, __u32 key, __u64 value) {
  __u64 found = 0;
  bool right;

  within = true;
  errno = ENOTTY;
  right = p_bpf_map_update_elem(fd, &key, &value, BPF_ANY) == 0 &&
          p_bpf_map_lookup_elem(fd, &key, &found) == 0 && found == value && errno == ENOTTY;
  within = false;
  return right;
}

static bool misses(int fd, __u32 key) {
  __u64 found;
  const int result = p_bpf_map_lookup_elem(fd, &key, &found);

  return result == -ENOENT && errno == ENOENT;
}

/* The handler keeps errno for what it interrupts, as every handler must, and `within` too. */
static void handle(int signal) {
  const int errno_before = errno;
  const bool within_before = within;

  (void)signal;
  if (!stores_and_finds(handled_map, handled_key, ++handled_here) ||
      !misses(handled_map, threads + 1))
    wrong_in_handler = 1;
  __atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
  if (!ending)
    setitimer(ITIMER_REAL, &soon, NULL);
  within = within_before;
  errno = errno_before;
}

/* A thread has keys of its own, from `first` on. */
static bool work(__u32 first) {
  for (unsigned round = 0; round < rounds; round++)
    for (__u32 key = first; key < first + keys_each; key++) {
      if (!stores_and_finds(map, key, (__u64)key << 32 | round))
        return false;
      if (p_bpf_map_delete_elem(map, &key) != 0 || !misses(map, key))
        return false;
    }
  return true;
}

static void* run(void* first) {
  handled_key = (__u32)(size_t)first / keys_each;
  return work((__u32)(size_t)first) ? NULL : first;
}

static void work_in_threads(void) {
  pthread_t running[threads];
  sigset_t interruption;
  bool right = true;

  for (size_t i = 0; i < threads; i++)
    if (pthread_create(&running[i], NULL, run, (void*)((i + 1) * keys_each)) != 0)
      fail("pthread_create");
  /* It is the threads that are interrupted, and not who waits for them. */
  sigemptyset(&interruption);
  sigaddset(&interruption, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &interruption, NULL);
  for (size_t i = 0; i < threads; i++) {
    void* result;

    pthread_join(running[i], &result);
    right = right && result == NULL;
  }
  if (!right)
    fail("an element is not as its thread left it");
}

static void work_in_children(void) {
  for (__u32 i = 0; i < children; i++) {
    const pid_t child = fork();

    if (child < 0)
      fail("fork");
    if (child == 0)
      _exit(work(1000 * (i + 1)) ? 0 : 1);
  }
  for (int i = 0; i < children; i++) {
    int status;

    if (wait(&status) < 0 || status != 0)
      fail("an element is not as its process left it");
  }
}

static int make_map(enum bpf_map_type type, __u32 max_entries) {
  const int fd = p_bpf_map_create(type, "elements", 4, 8, max_entries, NULL);

  if (fd == -EPERM) {
    puts("elements: maps cannot be made here");
    exit(skipped);
  }
  if (fd < 0)
    fail("bpf_map_create");
  return fd;
}

int main(int count, char** arguments) {
  const char* const problem = count == 2 ? load_functions(arguments[1]) : "elements LIBRARY";
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
  __u32 left;

  if (problem != NULL) {
    fprintf(stderr, "%s\n", problem);
    return 2;
  }
  map = make_map(BPF_MAP_TYPE_HASH, 16384);
  handled_map = make_map(BPF_MAP_TYPE_ARRAY, threads + 1);
  sigfillset(&action.sa_mask);
  if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &soon, NULL) != 0)
    fail("setitimer");
  work_in_children();
  if (!work(0))
    fail("an element is not as it was left");
  work_in_threads();
  ending = 1;
  if (wrong_in_handler)
    fail("an element is not as the handler left it");
  if (handled == 0)
    fail("no call was interrupted");
  if (allocations != 0)
    fail("a call has allocated memory");
  if (p_bpf_map_get_next_key(map, NULL, &left) != -ENOENT)
    fail("elements are left");
  printf("%d threads, %d children, %lu interruptions\n", threads, children, handled);
  return 0;
}
