/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* run: each case has a process in a process group of its own. This process kills the group when the
 * case is over, and the case dies with this process. So a library that breaks the process of a
 * case, closes its files or leaves processes behind does no harm here. */
#define _GNU_SOURCE
#include "harness/run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ms_for_a_hang = 1000 };

struct ending {
  enum outcome outcome;
  int status; /* as waitpid() tells it */
};

static __attribute__((noreturn)) void die(const char* what) {
  fprintf(stderr, "conform: %s: %s\n", what, strerror(errno));
  exit(2);
}

static long long now_ms(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void take_lines(int fd, FILE* lines) {
  char part[4096];
  ssize_t count;

  while ((count = read(fd, part, sizeof(part))) > 0)
    fwrite(part, 1, (size_t)count, lines);
}

/* The signals that are blocked in the process of a case. In this process SIGCHLD is blocked, too,
 * except while it waits. */
static sigset_t blocked_in_cases;

static void on_child(int number) {
  (void)number;
}

static void make_ready(void) {
  struct sigaction action = {.sa_handler = on_child};
  sigset_t child;

  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  if (sigaction(SIGCHLD, &action, NULL) != 0 ||
      sigprocmask(SIG_BLOCK, &child, &blocked_in_cases) != 0)
    die("SIGCHLD");
}

static __attribute__((noreturn)) void be_the_case(const struct conform_case* one,
                                                  const struct manner* manner, int report_fd,
                                                  pid_t parent) {
  FILE* report = fdopen(report_fd, "w");

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGCHLD, SIG_DFL);
  sigprocmask(SIG_SETMASK, &blocked_in_cases, NULL);
  if (!report || getppid() != parent)
    _exit(2);
  setvbuf(report, NULL, _IOLBF, BUFSIZ);
  /* Tools that count covered lines or leaks write their results at exit. */
  exit(body_run(one, manner, report));
}

static bool has_ended(pid_t pid) {
  siginfo_t info = {.si_pid = 0};

  return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* watch reads the lines of a process until it ends, or kills it when its time is over. The process
 * may close the pipe before it ends, and processes that it left behind may keep the pipe open. */
static struct ending watch(pid_t pid, int report_fd, FILE* lines, long long limit_ms) {
  const long long deadline = now_ms() + limit_ms;
  struct pollfd report = {report_fd, POLLIN, 0};
  struct ending ending = {.outcome = HANGS};
  long long left;

  while (!has_ended(pid) && (left = deadline - now_ms()) > 0) {
    const struct timespec time = {left / 1000, left % 1000 * 1000000};

    if (ppoll(&report, 1, &time, &blocked_in_cases) < 0 && errno != EINTR)
      die("ppoll");
    if (report.revents & POLLIN)
      take_lines(report_fd, lines);
    else if (report.revents != 0)
      report.fd = -1;
  }
  if (has_ended(pid))
    ending.outcome = ENDS;
  kill(-pid, SIGKILL);
  if (waitpid(pid, &ending.status, 0) != pid)
    die("waitpid");
  take_lines(report_fd, lines);
  if (ending.outcome == ENDS && WIFSIGNALED(ending.status))
    ending.outcome = CRASHES;
  return ending;
}

/* line_of: the first line of a report that begins with `start`; NULL if there is none. */
static const char* line_of(const char* text, const char* start) {
  for (; *text; text = strchr(text, '\n') + 1)
    if (strncmp(text, start, strlen(start)) == 0)
      return text;
    else if (!strchr(text, '\n'))
      break;
  return NULL;
}

/* judge_end: the result of a process that ended by itself. */
static void judge_end(struct result* result, int status, bool ringside) {
  const char* why = line_of(result->report, REPORT_SKIP);

  result->good = true;
  if (why && WEXITSTATUS(status) == body_skipped) {
    why += strlen(REPORT_SKIP);
    result->word = "skip";
    snprintf(result->remark, sizeof(result->remark), "%.*s", (int)strcspn(why, "\n"), why);
  } else if (!line_of(result->report, REPORT_END)) {
    *result = (struct result){"FAIL", false, "ended its process", result->report};
  } else if (WEXITSTATUS(status) == body_passed) {
    result->word = ringside ? "differs" : "ok";
  } else {
    *result = (struct result){"FAIL", false, "", result->report};
  }
}

static void judge(struct result* result, const struct ending* ending, enum outcome want,
                  bool ringside) {
  static const char* const expected[] = {[CRASHES] = "crashes", [HANGS] = "hangs"};
  static const char* const unexpected[] = {[CRASHES] = "CRASH", [HANGS] = "HANG"};

  if (ending->outcome == CRASHES)
    snprintf(result->remark, sizeof(result->remark), "%s", strsignal(WTERMSIG(ending->status)));
  result->good = want == ANYHOW || want == ending->outcome;
  if (want == ANYHOW)
    result->word = "anyhow";
  else if (ending->outcome == ENDS && want != ENDS)
    *result = (struct result){"FAIL", false, "", result->report};
  else if (ending->outcome == ENDS)
    judge_end(result, ending->status, ringside);
  else
    result->word = (result->good ? expected : unexpected)[ending->outcome];
  if (want != ENDS && want != ANYHOW && !result->good)
    snprintf(result->remark, sizeof(result->remark), "the stock library %s",
             want == CRASHES ? "crashes" : "hangs");
}

struct result run_case(const struct conform_case* one, const struct manner* manner,
                       unsigned seconds) {
  enum outcome want = manner->ringside ? ENDS : one->stock_outcome;
  const pid_t parent = getpid();
  struct result result = {.word = NULL};
  struct ending ending;
  static bool ready;
  int pipe_fds[2];
  size_t size = 0;
  FILE* lines;
  pid_t pid;

  if (!ready)
    make_ready();
  ready = true;
  fflush(NULL);
  if (pipe2(pipe_fds, O_CLOEXEC) != 0)
    die("pipe2");
  pid = fork();
  if (pid < 0)
    die("fork");
  setpgid(pid, pid);
  if (pid == 0) {
    close(pipe_fds[0]);
    be_the_case(one, manner, pipe_fds[1], parent);
  }
  close(pipe_fds[1]);
  fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
  lines = open_memstream(&result.report, &size);
  if (!lines)
    die("open_memstream");
  ending = watch(pid, pipe_fds[0], lines,
                 want == HANGS || want == ANYHOW ? ms_for_a_hang : seconds * 1000LL);
  fclose(lines);
  close(pipe_fds[0]);
  judge(&result, &ending, want, manner->ringside && one->difference);
  return result;
}
