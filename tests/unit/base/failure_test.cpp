// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subject and fail: what a message looks like.
#include "base/failure.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "messages.hpp"

namespace ringside::test {

TEST_CASE("a message names its subject from the outermost part to the innermost") {
  Messages messages;
  const Subject object("x.o");
  const Subject program(object, "prog", std::string_view("handle_exec"));
  const Subject instruction(program, "insn", std::uint64_t{12});
  CHECK(fail(instruction, Errno(ENOENT), "there is no field '%s'", "state") == Errno(ENOENT));
  CHECK(messages.warnings() == 1);
  CHECK(messages.last() == "x.o: prog 'handle_exec': insn 12: there is no field 'state'\n");
}

TEST_CASE("a failure for want of memory says for what") {
  Messages messages;
  CHECK(no_memory("btf__new", "the types") == Errno(ENOMEM));
  CHECK(messages.last() == "btf__new: there is no memory for the types\n");
}

TEST_CASE("a name cannot break the line or command the terminal") {
  Messages messages;
  const Subject object("x.o");
  const Subject symbol(object, "symbol", std::string_view("a\nb\x1b[2J\x7f\xc3\xa9"));
  say(LogLevel::warn, symbol, "has no\ttype");
  CHECK(messages.last() == "x.o: symbol 'a?b?[2J?\xc3\xa9': has no?type\n");
}

TEST_CASE("a name of any length gives one line that ends") {
  Messages messages;
  const std::string name(100'000, 'x');
  const Subject object("x.o");
  const Subject symbol(object, "symbol", name);
  say(LogLevel::warn, symbol, "is too long");
  CHECK(messages.last().size() < 4096);
  CHECK(messages.last().substr(0, 13) == "x.o: symbol '");
  CHECK(messages.last().back() == '\n');
}

} // namespace ringside::test
