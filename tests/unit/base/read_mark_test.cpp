// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadMark: what is taken for a read that is under way, and what is not.
#include "base/read_mark.hpp"

#include <csetjmp>
#include <cstddef>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

// asked is the answer to a call of the program that begins here.
[[gnu::noinline]] bool asked(const ReadMark& mark) {
  return mark.under_way(__builtin_frame_address(0));
}

// in_read runs `act` as a read's callback.
[[gnu::noinline]] void in_read(ReadMark& mark, const std::function<void()>& act) {
  const ReadMark::Frame frame(mark);
  act();
}

// leave_read is a read that its callback leaves.
void leave_read(ReadMark& mark) {
  static std::jmp_buf out;
  if (setjmp(out) == 0)
    in_read(mark, [] { std::longjmp(out, 1); });
}

// deeper runs `act` from some kilobytes further down the stack.
constexpr std::size_t kDeep = 4096;
[[gnu::noinline]] void deeper(const std::function<void()>& act) {
  [[maybe_unused]] volatile char hole[kDeep];
  hole[0] = 0;
  act();
}

} // namespace

TEST_CASE("a read is under way from its beginning to its end") {
  ReadMark mark;
  ReadMark other;
  CHECK_FALSE(asked(mark));
  in_read(mark, [&] {
    CHECK(asked(mark));
    CHECK_FALSE(asked(other));
    deeper([&] { CHECK(asked(mark)); });
  });
  CHECK_FALSE(asked(mark));
}

TEST_CASE("a read is under way until the outermost of those that nest has ended") {
  ReadMark mark;
  in_read(mark, [&] {
    in_read(mark, [&] {
      in_read(mark, [&] { CHECK(asked(mark)); });
      CHECK(asked(mark));
    });
    CHECK(asked(mark));
    leave_read(mark);
    CHECK(asked(mark));
  });
  CHECK_FALSE(asked(mark));
}

TEST_CASE("a read that was left is not under way where it began") {
  ReadMark mark;
  leave_read(mark);
  CHECK_FALSE(asked(mark));
  in_read(mark, [&] { CHECK(asked(mark)); });
  CHECK_FALSE(asked(mark));
}

TEST_CASE("in doubt a read that was left is under way, until one is asked about from further up") {
  ReadMark mark;
  deeper([&] { leave_read(mark); });
  deeper([&] { deeper([&] { CHECK(asked(mark)); }); });
  CHECK_FALSE(asked(mark));
}

TEST_CASE("a read is under way from within, also where a read was left further up") {
  ReadMark mark;
  leave_read(mark);
  deeper([&] {
    in_read(mark, [&] {
      CHECK(asked(mark));
      deeper([&] { CHECK(asked(mark)); });
    });
  });
  CHECK_FALSE(asked(mark));
}

TEST_CASE("a read takes the place of one that was left at the same depth or further down") {
  ReadMark mark;
  deeper([&] { leave_read(mark); });
  in_read(mark, [&] { CHECK(asked(mark)); });
  deeper([&] { deeper([&] { CHECK_FALSE(asked(mark)); }); });
}

TEST_CASE("another thread's read is not under way") {
  ReadMark mark;
  in_read(mark, [&] {
    bool other = true;
    std::thread([&] { other = asked(mark); }).join();
    CHECK_FALSE(other);
    CHECK(asked(mark));
  });
}

} // namespace ringside::test
