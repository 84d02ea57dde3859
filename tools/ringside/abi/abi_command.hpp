// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside abi`: its subcommands, each as a function that prints and returns the exit status.
#pragma once

#include <functional>
#include <string>

namespace CLI { // NOLINT(readability-identifier-naming): the library names itself so
class App;
}

namespace ringside::tool::abi {

// Exit statuses of all subcommands.
constexpr int kYes = 0;     // conforming, the same, satisfied
constexpr int kNo = 1;      // not
constexpr int kUnknown = 2; // it could not be told

struct CheckOptions {
  std::string library;
  std::string against; // empty: what the library claims to be
  std::string debug_folder;
  bool json = false;
  bool junit = false;
};
int run_check(const CheckOptions& options);

struct DiffOptions {
  std::string old_side, new_side;
  std::string debug_folder;
  bool json = false;
};
int run_diff(const DiffOptions& options);

struct ListOptions {
  std::string target; // empty: all releases
  bool json = false;
};
int run_list(const ListOptions& options);

struct WhoOptions {
  std::string program;
  bool json = false;
};
int run_who(const WhoOptions& options);

// define_abi adds the subcommands to a command, and returns the function that runs the parsed one.
std::function<int()> define_abi(CLI::App& command);

} // namespace ringside::tool::abi
