/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* conform: runs the cases, each in a process of its own, and says how each ended. */
#define _GNU_SOURCE
#include "conform.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

/* Exit codes of a case's process. */
enum { exit_ok = 0, exit_failed = 1, exit_skipped = 77 };

enum { seconds_for_a_hang = 1, failures_shown = 20 };

static struct {
  bool list, as_ringside;
  const char* release; /* of the stock library, if given */
  const char* pattern;
  unsigned seconds; /* that a case may take */
} options = {.seconds = 20};

/* The running case, in its own process; what it has to say goes to `report`. */
static const struct conform_case* current;
static FILE* report;
static unsigned failures;

/* find: where a function is, "name" or "name@NODE"; NULL if this process has none. */
static void* find(const char* function) {
  const char* node = strchr(function, '@');
  char name[64];

  if (!node)
    return dlsym(RTLD_DEFAULT, function);
  snprintf(name, sizeof(name), "%.*s", (int)(node - function), function);
  return dlvsym(RTLD_DEFAULT, name, node + 1);
}

static const char* file_of(const char* function) {
  void* address = find(function);
  Dl_info info;

  return address && dladdr(address, &info) && info.dli_fname ? info.dli_fname : "";
}

/* ringside_serves: the case's function is answered by the library under test. Preloaded, ours
 * answers the consumer families alone. */
static bool ringside_serves(void) {
  return options.as_ringside && strcmp(file_of(current->function), file_of(conform_function)) == 0;
}

bool differs(const char* id) {
  fprintf(report, "difference %s\n", id);
  return ringside_serves();
}

static bool newer_or_equal(const char* have, const char* want) {
  unsigned have_major = 0, have_minor = 0, want_major = 0, want_minor = 0;

  sscanf(have, "%u.%u", &have_major, &have_minor);
  sscanf(want, "%u.%u", &want_major, &want_minor);
  return have_major != want_major ? have_major > want_major : have_minor >= want_minor;
}

/* stock_version: "1.1" of the stock library's "v1.1"; before 0.6 a library could not tell. */
static const char* stock_version(void) {
  const char* (*version)(void);

  *(void**)&version = find("libbpf_version_string");
  return version ? version() + 1 : "0.0";
}

bool release_at_least(const char* release) {
  if (ringside_serves())
    return true;
  return newer_or_equal(options.release ? options.release : stock_version(), release);
}

/* Messages. */

static libbpf_print_fn_t default_printer;
static unsigned message_counts[LIBBPF_DEBUG + 1];
static char last_warning[1024];

__attribute__((format(printf, 2, 0))) static int catch_message(enum libbpf_print_level level,
                                                               const char* format, va_list args) {
  char text[1024];
  int length = vsnprintf(text, sizeof(text), format, args);

  message_counts[level]++;
  if (level == LIBBPF_WARN)
    memcpy(last_warning, text, sizeof(text));
  fprintf(report, "message %s", text);
  if (length == 0 || text[strlen(text) - 1] != '\n')
    fputc('\n', report);
  return length;
}

void messages_clear(void) {
  memset(message_counts, 0, sizeof(message_counts));
  last_warning[0] = '\0';
}

unsigned messages_of(enum libbpf_print_level level) {
  return message_counts[level];
}

libbpf_print_fn_t messages_default_printer(void) {
  return default_printer;
}

/* Checks. */

__attribute__((format(printf, 4, 5))) static bool check(bool held, const char* file, int line,
                                                        const char* format, ...) {
  const char* name = strrchr(file, '/');
  va_list args;

  if (held)
    return true;
  /* A check in a loop says the same again and again. */
  if (++failures > failures_shown)
    return false;
  fprintf(report, "failed %s:%d: ", name ? name + 1 : file, line);
  va_start(args, format);
  vfprintf(report, format, args);
  va_end(args);
  fputc('\n', report);
  return false;
}

bool check_true(bool held, const char* text, const char* file, int line) {
  return check(held, file, line, "%s", text);
}

bool check_equal(long long got, long long want, const char* text, const char* file, int line) {
  return check(got == want, file, line, "%s: expected %lld, seen %lld", text, want, got);
}

bool check_text(const char* got, const char* want, const char* text, const char* file, int line) {
  return check(strcmp(got, want) == 0, file, line, "%s: expected \"%s\", seen \"%s\"", text, want,
               got);
}

bool check_fails(int got, int error, const char* text, const char* file, int line) {
  int seen_errno = errno;

  return check(got == -error && seen_errno == error, file, line,
               "%s: expected %d and errno %d, seen %d and errno %d", text, -error, error, got,
               seen_errno);
}

bool check_null(const void* got, int error, const char* text, const char* file, int line) {
  int seen_errno = errno;

  return check(!got && seen_errno == error, file, line,
               "%s: expected NULL and errno %d (%s), seen %p and errno %d (%s)", text, error,
               strerror(error), got, seen_errno, strerror(seen_errno));
}

bool check_warned(const char* what, const char* file, int line) {
  unsigned count = message_counts[LIBBPF_WARN];
  bool named = strstr(last_warning, what) != NULL;

  messages_clear();
  if (!differs("message-texts"))
    return true;
  return check(count == 1 && named, file, line, "expected one warning that names %s, seen %u%s",
               what, count, count == 1 ? ", of something else" : "");
}

void skip(const char* why) {
  fprintf(report, "skip %s\n", why);
  fflush(report);
  _exit(exit_skipped);
}

void skip_under_valgrind(void) {
  const char* preloaded = getenv("LD_PRELOAD");

  if (preloaded && strstr(preloaded, "vgpreload"))
    skip("not under valgrind");
}

/* Running. */

static int run_body(void) {
  struct kernel_open before, after;

  default_printer = libbpf_set_print(catch_message);
  if (current->since && !release_at_least(current->since))
    skip("newer than this library");
  before = kernel_open_now();
  if (current->needs != NEEDS_NOTHING)
    kernel_start(4);
  current->body();
  if (current->needs != NEEDS_NOTHING)
    kernel_end();
  after = kernel_open_now();
  check(after.fds == before.fds, "conform.c", __LINE__, "%d descriptors left open",
        (int)(after.fds - before.fds));
  check(after.mappings == before.mappings, "conform.c", __LINE__, "%d mappings left behind",
        (int)(after.mappings - before.mappings));
  return failures == 0 ? exit_ok : exit_failed;
}

static enum outcome outcome_of(int status) {
  if (WIFSIGNALED(status))
    return WTERMSIG(status) == SIGALRM ? HANGS : CRASHES;
  return ENDS;
}

/* show prints the lines of a case's report that begin with `prefix`, indented. */
static void show(const char* text, const char* prefix) {
  size_t length = strlen(prefix);
  const char *line = text, *end;

  for (; (end = strchr(line, '\n')); line = end + 1)
    if (strncmp(line, prefix, length) == 0)
      printf("     %.*s\n", (int)(end - line), line);
}

static char* read_all(int fd) {
  size_t size = 0;
  char* text = NULL;
  FILE* all = open_memstream(&text, &size);
  char part[4096];
  ssize_t count;

  if (!all)
    abort();
  while ((count = read(fd, part, sizeof(part))) > 0)
    fwrite(part, 1, (size_t)count, all);
  fclose(all);
  return text;
}

/* run runs one case; returns its word: ok, FAIL, skip, crash or hang. */
static const char* run(const struct conform_case* one) {
  enum outcome want, seen;
  const char *word, *why;
  int pipe_fds[2], status = 0;
  char* text;
  pid_t pid;

  current = one;
  want = ringside_serves() ? ENDS : one->stock_outcome;
  fflush(stdout);
  if (pipe(pipe_fds) != 0)
    abort();
  pid = fork();
  if (pid == 0) {
    close(pipe_fds[0]);
    report = fdopen(pipe_fds[1], "w");
    setvbuf(report, NULL, _IOLBF, BUFSIZ);
    alarm(want == ENDS || want == CRASHES ? options.seconds : seconds_for_a_hang);
    status = run_body();
    exit(status); /* what counts lines or leaks in a library is written by what runs then */
  }
  close(pipe_fds[1]);
  text = read_all(pipe_fds[0]);
  close(pipe_fds[0]);
  waitpid(pid, &status, 0);

  seen = outcome_of(status);
  why = strstr(text, "skip ");
  if (want == ANYHOW)
    want = seen;
  if (want == ENDS && one->stock_outcome == ANYHOW && !ringside_serves())
    word = "ok";
  else if (seen != ENDS && seen != want)
    word = seen == CRASHES ? "crash" : "hang";
  else if (seen != want ||
           (seen == ENDS && WEXITSTATUS(status) != exit_ok && WEXITSTATUS(status) != exit_skipped))
    word = "FAIL";
  else
    word = seen == ENDS && WEXITSTATUS(status) == exit_skipped ? "skip" : "ok";
  printf("%s %s", word, one->name);
  if (strcmp(word, "skip") == 0 && why)
    printf(" (%.*s)", (int)strcspn(why + 5, "\n"), why + 5);
  else if (seen != ENDS)
    printf(" (%s%s)", seen == CRASHES ? strsignal(WTERMSIG(status)) : "out of time",
           seen == want ? ", as declared" : "");
  else if (seen != want)
    printf(" (should %s)", want == CRASHES ? "crash" : "hang");
  printf("\n");
  if (one->difference)
    printf("     difference %s\n", one->difference);
  show(text, "difference ");
  if (strcmp(word, "ok") != 0 && strcmp(word, "skip") != 0) {
    show(text, "failed ");
    show(text, "message ");
  }
  free(text);
  return word;
}

static const char* why_skipped(const struct conform_case* one, const char* refusal) {
  if (!find(one->function))
    return "this library does not have the function";
  if (one->needs == NEEDS_NOTHING)
    return NULL;
  if (kernel_is_sim())
    return one->needs & NEEDS_SIM ? NULL : "on the real kernel only";
  return !(one->needs & NEEDS_LIVE) ? "on the simulator only" : refusal;
}

static int usage(void) {
  fprintf(stderr, "usage: conform [--list] [--as stock|ringside] [--release M.N] [--seconds N] "
                  "[PATTERN]\n"
                  "runs the cases whose name contains PATTERN\n");
  return 2;
}

static int parse(int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--list") == 0) {
      options.list = true;
    } else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc) {
      options.as_ringside = strcmp(argv[++i], "ringside") == 0;
      if (!options.as_ringside && strcmp(argv[i], "stock") != 0)
        return usage();
    } else if (strcmp(argv[i], "--release") == 0 && i + 1 < argc) {
      options.release = argv[++i];
    } else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
      options.seconds = (unsigned)atoi(argv[++i]);
    } else if (argv[i][0] == '-' || options.pattern) {
      return usage();
    } else {
      options.pattern = argv[i];
    }
  }
  return 0;
}

int main(int argc, char** argv) {
  unsigned passed = 0, failed = 0, skipped = 0;
  const char* refusal;

  if (parse(argc, argv) != 0)
    return 2;
  refusal = kernel_refusal();
  if (!options.list)
    printf("library %s %s, as %s, on %s\n", file_of(conform_function), stock_version(),
           options.as_ringside ? "ringside" : "stock",
           kernel_is_sim() ? "the simulator" : "the real kernel");
  for (size_t table = 0; conform_tables[table]; table++) {
    for (const struct conform_case* one = conform_tables[table]; one->name; one++) {
      const char *word, *why = why_skipped(one, refusal);

      if (options.pattern && !strstr(one->name, options.pattern))
        continue;
      if (options.list) {
        printf("%-56s %s\n", one->name, one->function);
        continue;
      }
      if (why)
        printf("skip %s (%s)\n", one->name, why);
      word = why ? "skip" : run(one);
      passed += strcmp(word, "ok") == 0;
      skipped += strcmp(word, "skip") == 0;
      failed += strcmp(word, "ok") != 0 && strcmp(word, "skip") != 0;
    }
  }
  if (options.list)
    return 0;
  printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
  return failed ? 1 : passed ? 0 : 77;
}
