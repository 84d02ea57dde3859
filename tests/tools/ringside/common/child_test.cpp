// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Child and Signals: what a started program says, how it ends, and that none stays behind.
#include "common/child.hpp"

#include <cerrno>
#include <csignal>

#include <catch2/catch.hpp>

namespace ringside::tool {
namespace {

using namespace std::chrono_literals;

Command shell(const std::string& script) {
  return {{"/bin/sh", "-c", script}, {}};
}

// Reads until the child closes its output; every line that it wrote.
std::vector<std::string> lines_of(Child& child, Signals& signals) {
  std::vector<std::string> lines;
  while (!child.ended()) {
    REQUIRE(signals.wait_for_output({&child}, Clock::now() + 10s));
    child.read_output();
    while (const auto line = child.next_line())
      lines.push_back(*line);
  }
  return lines;
}

TEST_CASE("a child's lines, diagnostics and end are told") {
  Signals signals;
  Child child(shell("echo one; echo two; echo wrong >&2; exit 3"));
  CHECK(lines_of(child, signals) == std::vector<std::string>{"one", "two"});
  CHECK(child.wait() == "ended with exit status 3");
  CHECK(child.diagnostics() == "wrong\n");
}

TEST_CASE("a child waits for the line that it is sent") {
  Signals signals;
  Child child(shell("read line && echo go"));
  CHECK_FALSE(signals.wait_for_output({&child}, Clock::now()));
  child.send_line();
  CHECK(lines_of(child, signals) == std::vector<std::string>{"go"});
  CHECK(child.wait().empty());
}

TEST_CASE("a child's environment is this one's with the command's on top") {
  setenv("RINGSIDE_TEST_A", "old", 1);
  setenv("RINGSIDE_TEST_B", "kept", 1);
  Signals signals;
  Command command = shell("echo $RINGSIDE_TEST_A $RINGSIDE_TEST_B");
  command.environment["RINGSIDE_TEST_A"] = "new";
  Child child(command);
  CHECK(lines_of(child, signals) == std::vector<std::string>{"new kept"});
}

TEST_CASE("a program that is not there is reported") {
  Signals signals;
  Child child({{"/no/such/program"}, {}});
  CHECK(lines_of(child, signals).empty());
  CHECK(child.wait() == "ended with exit status 127");
  CHECK(child.diagnostics() == "cannot run /no/such/program: No such file or directory\n");
}

TEST_CASE("a child that still runs is ended with its Child") {
  pid_t pid = 0;
  {
    Child child(shell("read line"));
    pid = child.pid();
    CHECK(kill(pid, 0) == 0);
  }
  CHECK(kill(pid, 0) == -1);
  CHECK(errno == ESRCH);
}

TEST_CASE("a signal interrupts the wait") {
  Signals signals;
  Child child(shell("read line"));
  raise(SIGINT);
  try {
    signals.wait_for_output({&child}, Clock::now() + 10s);
    FAIL("the wait went on");
  } catch (const Interrupted& interrupted) {
    CHECK(interrupted.signal_number == SIGINT);
  }
}

} // namespace
} // namespace ringside::tool
