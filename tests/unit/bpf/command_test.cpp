// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Commands: how many bytes each passes, and the numbers of the descriptors that it gives.
#include "bpf/command.hpp"

#include <cerrno>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "sim/sim_control.h"

namespace ringside::bpf::test {

TEST_CASE("a command passes as many bytes as the stock library does") {
  STATIC_REQUIRE(passed_size<MapCreateAttr>() == 92);
  STATIC_REQUIRE(passed_size<ElementAttr>() == 32);
  STATIC_REQUIRE(passed_size<NextKeyAttr>() == 24);
  STATIC_REQUIRE(passed_size<FreezeAttr>() == 4);
  STATIC_REQUIRE(passed_size<BatchAttr>() == 56);
  STATIC_REQUIRE(passed_size<ProgLoadAttr>() == 168);
  STATIC_REQUIRE(passed_size<BtfLoadAttr>() == 40);
  STATIC_REQUIRE(passed_size<PathAttr>() == 20);
  STATIC_REQUIRE(passed_size<AttachAttr>() == 32);
  STATIC_REQUIRE(passed_size<QueryAttr>() == 64);
  STATIC_REQUIRE(passed_size<TestRunAttr>() == 80);
  STATIC_REQUIRE(passed_size<IdAttr>() == 12);
  STATIC_REQUIRE(passed_size<BtfIdAttr>() == 16);
  STATIC_REQUIRE(passed_size<InfoAttr>() == 16);
  STATIC_REQUIRE(passed_size<RawTracepointAttr>() == 24);
  STATIC_REQUIRE(passed_size<TaskFdAttr>() == 48);
  STATIC_REQUIRE(passed_size<LinkCreateAttr>() == 64);
  STATIC_REQUIRE(passed_size<LinkUpdateAttr>() == 16);
  STATIC_REQUIRE(passed_size<LinkDetachAttr>() == 4);
  STATIC_REQUIRE(passed_size<StatsAttr>() == 4);
  STATIC_REQUIRE(passed_size<IterCreateAttr>() == 8);
  STATIC_REQUIRE(passed_size<BindMapAttr>() == 12);
  STATIC_REQUIRE(passed_size<TokenAttr>() == 8);
  STATIC_REQUIRE(passed_size<StreamReadAttr>() == 24);
  STATIC_REQUIRE(passed_size<AssocStructOpsAttr>() == 12);
}

namespace {

int opened_null() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

// StandardInputClosed keeps standard input closed for as long as it lives.
class StandardInputClosed {
public:
  StandardInputClosed() : kept_(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) { close(STDIN_FILENO); }
  StandardInputClosed(const StandardInputClosed&) = delete;
  StandardInputClosed& operator=(const StandardInputClosed&) = delete;
  ~StandardInputClosed() {
    dup2(kept_, STDIN_FILENO);
    close(kept_);
  }

private:
  int kept_;
};

} // namespace

TEST_CASE("a descriptor is never that of standard input, output or error") {
  sim_reset(1);
  const StandardInputClosed closed;
  const int low = opened_null();
  REQUIRE(low == STDIN_FILENO);
  const auto fd = owned(low);
  REQUIRE(fd);
  CHECK(fd->get() >= 3);
  CHECK(fcntl(fd->get(), F_GETFD) == FD_CLOEXEC);
  CHECK(fcntl(STDIN_FILENO, F_GETFD) == -1);
}

TEST_CASE("a descriptor above them, and an error, are what the kernel gave") {
  sim_reset(1);
  const int high = opened_null();
  REQUIRE(high >= 3);
  CHECK(owned(high)->get() == high);
  CHECK(owned(Errno(EMFILE)).error() == Errno(EMFILE));
}

} // namespace ringside::bpf::test
