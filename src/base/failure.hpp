// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subject and fail: one failure, one message. A message begins with what it is about, from the
// outermost thing to the innermost: "x.o: prog 'p': insn 12: ...".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/errno.hpp"
#include "base/log.hpp"

namespace ringside {

// Subject is a chain of variables on the stack, each naming a part of the one before it. It costs
// nothing until a message is written. What it refers to must outlive it.
class Subject {
public:
  // A subject of its own, such as a file's or a function's name, which stands for it.
  constexpr Subject(const char* name) : name_(name) {}      // NOLINT(google-explicit-constructor)
  constexpr Subject(std::string_view name) : name_(name) {} // NOLINT(google-explicit-constructor)
  // A part of `whole`, by its name ("prog 'p'") or by its number ("insn 12").
  constexpr Subject(const Subject& whole, const char* kind, std::string_view name)
      : whole_(&whole), kind_(kind), name_(name) {}
  constexpr Subject(const Subject& whole, const char* kind, std::int64_t number)
      : whole_(&whole), kind_(kind), number_(number) {}
  // The whole must be a variable: a temporary would not outlive the part.
  Subject(Subject&& whole, const char* kind, std::string_view name) = delete;
  Subject(Subject&& whole, const char* kind, std::int64_t number) = delete;

  // write puts the chain into `text`, of which `size` bytes are there, each link followed by ": ".
  // It returns how many bytes the chain takes; what does not fit is left out.
  std::size_t write(char* text, std::size_t size) const;

private:
  const Subject* whole_ = nullptr;
  const char* kind_ = nullptr;
  std::string_view name_;
  std::int64_t number_ = 0;
};

// say writes one message about `subject`. The format is printf's and has no newline at its end.
[[gnu::format(printf, 3, 4)]] void say(LogLevel level, const Subject& subject, const char* format,
                                       ...);

// fail says at warning level why something cannot be done, and returns the error. The message says
// what was tried, why it failed, and what to do.
[[gnu::format(printf, 3, 4)]] Errno fail(const Subject& subject, Errno error, const char* format,
                                         ...);

// no_memory is fail for ENOMEM: "there is no memory for WHAT".
Errno no_memory(const Subject& subject, const char* what);

} // namespace ringside
