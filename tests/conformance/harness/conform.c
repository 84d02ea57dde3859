/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* conform: the program. It runs the cases with the library that is preloaded, and prints how each
 * case ended:
 *
 *   library FILE, soname NAME, release M.N.P[ without version nodes], kernel real|simulated
 *           [(why it refuses)]          in one line
 *   WORD CASE [(REMARK)]        WORD as in run.h
 *        LINE                   what reports, if its result is not the expected one
 *   N passed, N failed, N skipped
 */
#define _GNU_SOURCE
#include "harness/conform.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/kernel.h"
#include "harness/run.h"

static const char first_release[] = "1.0";

enum { seconds_for_a_try = 5 };

/* The tables of cases, in the order in which the files were linked. */
static struct conform_table* tables;
static struct conform_table** tables_end = &tables;

void conform_add(struct conform_table* table) {
  *tables_end = table;
  tables_end = &table->next;
}

static struct {
  enum { AS_STOCK, AS_RINGSIDE, AS_EITHER } as;
  bool list;
  const char* release; /* to take the library for, if given */
  const char* family;  /* whose cases alone are wanted, if given */
  const char* pattern;
  unsigned seconds; /* that a case may take */
} options = {.seconds = 20};

/* The results are written here. */
static FILE* results;

/* The first function of a case that this process has: its file is the library under test. A library
 * that is preloaded before libbpf has another soname; its first function is the one. */
static const char* the_function;

static bool is_libbpfs(const char* function) {
  return strncmp(under_test_soname(function), "libbpf.", 7) == 0;
}

static const char* find_the_function(void) {
  const char* found = NULL;

  for (const struct conform_table* table = tables; table; table = table->next)
    for (const struct conform_case* one = table->cases; one->name; one++) {
      if (!under_test_find(one->function))
        continue;
      if (!is_libbpfs(one->function))
        return one->function;
      if (!found)
        found = one->function;
    }
  return found ? found : "perf_buffer__new";
}

static const char* since(const struct conform_case* one) {
  return one->since ? one->since : first_release;
}

/* release_of: the release whose behaviour is expected of the library that has a function. */
static const char* release_of(const char* function) {
  if (options.release)
    return options.release;
  return under_test_release(under_test_find(function) ? function : the_function);
}

static struct result result_of(const char* word, const char* remark, const char* what) {
  struct result result = {.word = word, .good = strcmp(word, "LACKS") != 0};

  snprintf(result.remark, sizeof(result.remark), "%s%s", remark, what);
  return result;
}

/* cannot_run: the result of a case that need not run. Its word is empty if the case must run. */
static struct result cannot_run(const struct conform_case* one, const char* refusal) {
  const char* release = release_of(one->function);
  bool found = under_test_find(one->function) != NULL;

  if (!newer_or_equal(release, since(one)))
    return result_of("other", "since ", since(one));
  /* A library that keeps an old version node must behave as that release did. */
  if (one->until && newer_or_equal(release, one->until) && !(found && strchr(one->function, '@')))
    return result_of("other", "until ", one->until);
  /* A library that is preloaded before libbpf need not have all functions of it. */
  if (!found)
    return result_of(is_libbpfs(the_function) ? "LACKS" : "skip", "the library does not have ",
                     one->function);
  if (one->needs != NEEDS_NOTHING && kernel_is_sim() && !(one->needs & NEEDS_SIM))
    return result_of("skip", "on the real kernel only", "");
  if (one->needs != NEEDS_NOTHING && !kernel_is_sim() && !(one->needs & NEEDS_LIVE))
    return result_of("skip", "on the simulator only", "");
  if (one->kernel && !kernel_since(one->kernel))
    return result_of("skip", "Linux before ", one->kernel);
  if (one->needs != NEEDS_NOTHING && !kernel_is_sim() && refusal)
    return result_of("skip", "the kernel refuses: ", refusal);
  return (struct result){.word = NULL};
}

/* ours: whether the function of a case is in the library under test. When ours is preloaded before
 * libbpf, libbpf answers the functions that ours does not have. */
static bool ours(const struct conform_case* one) {
  return strcmp(under_test_file(one->function), under_test_file(the_function)) == 0;
}

/* run_as_either expects what the stock library does, and then what ours does. It begins with the
 * one that was right for the last difference: a wrong one may hang, which takes time. */
static struct result run_as_either(const struct conform_case* one, struct manner manner) {
  const unsigned seconds =
      options.seconds < seconds_for_a_try ? options.seconds : seconds_for_a_try;
  static bool as_ringside;
  struct result first, second;

  if (!one->difference)
    return run_case(one, &manner, options.seconds);
  manner.ringside = as_ringside;
  first = run_case(one, &manner, seconds);
  if (first.good)
    return first;
  manner.ringside = !as_ringside;
  second = run_case(one, &manner, seconds);
  if (second.good)
    as_ringside = manner.ringside;
  free((second.good ? &first : &second)->report);
  return second.good ? second : first;
}

/* tell_release: a case that fails may pass for another release, since the library behaves as an
 * older or a newer release than its name says. */
static void tell_release(const struct conform_case* one, struct manner manner,
                         struct result* result) {
  bool changed = newer_or_equal(manner.release, one->changed_in);
  struct result other;

  manner.release = changed ? "0" : one->changed_in;
  other = run_case(one, &manner, seconds_for_a_try);
  free(other.report);
  if (other.good)
    snprintf(result->remark, sizeof(result->remark), "as libbpf %s %s",
             changed ? "before" : "since", one->changed_in);
}

static struct result run(const struct conform_case* one, const char* refusal) {
  struct manner manner = {.release = release_of(one->function)};
  struct result result = cannot_run(one, refusal);

  if (result.word)
    return result;
  if (options.as == AS_EITHER) {
    result = run_as_either(one, manner);
  } else {
    manner.ringside = manner.texts = options.as == AS_RINGSIDE && ours(one);
    result = run_case(one, &manner, options.seconds);
  }
  if (!result.good && one->changed_in)
    tell_release(one, manner, &result);
  return result;
}

/* print_report prints the failures and the messages of a case, indented. */
static void print_report(const char* text) {
  const char* end;

  for (; (end = strchr(text, '\n')); text = end + 1)
    if (strncmp(text, REPORT_FAILED, strlen(REPORT_FAILED)) == 0 ||
        strncmp(text, REPORT_MESSAGE, strlen(REPORT_MESSAGE)) == 0)
      fprintf(results, "     %.*s\n", (int)(end - text), text);
}

static void print_result(const struct conform_case* one, const struct result* result) {
  fprintf(results, "%s %s", result->word, one->name);
  if (result->remark[0])
    fprintf(results, " (%s)", result->remark);
  fputc('\n', results);
  if (!result->good && result->report)
    print_report(result->report);
  fflush(results);
}

/* family_of: the folder of the file that has a table. */
static const char* family_of(const struct conform_table* table) {
  static char family[64];
  const char* end = strrchr(table->file, '/');
  const char* start = end;

  while (start > table->file && start[-1] != '/')
    start--;
  snprintf(family, sizeof(family), "%.*s", (int)(end - start), start);
  return family;
}

/* list prints one line for each case, with tabs between the columns. */
static void list(const struct conform_case* one, const struct conform_table* table) {
  static const char* const kernels[] = {"none", "real", "simulated", "either"};
  static const char* const outcomes[] = {"ends", "crashes", "hangs", "anyhow"};
  const char* const columns[] = {one->name,
                                 family_of(table),
                                 one->function,
                                 kernels[one->needs],
                                 since(one),
                                 one->until ? one->until : "-",
                                 one->changed_in ? one->changed_in : "-",
                                 one->difference ? one->difference : "-",
                                 outcomes[one->stock_outcome]};

  for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
    fprintf(results, "%s%s", i ? "\t" : "", columns[i]);
  fputc('\n', results);
}

/* is_about: whether a case is about a function, by its name in tables: without LIBBPF_ in its node.
 */
static bool is_about(const struct conform_case* one, const char* function) {
  static const char prefix[] = "@LIBBPF_";
  const char* node = strstr(one->function, prefix);
  size_t length = node ? (size_t)(node - one->function) : strlen(one->function);

  if (strcmp(one->function, function) == 0)
    return true;
  return node && strncmp(one->function, function, length) == 0 && function[length] == '@' &&
         strcmp(node + strlen(prefix), function + length + 1) == 0;
}

static bool is_wanted(const struct conform_case* one) {
  return !options.pattern || strstr(one->name, options.pattern) || is_about(one, options.pattern);
}

static int usage(void) {
  fprintf(stderr,
          "usage: conform [--list] [--as stock|ringside|either] [--release M.N]\n"
          "               [--family NAME] [--seconds N] [PATTERN]\n"
          "Runs the cases whose name contains PATTERN, or that are about the function PATTERN,\n"
          "over the libbpf that is preloaded.\n");
  return 2;
}

static int parse(int argc, char** argv) {
  static const char* const manners[] = {"stock", "ringside", "either"};

  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--list") == 0) {
      options.list = true;
    } else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc) {
      for (options.as = 0; strcmp(manners[options.as], argv[i + 1]) != 0; options.as++)
        if (options.as == AS_EITHER)
          return usage();
      i++;
    } else if (strcmp(argv[i], "--release") == 0 && i + 1 < argc) {
      options.release = argv[++i];
    } else if (strcmp(argv[i], "--family") == 0 && i + 1 < argc) {
      options.family = argv[++i];
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

/* take_stdout: the library's own output goes to standard error, so that it cannot look like a
 * result. */
static void take_stdout(void) {
  int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

  results = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (!results || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    perror("conform: standard output");
    exit(2);
  }
}

static void print_head(const char* refusal) {
  bool has_nodes = strcmp(under_test_release(the_function), "0") != 0;

  fprintf(results, "library %s, soname %s, release %s%s, kernel %s", under_test_file(the_function),
          under_test_soname(the_function), release_of(the_function),
          has_nodes ? "" : " without version nodes", kernel_is_sim() ? "simulated" : "real");
  if (refusal && !kernel_is_sim())
    fprintf(results, " (%s)", refusal);
  fputc('\n', results);
}

int main(int argc, char** argv) {
  unsigned passed = 0, failed = 0, skipped = 0;
  const char* refusal = NULL;

  if (parse(argc, argv) != 0)
    return 2;
  results = stdout;
  if (!options.list) {
    take_stdout();
    the_function = find_the_function();
    refusal = kernel_refusal();
    print_head(refusal);
  }
  for (const struct conform_table* table = tables; table; table = table->next) {
    if (options.family && strcmp(options.family, family_of(table)) != 0)
      continue;
    for (const struct conform_case* one = table->cases; one->name; one++) {
      struct result result;

      if (!is_wanted(one))
        continue;
      if (options.list) {
        list(one, table);
        continue;
      }
      result = run(one, refusal);
      print_result(one, &result);
      if (strcmp(result.word, "skip") == 0 || strcmp(result.word, "other") == 0)
        skipped++;
      else
        ++*(result.good ? &passed : &failed);
      free(result.report);
    }
  }
  if (!options.list)
    fprintf(results, "%u passed, %u failed, %u skipped\n", passed, failed, skipped);
  if (ferror(results) || fflush(results) != 0) {
    perror("conform: cannot write the results");
    return 2;
  }
  return options.list ? 0 : failed ? 1 : passed ? 0 : 77;
}
