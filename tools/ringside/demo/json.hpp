// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The demo's JSON: the lines that its two programs print, and its report for other programs. The
// JSON library is used behind these functions alone, because its header takes long to compile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "demo/report.hpp"

namespace ringside::tool {

// What the target prints: that it is ready, and that it has made its calls.
struct Waiting {};
struct Done {
  double ns_per_call;
  double ns_untraced;
};

// What the client prints: that it is ready, how much it has received, why it could not start, and
// what it saw. The result has the counts of the client, and the version that libbpf returned.
struct Ready {};
struct Progress {
  std::uint64_t received;
};
struct Failed {
  std::string function;
  int error;
};
struct Seen {
  LegResult result;
};

using Message = std::variant<Waiting, Done, Ready, Progress, Failed, Seen>;

// parse_message returns nothing if the line is not one of these messages.
std::optional<Message> parse_message(const std::string& line);

std::string to_json(const Report& report);

} // namespace ringside::tool
