// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Child: a program that this one started, its standard input and output, and its end.
#pragma once

#include <chrono>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "common/descriptor.hpp"

namespace ringside::tool {

using Clock = std::chrono::steady_clock;

// Command: what to run, and which variables to add to the environment of this process.
struct Command {
  std::vector<std::string> argv; // argv[0] is the path
  std::map<std::string, std::string> environment;
};

// A command in the form for a shell.
std::string to_text(const Command& command);

// Child runs a command in a process group of its own, so that Ctrl-C reaches this process alone,
// which then ends its children. A child never outlives its Child, nor the process that made it.
class Child {
public:
  // Throws std::system_error if no process can be made. A program that cannot be executed ends with
  // status 127 and says why in diagnostics().
  explicit Child(const Command& command);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int output_fd() const { return output_.get(); }

  void send_line(); // an empty line to its standard input
  void signal(int number);
  void read_output(); // takes in what can be read now
  [[nodiscard]] std::optional<std::string> next_line();
  [[nodiscard]] bool ended() const { return end_of_output_; } // closed its standard output

  // wait waits for the end of a child that closed its output, and describes it: empty for status 0.
  std::string wait();
  // exit_status: after wait(), of a child that ended by itself.
  [[nodiscard]] std::optional<int> exit_status() const { return exit_status_; }
  // diagnostics: what the child has written to standard error until now.
  [[nodiscard]] std::string diagnostics() const;

private:
  pid_t pid_ = -1;
  Descriptor input_, output_, diagnostics_;
  std::string pending_;
  bool end_of_output_ = false;
  std::optional<int> exit_status_;
};

// Signals: while this object exists, SIGINT, SIGTERM and SIGHUP arrive at a descriptor, and SIGPIPE
// is ignored.
class Signals {
public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // wait_for_output waits until a child that has not ended has output to read. Throws Interrupted
  // when a signal comes, and returns false at the deadline.
  bool wait_for_output(std::initializer_list<Child*> children, Clock::time_point deadline);

private:
  Descriptor descriptor_;
  void (*pipe_handler_)(int) = nullptr;
};

// Interrupted is thrown when the user ends the program by a signal.
struct Interrupted {
  int signal_number;
};

} // namespace ringside::tool
