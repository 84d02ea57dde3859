/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios of bpf(): maps, programs, and what programs get from bpf_perf_event_output(). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/scenarios/scenarios.h"
#include "support/bpf_calls.h"

static int event_array(uint32_t entries) {
  return sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, entries, 0);
}

static int map_by_id(uint32_t id) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_id = id;
  return sys_bpf(BPF_MAP_GET_FD_BY_ID, &attr);
}

/* info asks for `size` bytes about a descriptor and stores how many came. */
static long info(int fd, void* into, uint32_t size, uint32_t* length) {
  union bpf_attr attr;
  long result;

  memset(&attr, 0, sizeof(attr));
  attr.info.bpf_fd = (uint32_t)fd;
  attr.info.info = sys_bpf_pointer(into);
  attr.info.info_len = size;
  result = sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
  *length = attr.info.info_len;
  return result;
}

static void try_map(const char* what, enum bpf_map_type type, uint32_t key, uint32_t value,
                    uint32_t entries, uint32_t flags) {
  int fd = sys_bpf_map_create(type, key, value, entries, flags);

  see_call(what, fd);
  if (fd >= 0) {
    see(" close-on-exec", fcntl(fd, F_GETFD));
    close(fd);
  }
}

void map_creation(void) {
  const enum bpf_map_type events = BPF_MAP_TYPE_PERF_EVENT_ARRAY, array = BPF_MAP_TYPE_ARRAY;
  union bpf_attr attr;

  try_map("events", events, 4, 4, 2, 0);
  try_map("no entries", events, 4, 4, 0, 0);
  try_map("large keys", events, 8, 4, 2, 0);
  try_map("large values", events, 4, 8, 2, 0);
  try_map("unknown flags", events, 4, 4, 2, 1U << 30);
  try_map("kept elements", events, 4, 4, 2, BPF_F_PRESERVE_ELEMS);
  try_map("mapped", events, 4, 4, 2, BPF_F_MMAPABLE);
  try_map("for programs to read", events, 4, 4, 2, BPF_F_RDONLY_PROG);
  try_map("array", array, 4, 40, 2, 0);
  try_map("array without values", array, 4, 0, 2, 0);
  try_map("array of kept elements", array, 4, 4, 2, BPF_F_PRESERVE_ELEMS);
  try_map("unknown type", (enum bpf_map_type)999, 4, 4, 2, 0);
  memset(&attr, 0, sizeof(attr));
  attr.map_type = BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  attr.key_size = attr.value_size = 4;
  attr.max_entries = 2;
  strcpy(attr.map_name, "a.name_15chars_");
  see_call("name", sys_bpf(BPF_MAP_CREATE, &attr));
  memset(attr.map_name, 'a', sizeof(attr.map_name));
  see_call("name without end", sys_bpf(BPF_MAP_CREATE, &attr));
  memset(attr.map_name, 0, sizeof(attr.map_name));
  strcpy(attr.map_name, "a-b");
  see_call("name with a dash", sys_bpf(BPF_MAP_CREATE, &attr));
}

static long update(int map_fd, uint32_t key, int value, uint64_t flags) {
  union bpf_attr attr;

  memset(&attr, 0, sizeof(attr));
  attr.map_fd = (uint32_t)map_fd;
  attr.key = sys_bpf_pointer(&key);
  attr.value = sys_bpf_pointer(&value);
  attr.flags = flags;
  return sys_bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

static long erase(int map_fd, uint32_t key) {
  return sys_bpf_map_delete(map_fd, &key);
}

static long look_up(int map_fd, uint32_t key) {
  int value = 0;
  long result = sys_bpf_map_lookup(map_fd, &key, &value);

  return result < 0 ? result : value;
}

static void next_keys(int map_fd) {
  union bpf_attr attr;
  uint32_t key = 77, next = 0;

  for (unsigned i = 0; i < 4; i++) {
    memset(&attr, 0, sizeof(attr));
    attr.map_fd = (uint32_t)map_fd;
    attr.key = i == 0 ? 0 : sys_bpf_pointer(&key);
    attr.next_key = sys_bpf_pointer(&next);
    see_call("next key", sys_bpf(BPF_MAP_GET_NEXT_KEY, &attr));
    see(" is", next);
    key = next;
  }
}

void map_elements(void) {
  struct perf_event_attr attr = output_attr();
  int map_fd = event_array(2), array = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 2, 0);
  int event_fd = open_event(&attr, 0), clock_fd;

  see_call("delete from empty", erase(map_fd, 0));
  see_call("delete beyond", erase(map_fd, 2));
  see_call("store", update(map_fd, 0, event_fd, BPF_ANY));
  see_call("store again", update(map_fd, 0, event_fd, BPF_ANY));
  see_call("store in two slots", update(map_fd, 1, event_fd, BPF_ANY));
  see_call("store beyond", update(map_fd, 2, event_fd, BPF_ANY));
  see_call("store if new", update(map_fd, 0, event_fd, BPF_NOEXIST));
  see_call("store if there", update(map_fd, 0, event_fd, BPF_EXIST));
  see_call("store a closed one", update(map_fd, 0, 999, BPF_ANY));
  see_call("store -1", update(map_fd, 0, -1, BPF_ANY));
  see_call("store a map", update(map_fd, 0, map_fd, BPF_ANY));
  see_call("store stdin", update(map_fd, 0, 0, BPF_ANY));
  see_call("look up", look_up(map_fd, 0));
  see_call("delete", erase(map_fd, 0));
  see_call("delete again", erase(map_fd, 0));
  next_keys(map_fd);
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  clock_fd = open_event(&attr, 0);
  see_call("store another software event", update(map_fd, 0, clock_fd, BPF_ANY));
  see_call("array store", update(array, 1, 55, BPF_ANY));
  see_call("array store if new", update(array, 1, 55, BPF_NOEXIST));
  see_call("array store if there", update(array, 1, 66, BPF_EXIST));
  see_call("array store beyond", update(array, 2, 66, BPF_ANY));
  see_call("array store, unknown flags", update(array, 1, 66, 64));
  see("array look up", look_up(array, 1));
  see_call("array look up beyond", look_up(array, 2));
  see_call("array delete", erase(array, 1));
  next_keys(array);
  close(clock_fd), close(event_fd), close(map_fd), close(array);
}

void map_wrong_descriptors(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  const int wrong[] = {999, -1, 0, rig.event_fd, rig.program_fd};
  struct bpf_map_info about;
  uint32_t length;

  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    see("descriptor", (long long)i);
    see_call(" update", update(wrong[i], 0, rig.event_fd, BPF_ANY));
    see_call(" delete", erase(wrong[i], 0));
    see_call(" look up", look_up(wrong[i], 0));
    if (wrong[i] != rig.program_fd)
      see_call(" info", info(wrong[i], &about, sizeof(about), &length));
  }
  rig_down(&rig);
}

void map_info(void) {
  union bpf_attr attr;
  struct {
    struct bpf_map_info about;
    unsigned char more[256];
  } space;
  uint32_t length;
  int map_fd;

  memset(&attr, 0, sizeof(attr));
  attr.map_type = BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  attr.key_size = attr.value_size = 4;
  attr.max_entries = 7;
  strcpy(attr.map_name, "events");
  map_fd = sys_bpf(BPF_MAP_CREATE, &attr);
  memset(&space, 0, sizeof(space));
  see_call("info", info(map_fd, &space, sizeof(space.about), &length));
  see("type", space.about.type);
  see("key size", space.about.key_size);
  see("value size", space.about.value_size);
  see("entries", space.about.max_entries);
  see("flags", space.about.map_flags);
  see("has an id", space.about.id != 0);
  printf("name: %s\n", space.about.name);
  see("fits", length <= sizeof(space.about));

  memset(&space, 0x55, sizeof(space));
  see_call("10 bytes", info(map_fd, &space, 10, &length));
  see("length", length);
  see("untouched behind", ((unsigned char*)&space)[10] == 0x55);
  see_call("0 bytes", info(map_fd, &space, 0, &length));
  memset(&space, 0, sizeof(space));
  see_call("too many zeroes", info(map_fd, &space, sizeof(space), &length));
  see("said to be less", length < sizeof(space));
  space.more[250] = 1;
  see_call("garbage behind", info(map_fd, &space, sizeof(space), &length));
  see_call("over a page", info(map_fd, &space, 5000, &length));
  see_call("nowhere", info(map_fd, NULL, sizeof(space.about), &length));
  close(map_fd);
}

void map_closes(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  struct bpf_map_info about;
  uint32_t length;
  int duplicate, again;

  memset(&about, 0, sizeof(about));
  info(rig.map_fd, &about, sizeof(about), &length);
  duplicate = dup(rig.map_fd);
  close(rig.map_fd);
  see("closed, but a duplicate is left", output(&rig, 8, 0));
  again = map_by_id(about.id);
  see_call("opened by id", again);
  close(duplicate);
  see("what the closed one stored", output(&rig, 8, 0));
  see_call("store by the other", update(again, 0, rig.event_fd, BPF_ANY));
  see("stored by the other", output(&rig, 8, 0));
  rig.map_fd = map_by_id(about.id);
  close(rig.map_fd);
  see("a third one closed", output(&rig, 8, 0));
  close(again);
  see("all closed, the program lives", output(&rig, 8, 0));
  rig.map_fd = map_by_id(about.id);
  see_call("by id, the program lives", rig.map_fd);
  close(rig.program_fd);
  close(rig.map_fd);
  munmap(rig.page, 2 * 4096);
  close(rig.event_fd);
  see_call("an id that is not there", map_by_id(0x7fffffff));
}

void output_errors(void) {
  struct perf_event_attr attr = output_attr();
  struct rig rig = rig_up(&attr, 1);
  const uint32_t key = 1;
  int other;

  see("own slot by number", output_at_key(&rig, 0, 0, 8));
  see("empty slot", output_at_key(&rig, 0, 1, 8));
  see("beyond the map", output_at_key(&rig, 0, 2, 8));
  see("unknown flags", output_at_key(&rig, 0, 1ULL << 32, 8));
  see("from another CPU", output_at_key(&rig, 1, 0, 8));
  see("its slot is empty", output_at_key(&rig, 1, BPF_F_CURRENT_CPU, 8));
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  other = open_event(&attr, 0);
  sys_bpf_map_update(rig.map_fd, &key, &other);
  see("another software event", output_at_key(&rig, 0, 1, 8));
  see("nothing", output_at_key(&rig, 0, 0, 0));
  see("larger than the ring", output_at_key(&rig, 0, 0, 5000));
  see_records(&rig);
  see("after it", output_at_key(&rig, 0, 0, 4));
  see_records(&rig);
  close(other);
  rig_down(&rig);
}

void program_errors(void) {
  const struct bpf_insn nothing[] = {INSN_MOV_IMM(0, 7), INSN_EXIT()};
  const struct bpf_insn closed[] = {INSN_MAP(2, 999), INSN_MOV_IMM(0, 0), INSN_EXIT()};
  const struct bpf_insn no_map[] = {INSN_MAP(2, 0), INSN_MOV_IMM(0, 0), INSN_EXIT()};
  const uint64_t arguments[12] = {0};
  int fd, returned = 0, map_fd = event_array(2);

  see_call("no instructions", sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, nothing, 0, NULL, 0));
  see_call("no end", sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, nothing, 1, NULL, 0));
  see_call("a closed map", sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, closed, 4, NULL, 0));
  see_call("no map", sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, no_map, 4, NULL, 0));
  see_call("unknown type", sys_bpf_prog_load((enum bpf_prog_type)999, nothing, 2, NULL, 0));
  fd = sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, nothing, 2, NULL, 0);
  see_call("load", fd);
  see_call("run", sys_bpf_run_on_cpu(fd, 0, arguments, 2, &returned));
  see("returned", returned);
  see_call("run on a CPU that is not there",
           sys_bpf_run_on_cpu(fd, 60000, arguments, 2, &returned));
  see_call("run with 12 arguments", sys_bpf_run_on_cpu(fd, 0, arguments, 12, &returned));
  see_call("run a map", sys_bpf_run_on_cpu(map_fd, 0, arguments, 2, &returned));
  see_call("run a closed one", sys_bpf_run_on_cpu(999, 0, arguments, 2, &returned));
  see_call("attach nowhere", sys_bpf_raw_tracepoint_open("no_such_tracepoint", fd));
  see_call("attach a map", sys_bpf_raw_tracepoint_open("sys_enter", map_fd));
  see_call("attach a closed one", sys_bpf_raw_tracepoint_open("sys_enter", 999));
  see_call("attach", sys_bpf_raw_tracepoint_open("task_newtask", fd));
  close(fd), close(map_fd);
}

void command_checks(void) {
  struct {
    union bpf_attr attr;
    unsigned char more[64];
  } large;

  memset(&large, 0, sizeof(large));
  see_call("unknown command", call(syscall(SYS_bpf, 999, &large, sizeof(large.attr))));
  large.attr.map_type = BPF_MAP_TYPE_ARRAY;
  large.attr.key_size = large.attr.value_size = 4;
  large.attr.max_entries = 1;
  see_call("zeroes behind", call(syscall(SYS_bpf, BPF_MAP_CREATE, &large, sizeof(large))));
  see_call("over a page", call(syscall(SYS_bpf, BPF_MAP_CREATE, &large, 5000)));
  see_call("short", call(syscall(SYS_bpf, BPF_MAP_CREATE, &large, 16)));
  see_call("too short", call(syscall(SYS_bpf, BPF_MAP_CREATE, &large, 12)));
  see_call("nothing", call(syscall(SYS_bpf, BPF_MAP_CREATE, NULL, sizeof(large.attr))));
  memset(&large, 0, sizeof(large));
  large.attr.map_fd = 999;
  ((unsigned char*)&large.attr)[40] = 1;
  see_call("field of another command",
           call(syscall(SYS_bpf, BPF_MAP_DELETE_ELEM, &large, sizeof(large.attr))));
}
