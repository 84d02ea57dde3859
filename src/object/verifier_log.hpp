// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The verifier's log of a program that was refused, explained in terms of the object.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/failure.hpp"
#include "base/log.hpp"

namespace ringside::object {

class Program;
struct Loading;

// text_of is what is written in a buffer, up to its NUL.
std::string_view text_of(std::span<const char> buffer);

// Refusal is what the last lines of a log say.
struct Refusal {
  std::optional<std::uint32_t> insn; // the last instruction that the verifier looked at
  // In the log: what it says behind that, without what it has counted, and the line that says why.
  std::string_view lines;
  std::string_view message;
};
Refusal find_refusal(std::string_view log);

// explain_log looks in a log for a refused call of one of the helpers that we put in the place of
// something missing: the answer to a CO-RE record, a map that was left out, a kernel function that
// does not exist. It replaces the verifier's two lines by two that name what is missing. Nothing is
// written behind the buffer: what does not fit is cut from the end of the log.
void explain_log(const Loading& loading, const Program& program, std::span<char> buffer);

// show_log gives the whole log to the program's user.
void show_log(LogLevel level, const Subject& subject, std::string_view log);

// summarize_log says in three lines which instruction of which line of source was refused, what the
// verifier said of it, and what that means. `refusal` is that of the log. With `is_shown` as
// warnings, else for debugging.
void summarize_log(const Program& program, std::string_view log, const Refusal& refusal,
                   const Subject& subject, bool is_shown);

// Meaning is what a part of a message of the verifier stands for.
struct Meaning {
  std::string_view part;
  const char* text;
};
std::span<const Meaning> meanings();

// register_history is the last instruction before the refused one, as the verifier writes it, that
// has set the register which it complains of: "12: (79) r1 = *(u64 *)(r6 +0)". Empty if there is
// none.
std::string_view register_history(std::string_view log, const Refusal& refusal);

// meaning_of is what a message of the verifier means in the common cases, and what to do; or null.
const char* meaning_of(std::string_view message);

} // namespace ringside::object
