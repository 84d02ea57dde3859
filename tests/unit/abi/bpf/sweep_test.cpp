// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Each function of bpf.h on the simulated kernel, with each of its calls failing: the error comes
// back as it is, and nothing is left.
#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <catch2/catch.hpp>
#include <unistd.h>

#include "messages.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr const char* kPath = "/sys/fs/bpf/pinned";
constexpr bpf_insn kReturnZero[] = {
    {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
};
constexpr struct {
  unsigned short magic = 0xeb9f;
  unsigned char version = 1;
  unsigned char flags = 0;
  unsigned header_size = 24;
  unsigned rest[4] = {};
} kNoTypes;

os::UniqueFd made(int fd) {
  REQUIRE(fd >= 3);
  return os::UniqueFd(fd);
}

int load_program() {
  return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "swept", "GPL", kReturnZero, 2, nullptr);
}

template <class Info>
int ask(int (*function)(int, Info*, __u32*), int fd) {
  Info info{};
  __u32 size = sizeof(info);
  return function(fd, &info, &size);
}

// Objects are what the functions work on: one of each kind.
struct Objects {
  os::UniqueFd hash = made(bpf_map_create(BPF_MAP_TYPE_HASH, "hash", 4, 8, 16, nullptr));
  os::UniqueFd frozen = made(bpf_map_create(BPF_MAP_TYPE_HASH, "frozen", 4, 8, 16, nullptr));
  os::UniqueFd program = made(load_program());
  os::UniqueFd btf = made(bpf_btf_load(&kNoTypes, sizeof(kNoTypes), nullptr));
  os::UniqueFd link = made(bpf_raw_tracepoint_open("sys_enter", program.get()));

  Objects() {
    for (const __u32 key : {1U, 2U, 3U}) {
      const __u64 value = 10 * key;
      REQUIRE(bpf_map_update_elem(hash.get(), &key, &value, BPF_ANY) == 0);
    }
  }
};

// A function, and what its result must be. Descriptors are closed.
struct Swept {
  std::string name;
  std::function<int(const Objects&)> call;
  bool gives_fd = false;
};

const __u32 kKey = 2;

std::vector<Swept> element_functions() {
  static __u64 value;
  static __u32 next;
  return {
      {"update_elem",
       [](const Objects& on) {
         return bpf_map_update_elem(on.hash.get(), &kKey, &value, BPF_EXIST);
       }},
      {"lookup_elem",
       [](const Objects& on) { return bpf_map_lookup_elem(on.hash.get(), &kKey, &value); }},
      {"lookup_elem_flags",
       [](const Objects& on) {
         return bpf_map_lookup_elem_flags(on.hash.get(), &kKey, &value, 0);
       }},
      {"get_next_key",
       [](const Objects& on) { return bpf_map_get_next_key(on.hash.get(), nullptr, &next); }},
      {"lookup_and_delete_elem",
       [](const Objects& on) {
         return bpf_map_lookup_and_delete_elem(on.hash.get(), &kKey, &value);
       }},
      {"lookup_and_delete_elem_flags",
       [](const Objects& on) {
         return bpf_map_lookup_and_delete_elem_flags(on.hash.get(), &kKey, &value, 0);
       }},
      {"delete_elem", [](const Objects& on) { return bpf_map_delete_elem(on.hash.get(), &kKey); }},
      {"delete_elem_flags",
       [](const Objects& on) { return bpf_map_delete_elem_flags(on.hash.get(), &kKey, 0); }},
      {"freeze", [](const Objects& on) { return bpf_map_freeze(on.frozen.get()); }},
  };
}

std::vector<Swept> batch_functions() {
  static __u32 keys[2];
  static __u64 values[2];
  static __u32 cursor;
  keys[0] = 1;
  keys[1] = 2;
  return {
      {"lookup_batch",
       [](const Objects& on) {
         __u32 count = 2;
         return bpf_map_lookup_batch(on.hash.get(), nullptr, &cursor, keys, values, &count,
                                     nullptr);
       }},
      {"lookup_and_delete_batch",
       [](const Objects& on) {
         __u32 count = 2;
         return bpf_map_lookup_and_delete_batch(on.hash.get(), nullptr, &cursor, keys, values,
                                                &count, nullptr);
       }},
      {"update_batch",
       [](const Objects& on) {
         __u32 count = 2;
         return bpf_map_update_batch(on.hash.get(), keys, values, &count, nullptr);
       }},
      {"delete_batch",
       [](const Objects& on) {
         __u32 count = 2;
         return bpf_map_delete_batch(on.hash.get(), keys, &count, nullptr);
       }},
  };
}

std::vector<Swept> object_functions() {
  static __u32 next;
  return {
      {"map_create",
       [](const Objects&) { return bpf_map_create(BPF_MAP_TYPE_ARRAY, "array", 4, 4, 1, nullptr); },
       true},
      {"prog_load", [](const Objects&) { return load_program(); }, true},
      {"btf_load",
       [](const Objects&) { return bpf_btf_load(&kNoTypes, sizeof(kNoTypes), nullptr); }, true},
      {"obj_pin", [](const Objects& on) { return bpf_obj_pin(on.hash.get(), kPath); }},
      {"prog_get_next_id", [](const Objects&) { return bpf_prog_get_next_id(0, &next); }},
      {"map_get_next_id", [](const Objects&) { return bpf_map_get_next_id(0, &next); }},
      {"btf_get_next_id", [](const Objects&) { return bpf_btf_get_next_id(0, &next); }},
      {"link_get_next_id", [](const Objects&) { return bpf_link_get_next_id(0, &next); }},
      {"map_info", [](const Objects& on) { return ask(bpf_map_get_info_by_fd, on.hash.get()); }},
      {"prog_info",
       [](const Objects& on) { return ask(bpf_prog_get_info_by_fd, on.program.get()); }},
      {"btf_info", [](const Objects& on) { return ask(bpf_btf_get_info_by_fd, on.btf.get()); }},
      {"link_info", [](const Objects& on) { return ask(bpf_link_get_info_by_fd, on.link.get()); }},
      {"raw_tracepoint_open",
       [](const Objects& on) { return bpf_raw_tracepoint_open("sys_exit", on.program.get()); },
       true},
      {"link_create",
       [](const Objects& on) { return bpf_link_create(on.program.get(), 0, BPF_XDP, nullptr); },
       true},
      {"link_update",
       [](const Objects& on) { return bpf_link_update(on.link.get(), on.program.get(), nullptr); }},
      {"link_detach", [](const Objects& on) { return bpf_link_detach(on.link.get()); }},
      {"prog_test_run",
       [](const Objects& on) { return bpf_prog_test_run_opts(on.program.get(), nullptr); }},
  };
}

// What opens an object by its id; the ids are of the moment.
std::vector<Swept> id_functions() {
  const auto by_id = [](int (*next)(__u32, __u32*), int (*open)(__u32)) {
    return [next, open](const Objects&) {
      __u32 id = 0;
      const int found = next(0, &id);
      return found == 0 ? open(id) : found;
    };
  };
  return {
      {"prog_get_fd_by_id", by_id(bpf_prog_get_next_id, bpf_prog_get_fd_by_id), true},
      {"map_get_fd_by_id", by_id(bpf_map_get_next_id, bpf_map_get_fd_by_id), true},
      {"btf_get_fd_by_id", by_id(bpf_btf_get_next_id, bpf_btf_get_fd_by_id), true},
      {"link_get_fd_by_id", by_id(bpf_link_get_next_id, bpf_link_get_fd_by_id), true},
  };
}

// sweep makes the first call of a function fail, then the second, until none is left.
void sweep(const Swept& swept) {
  CAPTURE(swept.name);
  const Messages messages;
  for (unsigned nth = 1;; ++nth) {
    REQUIRE(nth < 10);
    sim_reset(1);
    const Objects objects;
    const auto before = sim_live();
    sim_fail("any", nth, ENOMEM);
    errno = ENOTTY;
    const int result = swept.call(objects);
    const bool failed = result < 0;
    if (failed) {
      CHECK(result == -ENOMEM);
      CHECK(errno == ENOMEM);
    } else {
      CHECK(errno == ENOTTY);
      if (swept.gives_fd)
        close(result);
    }
    const auto after = sim_live();
    CHECK(after.fds == before.fds);
    CHECK(after.bytes == before.bytes);
    if (!failed)
      return;
  }
}

} // namespace

TEST_CASE("functions on elements: each call fails in turn") {
  for (const Swept& swept : element_functions())
    sweep(swept);
}

TEST_CASE("functions on many elements: each call fails in turn") {
  for (const Swept& swept : batch_functions())
    sweep(swept);
}

TEST_CASE("functions that make objects, attach them and ask about them: each call fails in turn") {
  for (const Swept& swept : object_functions())
    sweep(swept);
}

TEST_CASE("functions that open objects by their ids: each call fails in turn") {
  for (const Swept& swept : id_functions())
    sweep(swept);
}

TEST_CASE("a command that is not simulated is not taken for one that Linux does not have") {
  sim_reset(1);
  const Messages messages;
  const Objects objects;
  CHECK(bpf_iter_create(objects.link.get()) == -EOPNOTSUPP);
  CHECK(bpf_enable_stats(0) == -EOPNOTSUPP);
  CHECK(bpf_prog_bind_map(objects.program.get(), objects.hash.get(), nullptr) == -EOPNOTSUPP);
  CHECK(bpf_prog_attach(objects.program.get(), 3, BPF_CGROUP_DEVICE, 0) == -EOPNOTSUPP);
  CHECK(bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, nullptr, 8, 4, 1, nullptr) == -EOPNOTSUPP);
  int none = 9999;
  CHECK(bpf_map_create(static_cast<bpf_map_type>(none), nullptr, 4, 4, 1, nullptr) == -EINVAL);
}

TEST_CASE("an object lives as long as a descriptor, a name or a program keeps it") {
  sim_reset(1);
  __u32 id = 0;
  {
    const auto map = made(bpf_map_create(BPF_MAP_TYPE_HASH, "kept", 4, 4, 1, nullptr));
    const __u32 key = 7;
    REQUIRE(bpf_map_update_elem(map.get(), &key, &key, BPF_ANY) == 0);
    REQUIRE(bpf_obj_pin(map.get(), kPath) == 0);
    CHECK(bpf_obj_pin(map.get(), kPath) == -EEXIST);
  }
  REQUIRE(bpf_map_get_next_id(0, &id) == 0);
  {
    const auto map = made(bpf_obj_get(kPath));
    const __u32 key = 7;
    __u32 value = 0;
    CHECK(bpf_map_lookup_elem(map.get(), &key, &value) == 0);
    CHECK(value == 7);
    CHECK(made(bpf_map_get_fd_by_id(id)));
  }
  CHECK(sim_unpin(kPath) == 0);
  CHECK(bpf_map_get_next_id(0, &id) == -ENOENT);
  CHECK(bpf_map_get_fd_by_id(id) == -ENOENT);
  CHECK(bpf_obj_get(kPath) == -ENOENT);
}

TEST_CASE("names are in a bpf file system") {
  sim_reset(1);
  const auto map = made(bpf_map_create(BPF_MAP_TYPE_HASH, "named", 4, 4, 1, nullptr));
  CHECK(bpf_obj_pin(map.get(), "/tmp/elsewhere") == -EPERM);
  CHECK(bpf_obj_pin(map.get(), "/sys/fs/bpf/a.dot") == -EPERM);
  CHECK(bpf_obj_pin(map.get(), "/sys/fs/bpf/none/map") == -ENOENT);
  CHECK(bpf_obj_get("/tmp/elsewhere") == -EACCES);
}

TEST_CASE("a frozen map can be read, and not written") {
  sim_reset(1);
  const auto map = made(bpf_map_create(BPF_MAP_TYPE_ARRAY, "frozen", 4, 4, 1, nullptr));
  const __u32 key = 0;
  __u32 value = 1;
  REQUIRE(bpf_map_update_elem(map.get(), &key, &value, 0) == 0);
  REQUIRE(bpf_map_freeze(map.get()) == 0);
  CHECK(bpf_map_update_elem(map.get(), &key, &value, 0) == -EPERM);
  CHECK(bpf_map_lookup_elem(map.get(), &key, &value) == 0);
  CHECK(bpf_map_freeze(map.get()) == -EPERM);
}

TEST_CASE("batches hand over a map's elements once each, and say where the end is") {
  sim_reset(1);
  const auto map = made(bpf_map_create(BPF_MAP_TYPE_HASH, "many", 4, 8, 64, nullptr));
  __u32 keys[64];
  __u64 values[64];
  for (__u32 i = 0; i < 51; ++i) {
    keys[i] = i;
    values[i] = 3 * i;
  }
  __u32 count = 51;
  REQUIRE(bpf_map_update_batch(map.get(), keys, values, &count, nullptr) == 0);
  CHECK(count == 51);

  std::vector<bool> seen(51);
  __u32 cursor = 0;
  const void* from = nullptr;
  for (int result = 0; result == 0; from = &cursor) {
    count = 20;
    result = bpf_map_lookup_batch(map.get(), const_cast<void*>(from), &cursor, keys, values, &count,
                                  nullptr);
    CHECK((result == 0 || result == -ENOENT));
    for (__u32 i = 0; i < count; ++i) {
      CHECK_FALSE(seen[keys[i]]);
      CHECK(values[i] == 3 * keys[i]);
      seen[keys[i]] = true;
    }
  }
  CHECK(std::vector<bool>(51, true) == seen);

  count = 64;
  CHECK(bpf_map_lookup_and_delete_batch(map.get(), nullptr, &cursor, keys, values, &count,
                                        nullptr) == -ENOENT);
  CHECK(count == 51);
  count = 1;
  CHECK(bpf_map_delete_batch(map.get(), keys, &count, nullptr) == -ENOENT);
  CHECK(count == 0);
}

} // namespace ringside::test
