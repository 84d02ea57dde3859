// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RINGSIDE_STATS: what a buffer leaves behind when it is freed. What the end of a process leaves is
// seen by tests/live/stats.py.
#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>

#include "os/unique_fd.hpp"
#include "perf_buffer_fixture.hpp"
#include "sim/sim_control.h"
#include "temporary_folder.hpp"

namespace ringside::test {
namespace {

// Asking is the variable while it lives.
class Asking {
public:
  explicit Asking(const std::string& value) { setenv("RINGSIDE_STATS", value.c_str(), 1); }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() { unsetenv("RINGSIDE_STATS"); }
};

void read_one(const PerfBufferFixture& fixture, perf_buffer* buffer) {
  fixture.output(1, "a record");
  REQUIRE(perf_buffer__poll(buffer, 0) == 1);
}

} // namespace

TEST_CASE("tables of freed buffers are put at the end of a file") {
  const TemporaryFolder folder;
  const Asking asking(folder / "stats");
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  read_one(fixture, buffer);
  perf_buffer__free(buffer);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_RINGBUF, 4096, "a_ring"));
  ring_buffer* ring = ring_buffer__new(map.get(), nullptr, nullptr, nullptr);
  REQUIRE(sim_ringbuf_output(map.get(), "x", 1, 0) == 0);
  REQUIRE(ring_buffer__consume(ring) == 1);
  ring_buffer__free(ring);
  const std::string text = TemporaryFolder::text(folder / "stats");
  CHECK_THAT(text, Catch::Contains("a perf_buffer was freed after 1 polls") &&
                       Catch::Contains("1 events") &&
                       Catch::Contains("a ring_buffer was freed after 0 polls") &&
                       Catch::Contains("0 a_ring"));
  CHECK(text.find("events") < text.find("a_ring"));
}

TEST_CASE("a file of metrics has all buffers, those that are freed too") {
  const TemporaryFolder folder;
  const std::string path = folder / "stats.prom";
  const Asking asking(path);
  PerfBufferFixture fixture;
  perf_buffer* first = fixture.make();
  read_one(fixture, first);
  perf_buffer__free(first);
  const auto sample = [&](const std::string& labels) {
    const std::string text = TemporaryFolder::text(path);
    const auto at = text.find(labels + "} ", text.find("records_total{"));
    return at == std::string::npos ? "" : text.substr(at + labels.size() + 2, 2);
  };
  const std::string one = R"(map="events",ring="1",cpu="1")";
  CHECK(sample(one) == "1\n");
  // Two on the same CPU, one of which lives on.
  perf_buffer* second = fixture.make();
  perf_buffer* third = fixture.make();
  read_one(fixture, third);
  read_one(fixture, third);
  perf_buffer__free(second);
  CHECK(sample(one) == "3\n");
  perf_buffer__free(third);
  CHECK(sample(one) == "3\n");
  CHECK(folder.count() == 1);
}

TEST_CASE("without a request nothing is written") {
  const TemporaryFolder folder;
  const std::string value = GENERATE("", "0");
  const Asking asking(value);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder / "");
  PerfBufferFixture fixture;
  perf_buffer__free(fixture.make());
  CHECK(folder.count() == 0);
  CHECK(fixture.messages.warnings() == 0);
  std::filesystem::current_path(before);
}

TEST_CASE("what cannot be written gets one warning, however many buffers there are") {
  const Asking asking("/nowhere/at/all");
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  perf_buffer* other = fixture.make();
  const auto before = fixture.messages.warnings();
  errno = 123;
  perf_buffer__free(buffer);
  CHECK(errno == 123);
  CHECK_THAT(fixture.messages.last(),
             Catch::Contains("RINGSIDE_STATS is '/nowhere/at/all', but writing there failed"));
  perf_buffer__free(other);
  CHECK(fixture.messages.warnings() == before + 1);
}

} // namespace ringside::test
