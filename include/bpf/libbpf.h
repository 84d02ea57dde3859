/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* libbpf.h: the libbpf interface, as far as ringside implements it: the readers of kernel rings
 * that BPF programs write to (perf_buffer; ring_buffer), the writer of rings that BPF programs read
 * (user_ring_buffer), diagnostics, error texts and versions.
 *
 * Unless its comment says otherwise, a function
 * - that returns int gives 0 or a count on success, and -errno on failure, with errno set too;
 * - that returns a pointer gives NULL on failure, with errno set;
 * - leaves errno alone on success, and leaves nothing behind on failure: no descriptor, mapping,
 *   map slot or memory;
 * - opens every descriptor close-on-exec. */
#ifndef __LIBBPF_LIBBPF_H
#define __LIBBPF_LIBBPF_H

#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "libbpf_common.h"
#include "libbpf_legacy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions and errors ---- */

/* libbpf_major_version and libbpf_minor_version give the version of the interface that the library
 * implements; libbpf_version_string gives both as a static text, "v1.8". LIBBPF_MAJOR_VERSION and
 * LIBBPF_MINOR_VERSION are what the program was compiled for. They cannot fail. */
LIBBPF_API __u32 libbpf_major_version(void);
LIBBPF_API __u32 libbpf_minor_version(void);
LIBBPF_API const char* libbpf_version_string(void);

/* libbpf_errno: error codes of this interface's own, beside those of the system (errno(3)). */
enum libbpf_errno {
  __LIBBPF_ERRNO__START = 4000,

  LIBBPF_ERRNO__LIBELF = __LIBBPF_ERRNO__START, /* reading an ELF file failed */
  LIBBPF_ERRNO__FORMAT,                         /* an object file is not laid out as it should */
  LIBBPF_ERRNO__KVERSION,                       /* the "version" section is wrong or missing */
  LIBBPF_ERRNO__ENDIAN,                         /* the object is of the other byte order */
  LIBBPF_ERRNO__INTERNAL,                       /* the library contradicts itself */
  LIBBPF_ERRNO__RELOC,                          /* a relocation could not be applied */
  LIBBPF_ERRNO__LOAD,                           /* loading failed, and nobody can say why */
  LIBBPF_ERRNO__VERIFY,                         /* the kernel's verifier refused the program */
  LIBBPF_ERRNO__PROG2BIG,                       /* the program has too many instructions */
  LIBBPF_ERRNO__KVER,                           /* the program is for another kernel version */
  LIBBPF_ERRNO__PROGTYPE,                       /* the kernel lacks this type of program */
  LIBBPF_ERRNO__WRNGPID,                        /* a netlink answer for another process */
  LIBBPF_ERRNO__INVSEQ,                         /* a netlink answer to another question */
  LIBBPF_ERRNO__NLPARSE,                        /* a netlink answer that makes no sense */
  __LIBBPF_ERRNO__END
};

/* libbpf_strerror writes the text of an error code into `buf`, `size` bytes long, always with a
 * final NUL. `err` is an errno of the system or one of enum libbpf_errno, positive or negative.
 * Fails with
 *   EINVAL  no `buf`, or `size` is 0
 *   ERANGE  the text did not fit; `buf` holds its beginning
 *   ENOENT  no such code; `buf` holds a text that says so
 * May be called from any thread. */
LIBBPF_API int libbpf_strerror(int err, char* buf, size_t size);

/* ---- Diagnostics ---- */

enum libbpf_print_level {
  LIBBPF_WARN, /* something failed, or will be missed */
  LIBBPF_INFO, /* worth knowing, nothing is wrong */
  LIBBPF_DEBUG /* for whoever looks for a fault */
};

/* libbpf_print_fn_t receives one message: its level and what vprintf(3) takes. The message ends
 * with a newline. It is called from the thread in which the message arose, perhaps from several
 * threads at once. What it returns is not used. It may change errno: that is put back. */
typedef int (*libbpf_print_fn_t)(enum libbpf_print_level level, const char* format, va_list ap);

/* libbpf_set_print makes `fn` the receiver of all messages of the process from now on, and returns
 * the one before it. NULL silences the library. The receiver at start writes warnings and infos to
 * stderr and drops the rest; LIBBPF_LOG_LEVEL in the environment (warn, info or debug, in any case)
 * sets how much it writes. Cannot fail. May be called from any thread. */
LIBBPF_API libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn);

/* ---- The machine ---- */

/* libbpf_num_possible_cpus gives how many CPUs the kernel could ever have, online or not: as many
 * values as a per-CPU map holds for each key. Fails with what reading or parsing
 * /sys/devices/system/cpu/possible failed with. The count is kept after the first call. May be
 * called from any thread. */
LIBBPF_API int libbpf_num_possible_cpus(void);

/* ---- perf_buffer: reading what BPF programs send with bpf_perf_event_output() ----
 *
 * A perf_buffer holds one kernel ring per CPU. A ring is a perf event that is mapped into memory;
 * its descriptor sits in the slot of that CPU's number in a map of type
 * BPF_MAP_TYPE_PERF_EVENT_ARRAY, where the BPF helper finds it. When a ring is full, the kernel
 * drops new records and counts them.
 *
 * Rings have indices from 0, one after another. An index is a CPU's number only as long as no CPU
 * below it was left out.
 *
 * Threads: functions on different perf_buffers, or that read different rings of one, may run at the
 * same time without locks. No two threads may read the same ring at once; poll and consume read
 * all rings. Nothing else may use a perf_buffer while it is freed. */

struct perf_buffer;
struct perf_event_attr;
struct perf_event_header;

/* perf_buffer_sample_fn receives one sample that was written on `cpu`. `data` is `size` bytes, lies
 * at a multiple of 4 only, and is gone when the callback returns. `size` counts the padding that
 * the kernel adds to make size + 4 a multiple of 8: 64 bytes written arrive as 68. */
typedef void (*perf_buffer_sample_fn)(void* ctx, int cpu, void* data, __u32 size);

/* perf_buffer_lost_fn is told that `cnt` samples were dropped on `cpu` since it was last told,
 * because the ring was full. */
typedef void (*perf_buffer_lost_fn)(void* ctx, int cpu, __u64 cnt);

/* Options of perf_buffer__new. */
struct perf_buffer_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
  /* A ring wakes its reader once in so many samples; 0 is 1. With more than 1 fewer wakeups are
   * paid for, and samples wait longer: perf_buffer__consume does not wait for a wakeup. */
  __u32 sample_period;
  __extension__ size_t : 0;
};
#define perf_buffer_opts__last_field sample_period

/* perf_buffer__new opens a ring on each online CPU, and puts it into the map `map_fd`. CPUs beyond
 * the map's max_entries are left out. Each ring has `page_cnt` pages of data, a power of two.
 * `sample_cb` and `lost_cb` are called with `ctx` by the functions that read; either may be NULL,
 * which drops such records. `opts` may be NULL. `map_fd` stays the caller's and may be closed.
 *
 * Returns a perf_buffer to free with perf_buffer__free, or fails with
 *   EINVAL          `page_cnt` is not a power of two, the map is of another type, or `opts` has
 *                   less than its size field or bytes that are not 0 where nothing is known
 *   EBADF, EBADFD   `map_fd` is not open; which of the two is the kernel's choice
 *   EPERM, EACCES   the process may not open perf events or write to the map: CAP_PERFMON and
 *                   CAP_BPF (or CAP_SYS_ADMIN), or kernel.perf_event_paranoid
 *   ENOMEM, EPERM   out of memory, or of memory that may be locked: RLIMIT_MEMLOCK,
 *                   kernel.perf_event_mlock_kb
 *   EMFILE, ENFILE  no descriptors left: it takes one for each ring and two more
 * or with another error of perf_event_open(2), mmap(2), bpf(2) or epoll_ctl(2). The message that
 * comes with it says which call failed, for which CPU, and why. */
LIBBPF_API struct perf_buffer* perf_buffer__new(int map_fd, size_t page_cnt,
                                                perf_buffer_sample_fn sample_cb,
                                                perf_buffer_lost_fn lost_cb, void* ctx,
                                                const struct perf_buffer_opts* opts);

/* bpf_perf_event_ret: what a perf_buffer_event_fn wants to happen next. The record that it was
 * called for is consumed in any case. */
enum bpf_perf_event_ret {
  LIBBPF_PERF_EVENT_DONE = 0,   /* stop reading this ring, without error */
  LIBBPF_PERF_EVENT_ERROR = -1, /* stop, and let the reading function return -1 */
  LIBBPF_PERF_EVENT_CONT = -2   /* go on with the next record */
};

/* perf_buffer_event_fn receives one record of any type as the kernel wrote it, event->size bytes,
 * header counted (perf_event_open(2)). The record is gone when the callback returns. */
typedef enum bpf_perf_event_ret (*perf_buffer_event_fn)(void* ctx, int cpu,
                                                        struct perf_event_header* event);

/* Options of perf_buffer__new_raw. */
struct perf_buffer_raw_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
  __extension__ long : 0;
  __extension__ long : 0;
  /* How many CPUs to read. 0: each online CPU, as perf_buffer__new. */
  int cpu_cnt;
  /* With cpu_cnt above 0: the CPUs, and for each the key of its slot in the map. Both arrays have
   * cpu_cnt entries, and are needed during the call only. */
  int* cpus;
  int* map_keys;
};
#define perf_buffer_raw_opts__last_field map_keys

/* perf_buffer__new_raw is perf_buffer__new for callers that want their own kind of perf event and
 * whole records. `attr` goes to the kernel as it is, for each CPU; it is needed during the call
 * only. `event_cb` receives every record; NULL drops them. `opts` may be NULL.
 *
 * Fails as perf_buffer__new does, and with
 *   EINVAL  `attr` is NULL, or a CPU that `opts` names cannot exist
 *   ENODEV  a CPU that `opts` names is offline
 *   E2BIG   a key that `opts` names is not in the map */
LIBBPF_API struct perf_buffer* perf_buffer__new_raw(int map_fd, size_t page_cnt,
                                                    struct perf_event_attr* attr,
                                                    perf_buffer_event_fn event_cb, void* ctx,
                                                    const struct perf_buffer_raw_opts* opts);

/* perf_buffer__free empties the map slots and releases all that `pb` holds. Records that were not
 * read are gone. `pb` may be NULL or an error pointer (-4095 to -1). Not to be called from
 * a callback of `pb`. */
LIBBPF_API void perf_buffer__free(struct perf_buffer* pb);

/* perf_buffer__epoll_fd gives a descriptor that is readable when a ring has woken its reader, for
 * an event loop of the caller's own. It belongs to `pb`. Cannot fail. */
LIBBPF_API int perf_buffer__epoll_fd(const struct perf_buffer* pb);

/* perf_buffer__poll waits until a ring wakes its reader, up to `timeout_ms` milliseconds (-1: for
 * ever, 0: not at all), and reads the rings that did. Returns how many rings it read, 0 if the time
 * ran out, or fails with
 *   EINTR    a signal came while it waited
 *   EBADMSG  a ring holds what cannot be a record; what is in that ring is skipped
 *   -1       (LIBBPF_PERF_EVENT_ERROR) the callback said so, or a ring of perf_buffer__new holds
 *            a record that is neither a sample nor a count of lost ones */
LIBBPF_API int perf_buffer__poll(struct perf_buffer* pb, int timeout_ms);

/* perf_buffer__consume reads every ring, woken or not, and does not wait. Returns 0, or fails with
 * the first error, as perf_buffer__poll. Records that arrive meanwhile are left for the next
 * call. */
LIBBPF_API int perf_buffer__consume(struct perf_buffer* pb);

/* perf_buffer__consume_buffer is perf_buffer__consume for the one ring `buf_idx`. Fails also with
 *   EINVAL  `buf_idx` is not below perf_buffer__buffer_cnt
 *   ENOENT  there is no ring at that index */
LIBBPF_API int perf_buffer__consume_buffer(struct perf_buffer* pb, size_t buf_idx);

/* perf_buffer__buffer_cnt gives how many rings there are. Cannot fail. */
LIBBPF_API size_t perf_buffer__buffer_cnt(const struct perf_buffer* pb);

/* perf_buffer__buffer_fd gives the perf event of the ring `buf_idx`, for an event loop of the
 * caller's own. The descriptor belongs to `pb`. Fails as perf_buffer__consume_buffer, with EINVAL
 * and ENOENT. */
LIBBPF_API int perf_buffer__buffer_fd(const struct perf_buffer* pb, size_t buf_idx);

/* perf_buffer__buffer gives the memory of the ring `buf_idx`, for callers that read it themselves:
 * `*buf` is where the mapping starts, with the page that holds struct perf_event_mmap_page, and
 * `*buf_size` is the size in bytes of the data area behind that page. The memory belongs to `pb`.
 * Fails as perf_buffer__consume_buffer, with EINVAL and ENOENT. */
LIBBPF_API int perf_buffer__buffer(struct perf_buffer* pb, int buf_idx, void** buf,
                                   size_t* buf_size);

/* ---- ring_buffer: reading what BPF programs send with bpf_ringbuf_output() and its kin ----
 *
 * A ring_buffer reads one or several kernel rings, each a map of type BPF_MAP_TYPE_RINGBUF that all
 * CPUs write to. Records come in the order in which they were reserved. A record that a BPF program
 * has reserved and not yet submitted holds up those behind it; one that the program discarded is
 * passed over, and counted nowhere. When a ring is full, the BPF program is told, and nobody else.
 *
 * Positions count bytes since the map was made, record headers and padding included, and only grow;
 * they wrap as unsigned long does. What has been read goes back to the kernel at the end of a
 * reading function, when a callback stops it, and on the way at the latest each time an eighth of
 * the ring has been read.
 *
 * Threads: functions on different ring_buffers, or that read different rings of one, may run at the
 * same time without locks. No two threads may read the same ring at once, be it through another
 * ring_buffer or another process: they would read the same records. poll, consume and consume_n
 * read all rings. Nothing else may use a ring_buffer while a ring is added to it or it is freed. */

struct ring;
struct ring_buffer;

/* ring_buffer_sample_fn receives one record: `data` is `size` bytes as the BPF program wrote them,
 * lies at a multiple of 8, is read-only, and is gone when the callback returns. It returns 0 or
 * more to go on; below 0 ends the reading function, which then returns that value. The record that
 * it was called for is consumed in any case. */
typedef int (*ring_buffer_sample_fn)(void* ctx, void* data, size_t size);

/* Options of ring_buffer__new. */
struct ring_buffer_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
};
#define ring_buffer_opts__last_field sz

/* ring_buffer__new makes a ring_buffer that reads the ring `map_fd`. `sample_cb` is called with
 * `ctx` for each of its records; NULL drops them. `opts` may be NULL. `map_fd` stays the caller's.
 *
 * Returns a ring_buffer to free with ring_buffer__free, or fails with
 *   EINVAL          the map is of another type, or `opts` has less than its size field or bytes
 *                   that are not 0 where nothing is known
 *   EBADF, EBADFD   `map_fd` is not open; which of the two is the kernel's choice
 *   E2BIG           the ring's data, mapped twice, does not fit into the address space
 *   EACCES, EPERM   the map may not be mapped, or not for writing: `map_fd` was opened for less
 *   ENOMEM          out of memory or address space
 *   EMFILE, ENFILE  no descriptors left
 * or with another error of bpf(2), mmap(2) or epoll_ctl(2). The message that comes with it says
 * which call failed, for which map, and why. */
LIBBPF_API struct ring_buffer* ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb,
                                                void* ctx, const struct ring_buffer_opts* opts);

/* ring_buffer__add makes `rb` read one more ring, with a callback and a `ctx` of its own. Its index
 * is the number of rings before. Fails as ring_buffer__new does, and with
 *   EEXIST  `rb` reads the ring behind this `map_fd` already
 * and `rb` then goes on with the rings that it had. */
LIBBPF_API int ring_buffer__add(struct ring_buffer* rb, int map_fd, ring_buffer_sample_fn sample_cb,
                                void* ctx);

/* ring_buffer__free releases all that `rb` holds. Records that were not read stay in the map. `rb`
 * may be NULL. Not to be called from a callback of `rb`. */
LIBBPF_API void ring_buffer__free(struct ring_buffer* rb);

/* ring_buffer__epoll_fd gives a descriptor that is readable from when a ring wakes its reader until
 * that ring has been read, for an event loop of the caller's own. It belongs to `rb`. Cannot
 * fail. */
LIBBPF_API int ring_buffer__epoll_fd(const struct ring_buffer* rb);

/* ring_buffer__poll waits until a ring wakes its reader, up to `timeout_ms` milliseconds (-1: for
 * ever, 0: not at all), and reads the rings that did, each as ring__consume. What a BPF program
 * wrote with BPF_RB_NO_WAKEUP waits for a wakeup, or for ring_buffer__consume; a ring whose next
 * record is not submitted yet does not let it wait. Returns how many records it read (INT_MAX for
 * more than that), 0 if the time ran out or there was nothing, or fails with
 *   EINTR    a signal came while it waited
 *   EBADMSG  a ring holds what cannot be a record; what is in that ring is skipped
 * or with what a callback returned below 0; rings behind that one wait for the next call. */
LIBBPF_API int ring_buffer__poll(struct ring_buffer* rb, int timeout_ms);

/* ring_buffer__consume reads every ring in the order of the indices, each as ring__consume, and
 * does not wait. Returns how many records it read (INT_MAX for more than that), or fails as
 * ring_buffer__poll, but for EINTR. */
LIBBPF_API int ring_buffer__consume(struct ring_buffer* rb);

/* ring_buffer__consume_n is ring_buffer__consume that stops after `n` records of all rings
 * together; 0 reads nothing. */
LIBBPF_API int ring_buffer__consume_n(struct ring_buffer* rb, size_t n);

/* ring_buffer__ring gives the ring with the index `idx`: 0 is that of ring_buffer__new, the others
 * are in the order of ring_buffer__add. It belongs to `rb`. Fails with
 *   ERANGE  there are no more than `idx` rings */
LIBBPF_API struct ring* ring_buffer__ring(struct ring_buffer* rb, unsigned int idx);

/* ring__consumer_pos gives the position in bytes up to which the ring has been read. In a callback
 * that is where its record begins. Cannot fail. */
LIBBPF_API unsigned long ring__consumer_pos(const struct ring* r);

/* ring__producer_pos gives the position in bytes up to which BPF programs have reserved records,
 * submitted or not. Cannot fail. */
LIBBPF_API unsigned long ring__producer_pos(const struct ring* r);

/* ring__avail_data_size gives ring__producer_pos less ring__consumer_pos: the bytes in the ring
 * that have not been read, records that are not submitted yet included. Cannot fail. */
LIBBPF_API size_t ring__avail_data_size(const struct ring* r);

/* ring__size gives the bytes of the ring's data area: the map's max_entries. Cannot fail. */
LIBBPF_API size_t ring__size(const struct ring* r);

/* ring__map_fd gives the descriptor of the map as it was given for this ring; it stays its owner's.
 * Cannot fail. */
LIBBPF_API int ring__map_fd(const struct ring* r);

/* ring__consume reads the one ring until it holds nothing more, records that arrive meanwhile
 * included, or until a record that is not submitted yet, and does not wait. Returns how many
 * records it read (INT_MAX for more than that), or fails with EBADMSG as ring_buffer__poll, or with
 * what the callback returned below 0. */
LIBBPF_API int ring__consume(struct ring* r);

/* ring__consume_n is ring__consume that stops after `n` records; 0 reads nothing. */
LIBBPF_API int ring__consume_n(struct ring* r, size_t n);

/* ---- user_ring_buffer: sending to BPF programs that read with bpf_user_ringbuf_drain() ----
 *
 * A user_ring_buffer writes to a map of type BPF_MAP_TYPE_USER_RINGBUF. A sample is reserved,
 * filled in place, and then submitted or discarded; several may be reserved at once, and finished
 * in any order. The BPF program sees them in the order in which they were reserved, and waits at
 * the first that is not finished.
 *
 * Threads: one thread at a time may reserve. Samples may be submitted and discarded from other
 * threads without locks. Nothing else may use a user_ring_buffer while it is freed. One map has one
 * user_ring_buffer at a time: its producer is whoever writes the producer position. */

struct user_ring_buffer;

/* Options of user_ring_buffer__new. */
struct user_ring_buffer_opts {
  /* Bytes in this struct as the caller was compiled; LIBBPF_OPTS sets it. */
  size_t sz;
};
#define user_ring_buffer_opts__last_field sz

/* user_ring_buffer__new makes a writer for the ring `map_fd`, which stays the caller's. `opts` may
 * be NULL. Returns a user_ring_buffer to free with user_ring_buffer__free, or fails as
 * ring_buffer__new does. */
LIBBPF_API struct user_ring_buffer* user_ring_buffer__new(int map_fd,
                                                          const struct user_ring_buffer_opts* opts);

/* user_ring_buffer__reserve reserves a sample of `size` bytes, and 8 more for its header, rounded
 * up to a multiple of 8. Returns its memory, at a multiple of 8, with whatever bytes were there, to
 * be given to user_ring_buffer__submit or user_ring_buffer__discard. Fails, without a message, with
 *   E2BIG   the ring could not hold such a sample if it were empty
 *   ENOSPC  the ring has no room for it now */
LIBBPF_API void* user_ring_buffer__reserve(struct user_ring_buffer* rb, __u32 size);

/* user_ring_buffer__reserve_blocking is user_ring_buffer__reserve that waits for room up to
 * `timeout_ms` milliseconds (-1: for ever, 0: not at all). It is woken when a BPF program has read
 * from the ring, and tries once more when the time runs out. Fails as user_ring_buffer__reserve,
 * or with
 *   EINVAL  `timeout_ms` is below -1
 *   EINTR   a signal came while it waited */
LIBBPF_API void* user_ring_buffer__reserve_blocking(struct user_ring_buffer* rb, __u32 size,
                                                    int timeout_ms);

/* user_ring_buffer__submit hands `sample`, from user_ring_buffer__reserve of `rb`, to the BPF
 * program. Its memory must not be touched any more. Wakes nobody. Cannot fail. */
LIBBPF_API void user_ring_buffer__submit(struct user_ring_buffer* rb, void* sample);

/* user_ring_buffer__discard is user_ring_buffer__submit for a sample that the BPF program shall not
 * see. Its room comes back when the program has read past it. */
LIBBPF_API void user_ring_buffer__discard(struct user_ring_buffer* rb, void* sample);

/* user_ring_buffer__free releases all that `rb` holds. Samples that were submitted stay in the map;
 * memory of samples that were not is gone, and they stay in the BPF program's way. `rb` may be
 * NULL. */
LIBBPF_API void user_ring_buffer__free(struct user_ring_buffer* rb);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* __LIBBPF_LIBBPF_H */
