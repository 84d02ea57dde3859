// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// frees: a perf_buffer or a ring_buffer is freed around a callback that leaves its read by a C++
// exception: where the exception arrives, further down the stack, by a destructor on its way, and
// in a read behind it. And it is freed from callbacks while the kernel goes on to write. Whatever
// the way, nothing stays open.
#include <bpf/libbpf.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <stdexcept>
#include <string>

#include "source.h"

namespace {

constexpr unsigned kRecords = 20;
constexpr std::size_t kPages = 8;

struct source perf_source, ring_source;
perf_buffer* pb;
ring_buffer* rb;

unsigned calls;
void (*act)();

void on_sample(void*, int, void*, __u32) {
  ++calls;
  act();
}
int on_ring_sample(void*, void*, std::size_t) {
  ++calls;
  act();
  return 0;
}

struct Kind {
  const char* name;
  const struct source& source;
  bool (*make)();
  int (*read)();
  void (*free)();
  int result; // of a read that was freed from at its first record
};

const Kind kKinds[] = {
    {"perf_buffer__poll", perf_source,
     [] {
       pb = perf_buffer__new(perf_source.map_fd, kPages, on_sample, nullptr, nullptr, nullptr);
       return pb != nullptr;
     },
     [] { return perf_buffer__poll(pb, 1000); }, [] { perf_buffer__free(pb); }, 1},
    {"ring_buffer__poll", ring_source,
     [] {
       rb = ring_buffer__new(ring_source.map_fd, on_ring_sample, nullptr, nullptr);
       return rb != nullptr;
     },
     [] { return ring_buffer__poll(rb, 1000); }, [] { ring_buffer__free(rb); }, 1}};
const Kind* kind;

[[noreturn]] void leave() {
  throw std::runtime_error("from a callback");
}

// Freer frees the buffer when it goes away.
struct Freer {
  Freer() = default;
  Freer(const Freer&) = delete;
  Freer& operator=(const Freer&) = delete;
  ~Freer() { kind->free(); }
};

[[gnu::noinline]] void free_further_down() {
  char text[2048];
  std::memset(text, 'x', sizeof(text) - 1);
  text[sizeof(text) - 1] = '\0';
  if (std::string(text).size() == sizeof(text) - 1)
    kind->free();
}

int read_and_catch() {
  try {
    kind->read();
  } catch (const std::runtime_error&) {
    return 0;
  }
  return 1;
}

struct Way {
  const char* name;
  // Makes the buffer go, with records in it. Returns what it should, or not.
  bool (*go)();
};
const Way kWays[] = {
    {"freed where the exception arrives",
     [] {
       act = leave;
       try {
         kind->read();
       } catch (const std::runtime_error&) {
         kind->free();
         return calls == 1;
       }
       return false;
     }},
    {"freed further up",
     [] {
       act = leave;
       const bool left = read_and_catch() == 0;
       kind->free();
       return left && calls == 1;
     }},
    {"freed further down, and gone when the next buffer is made",
     [] {
       act = leave;
       const bool left = read_and_catch() == 0;
       free_further_down();
       kind->make();
       kind->free();
       return left && calls == 1;
     }},
    {"freed by a destructor that the exception passes",
     [] {
       act = leave;
       try {
         const Freer freer;
         kind->read();
       } catch (const std::runtime_error&) {
         return calls == 1;
       }
       return false;
     }},
    {"freed from a callback of the read behind it",
     [] {
       act = leave;
       const bool left = read_and_catch() == 0;
       act = [] { kind->free(); };
       source_emit(&kind->source, 1); // a wait was answered once
       return left && kind->read() == kind->result && calls == 2;
     }},
    {"freed from a callback that catches what a read in it throws",
     [] {
       act = [] {
         act = leave;
         source_emit(&kind->source, 1);
         read_and_catch();
         kind->free();
       };
       return kind->read() == kind->result && calls == 2;
     }},
    {"freed from a callback that then throws, and gone when the next buffer is made",
     [] {
       act = [] {
         kind->free();
         leave();
       };
       const bool left = read_and_catch() == 0 && calls == 1;
       kind->make();
       kind->free();
       return left;
     }},
    {"freed by a destructor of a callback that throws",
     [] {
       act = [] {
         const Freer freer;
         leave();
       };
       const bool left = read_and_catch() == 0 && calls == 1;
       kind->make();
       kind->free();
       return left;
     }},
    {"freed from a callback while more is written",
     [] {
       act = [] {
         source_emit(&kind->source, 2);
         if (calls == 3)
           kind->free();
       };
       return kind->read() >= kind->result && calls == 3;
     }},
};

int open_descriptors() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

int mapped_rings() {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find("anon_inode:") != std::string::npos;
  return count;
}

bool check(const Way& way) {
  const int descriptors = open_descriptors();
  const int rings = mapped_rings();
  if (!kind->make()) {
    std::perror(kind->name);
    return false;
  }
  calls = 0;
  source_emit(&kind->source, kRecords);
  const bool went = way.go();
  const int descriptors_after = open_descriptors();
  const int rings_after = mapped_rings();
  if (went && descriptors == descriptors_after && rings == rings_after)
    return true;
  std::printf("%s, %s: %s, after %u records; descriptors %d, %d, rings mapped %d, %d\n", kind->name,
              way.name, went ? "as it should" : "not as it should", calls, descriptors,
              descriptors_after, rings, rings_after);
  return false;
}

} // namespace

int main() {
  source_open(&perf_source);
  source_open_ring(&ring_source, 1 << 15);
  source_pin(0);
  int good = 0;
  int all = 0;
  for (const Kind& one : kKinds) {
    kind = &one;
    for (const Way& way : kWays) {
      good += check(way);
      ++all;
    }
  }
  source_close(&perf_source);
  source_close(&ring_source);
  std::printf("%d of %d buffers freed, nothing left\n", good, all);
  return good == all ? 0 : 1;
}
