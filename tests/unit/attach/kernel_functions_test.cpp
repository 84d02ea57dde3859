// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// match_listed_functions: each source, what comes where one cannot be read, and lines that the
// kernel does not write.
#include "attach/kernel_functions.hpp"

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "sim/sim_control.h"
#include "temporary_folder.hpp"

namespace ringside::test {
namespace {

using attach::FunctionLists;
using attach::Glob;
using attach::match_listed_functions;

using Addresses = std::vector<unsigned long>;

class Lists {
public:
  explicit Lists(const char* addresses, const char* names = nullptr,
                 const char* symbols = nullptr) {
    write(addresses_, addresses);
    write(names_, names);
    write(symbols_, symbols);
  }

  [[nodiscard]] FunctionLists paths() const {
    return {addresses_.c_str(), names_.c_str(), symbols_.c_str()};
  }
  [[nodiscard]] Addresses match(const char* pattern) const {
    const auto found = match_listed_functions(paths(), Glob(pattern), "x");
    REQUIRE(found);
    return {found->begin(), found->end()};
  }
  [[nodiscard]] Errno error(const char* pattern = "f*") const {
    const Messages messages;
    const auto found = match_listed_functions(paths(), Glob(pattern), "x");
    REQUIRE_FALSE(found);
    CHECK(messages.warnings() == 1);
    return found.error();
  }

private:
  static void write(const std::string& path, const char* text) {
    if (text != nullptr)
      std::ofstream(path) << text;
  }

  TemporaryFolder folder_;
  std::string addresses_ = folder_ / "addresses";
  std::string names_ = folder_ / "names";
  std::string symbols_ = folder_ / "symbols";
};

constexpr const char* kSymbols = "0000000000000010 T f_one\n"
                                 "0000000000000020 t f_two\t[module]\n"
                                 "0000000000000030 t f_two\t[other]\n"
                                 "0000000000000040 D f_data\n"
                                 "0000000000000050 t f_moved.llvm.123\n"
                                 "0000000000000060 t g\n";

} // namespace

TEST_CASE("addresses come from the list that has them, each once, in rising order") {
  const Lists lists("ffff20 f_two [module]\nffff10 f_one\nffff20 f_alias\nffff30 g\n");
  CHECK(lists.match("f_*") == Addresses{0xffff10, 0xffff20});
  CHECK(lists.match("*") == Addresses{0xffff10, 0xffff20, 0xffff30});
  CHECK(lists.match("f_two") == Addresses{0xffff20});
  CHECK(lists.error("h*") == Errno(ENOENT));
  CHECK(lists.error("module") == Errno(ENOENT));
}

TEST_CASE("the last line needs no newline, and a line may be long") {
  const std::string name(60'000, 'f');
  const Lists lists(("10 " + name + "\n20 f_last").c_str());
  CHECK(lists.match("f*") == Addresses{0x10, 0x20});
  CHECK(lists.match("ff*f") == Addresses{0x10});
}

TEST_CASE("a line that the kernel does not write is EINVAL") {
  CHECK(Lists("10 f\n\n20 f2\n").error() == Errno(EINVAL));
  CHECK(Lists("10 f\nffffffff8100").error() == Errno(EINVAL));
  CHECK(Lists("10 f\n20 \n").error() == Errno(EINVAL));
  CHECK(Lists(" f\n").error() == Errno(EINVAL));
  CHECK(Lists("xyz f\n").error() == Errno(EINVAL));
  CHECK(Lists("10x f\n").error() == Errno(EINVAL));
  CHECK(Lists("12345678901234567 f\n").error() == Errno(EINVAL));
  CHECK(Lists(("10 " + std::string(70'000, 'f')).c_str()).error() == Errno(EINVAL));
  CHECK(Lists(nullptr, "f\n\n", kSymbols).error() == Errno(EINVAL));
}

TEST_CASE("without addresses, names are looked up among the symbols") {
  const Lists lists(nullptr, "f_one\nf_two [module]\nf_moved\nf_data\nh\n", kSymbols);
  CHECK(lists.match("f_one") == Addresses{0x10});
  CHECK(lists.match("f_t*") == Addresses{0x20, 0x30});
  CHECK(lists.match("f_m*") == Addresses{0x50});
  CHECK(lists.error("h") == Errno(ENOENT));
  CHECK(lists.error("g") == Errno(ENOENT));
}

TEST_CASE("without lists, all functions among the symbols are taken") {
  const Lists lists(nullptr, nullptr, kSymbols);
  CHECK(lists.match("f_*") == Addresses{0x10, 0x20, 0x30, 0x50});
  CHECK(lists.match("g") == Addresses{0x60});
  CHECK(Lists(nullptr).error() == Errno(ENOENT));
}

TEST_CASE("lines of symbols that are cut short are passed over") {
  const Lists lists(nullptr, nullptr, "10 T f\nzz T f\n20 T\n20\n\n30 T f\t[m]\n40 T ");
  CHECK(lists.match("*") == Addresses{0x10, 0x30});
}

TEST_CASE("addresses that the kernel hides are EPERM, and a single 0 is passed over") {
  CHECK(Lists("0 f\n0 f2\n").error() == Errno(EPERM));
  CHECK(Lists(nullptr, nullptr, "0000000000000000 T f\n").error() == Errno(EPERM));
  CHECK(Lists("0 f\n10 f2\n").match("f*") == Addresses{0x10});
}

TEST_CASE("each allocation of a search in the kernel's lists may fail") {
  const Lists with("10 f\n20 f2\n");
  const Lists without(nullptr, "f_one\nf_two\n", kSymbols);
  for (const Lists* lists : {&with, &without})
    for (unsigned nth = 1;; ++nth) {
      REQUIRE(nth < 100);
      sim_reset(1);
      sim_fail("malloc", nth, ENOMEM);
      const Messages messages;
      const bool is_found =
          static_cast<bool>(match_listed_functions(lists->paths(), Glob("f*"), "x"));
      CHECK(sim_live().bytes == 0);
      if (is_found)
        break;
      CHECK(messages.warnings() == 1);
    }
  sim_reset(1);
}

} // namespace ringside::test
