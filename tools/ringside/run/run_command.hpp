// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside run`: runs a program with ringside.
#pragma once

#include "commands.hpp"

namespace ringside::tool {

struct RunOptions {
  Words command;       // the program's name, and its arguments
  bool all = false;    // our libbpf.so.1 instead of the stock one, not only the readers
  bool anyway = false; // also if ringside will not serve it
  bool verbose = false;
};

// The exit statuses of the command itself, as with env(1) and nohup(1).
constexpr int kNotServed = 125; // and the reasons were printed
constexpr int kCannotRun = 126; // the program exists and cannot run
constexpr int kNoProgram = 127;

// run_program does not return if it succeeds: this process becomes the program. Otherwise it prints
// why, and returns the exit status.
int run_program(const RunOptions& options);

std::function<int()> define_run(CLI::App& command, const Words& program);

} // namespace ringside::tool
