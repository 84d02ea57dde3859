/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ringside.h: what ringside's readers offer beyond libbpf's interface. The functions take the
 * handles that perf_buffer__new() and ring_buffer__new() of <bpf/libbpf.h> have made, and are in
 * libringside: link with -lringside before -lbpf. A program that is to run without ringside, too,
 * declares those that it uses weak, and asks whether their address is null.
 *
 * Unless its comment says otherwise, a function returns 0 or a count on success, and leaves errno
 * alone; on failure it returns -errno, with errno set, and a message goes to the print callback of
 * libbpf_set_print(). Each may fail with
 *   EINVAL      the handle is NULL
 *   EOPNOTSUPP  another library has made the handle: ringside was found too late, or not by all */
#ifndef RINGSIDE_RINGSIDE_H
#define RINGSIDE_RINGSIDE_H

#include <linux/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RINGSIDE_API __attribute__((visibility("default")))

struct perf_buffer;
struct ring_buffer;

/* ---- Statistics: where the events went ---- */

/* ringside_stats is what has gone through a ring since it was opened, or through several together.
 * Sizes are in bytes. What is counted only grows; `free_space` is how things are now.
 *
 * The struct may grow with the library: `sz` says how much of it the caller knows. LIBBPF_OPTS()
 * makes one with `sz` set, as does `struct ringside_stats stats = {sizeof(stats)};`. */
struct ringside_stats {
  /* Bytes in this struct as the caller was compiled. Set by the caller, and never changed. */
  size_t sz;

  /* Records that the callback was given and whose room is the kernel's again: the record that a
   * callback is at work on is not counted yet, and up to a quarter of a ring before it may not be,
   * either. For perf_buffer__new() these are samples; for perf_buffer__new_raw() all records but
   * those that tell of losses; for ring_buffer__new() those that were submitted. */
  __u64 records;
  /* Bytes of the ring that were read: those records with their headers and padding, and what only
   * the library reads, such as records of losses and discarded ones. */
  __u64 bytes;
  /* Records that the kernel dropped because the ring was full. lost_recorded: as its records of
   * type PERF_RECORD_LOST have told. lost_unrecorded: those that no such record has told of yet,
   * since the kernel writes it only before the next record that finds room; counted by the kernel
   * from Linux 6.0 on, and read for perf_buffer__new() alone. Both together are what is lost.
   *
   * A BPF ring (ring_buffer) does not tell: there bpf_ringbuf_reserve() and bpf_ringbuf_output()
   * fail, and only the BPF program knows. Both are always 0. */
  __u64 lost_recorded;
  __u64 lost_unrecorded;
  /* What made no sense: records that were dropped for it, and stretches of the ring that were
   * skipped because no record could be found in them; and how many bytes the latter were. */
  __u64 corrupt;
  __u64 skipped;
  /* How often the kernel has woken a poll for this ring, and how often the ring was read. */
  __u64 wakeups;
  __u64 reads;
  /* How often poll was called: of the perf_buffer or ring_buffer, the same for each of its
   * rings. */
  __u64 polls;
  /* How often the ring has changed between waking its reader and being looked at by the clock, see
   * docs/adaptive-wakeups.md. */
  __u64 switches;
  /* The most that waited in the ring when it was read: near `size` means that records were, or
   * soon will be, lost. Of several rings the highest. */
  __u64 highest_fill;
  /* What the kernel can write now, and the whole of it, without the ring's header pages. */
  __u64 free_space;
  __u64 size;
  /* The CPU of a perf_buffer's ring; -1 for a ring_buffer, and for several rings. */
  int cpu;
  /* The map's descriptor as it was given for a ring_buffer's ring; it may be closed by now. -1 for
   * a perf_buffer, and for several rings. */
  int map_fd;
};
#define ringside_stats__last_field map_fd

/* RINGSIDE_ALL_RINGS in place of a ring's index asks for all rings together. */
#define RINGSIDE_ALL_RINGS __SIZE_MAX__

/* ringside_perf_buffer__stats and ringside_ring_buffer__stats fill `stats` for the ring `idx`, from
 * 0 to the number of rings less 1, or RINGSIDE_ALL_RINGS. stats->sz must be set. Where the library
 * knows more fields than that, they are left out; where it knows fewer, the rest becomes 0. Fails
 * with
 *   EINVAL  `stats` is NULL, stats->sz cannot hold `records`, or there is no ring `idx`
 * May be called from any thread, also while another reads the rings, and from callbacks: the
 * numbers are then those of about one moment. Asking costs a system call or two for each ring of
 * a perf_buffer; what is counted costs those who read nothing that could be measured. */
RINGSIDE_API int ringside_perf_buffer__stats(const struct perf_buffer* pb, size_t idx,
                                             struct ringside_stats* stats);
RINGSIDE_API int ringside_ring_buffer__stats(const struct ring_buffer* rb, size_t idx,
                                             struct ringside_stats* stats);

/* ---- Interrupting a poll ---- */

/* ringside_perf_buffer__interrupt and ringside_ring_buffer__interrupt end perf_buffer__poll() or
 * ring_buffer__poll() on the buffer, which another thread is in: it reads what there is by then and
 * returns how much that was; 0 is a valid answer. If no poll is under way, the next one does so,
 * once, however often it was interrupted before. Nothing is lost. The buffer's epoll descriptor is
 * readable meanwhile. A poll that is in a callback goes on to its end, and its successor returns
 * at once.
 * May be called from any thread, and from a signal handler. The first call opens a descriptor,
 * which lasts as long as the buffer. Fails with EMFILE, ENFILE, ENOMEM, ENOSPC  as
 * timerfd_create(2) and epoll_ctl(2) do; the poll goes on */
RINGSIDE_API int ringside_perf_buffer__interrupt(struct perf_buffer* pb);
RINGSIDE_API int ringside_ring_buffer__interrupt(struct ring_buffer* rb);

/* ---- Reading within bounds ---- */

/* ringside_bounds is how much one call may do. `sz` is as for ringside_stats; a NULL in place of
 * the struct means no bounds. */
struct ringside_bounds {
  size_t sz;
  /* Records of the rings, those that tell of losses included. 0: any number. */
  __u64 max_records;
  /* Microseconds from the call on, looked at after each record: a callback is never cut short.
   * 0: any time. */
  __u64 max_us;
  /* Set by the call: whether it ended at a bound and left something unread. Then the next call
   * should come without waiting before, since what is unread may never be signalled again. */
  __u32 more;
  /* Must be 0. */
  __u32 reserved;
};
#define ringside_bounds__last_field reserved

/* ringside_perf_buffer__consume_bounded and ringside_ring_buffer__consume_bounded are
 * perf_buffer__consume() and ring_buffer__consume_n(), up to the bounds: they read what is there
 * without waiting, ring by ring. The next call begins with the ring behind the one where this one
 * ended, so each ring has its turn however busy another is. Return how many records were read, at
 * most INT_MAX. Fail with
 *   EINVAL   bounds->sz is too small for anything, or what is behind the known fields is not 0
 *   EBADMSG  a ring makes no sense; what was unread there is skipped
 *   any      what a callback has returned below 0; that record has been read
 * Records that were read before a failure were handed over. One thread at a time may read a ring.
 */
RINGSIDE_API int ringside_perf_buffer__consume_bounded(struct perf_buffer* pb,
                                                       struct ringside_bounds* bounds);
RINGSIDE_API int ringside_ring_buffer__consume_bounded(struct ring_buffer* rb,
                                                       struct ringside_bounds* bounds);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* RINGSIDE_RINGSIDE_H */
