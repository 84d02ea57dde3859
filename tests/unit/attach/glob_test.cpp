// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Glob: by example, against a slow matcher, and how long it takes at the most.
#include "attach/glob.hpp"

#include <random>
#include <string>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

using attach::Glob;

// fits_slowly tries all that a '*' can take.
bool fits_slowly(std::string_view pattern, std::string_view name) {
  if (pattern.empty())
    return name.empty();
  if (pattern.front() == '*')
    return fits_slowly(pattern.substr(1), name) ||
           (!name.empty() && fits_slowly(pattern, name.substr(1)));
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         fits_slowly(pattern.substr(1), name.substr(1));
}

std::string random_text(std::mt19937& random, std::string_view letters, std::size_t most) {
  std::string text;
  for (std::size_t left = random() % (most + 1); left != 0; --left)
    text += letters[random() % letters.size()];
  return text;
}

} // namespace

TEST_CASE("a pattern fits whole names") {
  CHECK(Glob("abc").fits("abc"));
  CHECK_FALSE(Glob("abc").fits("abcd"));
  CHECK_FALSE(Glob("abc").fits("ab"));
  CHECK_FALSE(Glob("abc").fits("Abc"));
  CHECK(Glob("a?c").fits("abc"));
  CHECK_FALSE(Glob("a?c").fits("ac"));
  CHECK(Glob("a*c").fits("ac"));
  CHECK(Glob("a*c").fits("acbc"));
  CHECK_FALSE(Glob("a*c").fits("acb"));
  CHECK(Glob("*").fits(""));
  CHECK(Glob("**").fits("a"));
  CHECK_FALSE(Glob("?").fits(""));
  CHECK(Glob("").fits(""));
  CHECK_FALSE(Glob("").fits("a"));
}

TEST_CASE("nothing but * and ? is special in a pattern") {
  CHECK(Glob("[ab]\\*").fits("[ab]\\x"));
  CHECK_FALSE(Glob("[ab]").fits("a"));
  CHECK(Glob(std::string_view("a\0*", 3)).fits(std::string_view("a\0b", 3)));
  CHECK_FALSE(Glob("ab").fits(std::string_view("a\0", 2)));
}

TEST_CASE("a pattern without * and ? is a name") {
  CHECK(Glob("vfs_read").is_name());
  CHECK(Glob("").is_name());
  CHECK_FALSE(Glob("vfs_*").is_name());
  CHECK_FALSE(Glob("?").is_name());
}

TEST_CASE("random patterns fit what a slow matcher says") {
  std::mt19937 random(4711);
  int fitting = 0;
  for (int round = 0; round < 200'000; ++round) {
    const std::string pattern = random_text(random, "ab*?", 7);
    const std::string name = random_text(random, "ab", 8);
    CAPTURE(pattern, name);
    const bool fits = fits_slowly(pattern, name);
    fitting += fits ? 1 : 0;
    if (Glob(pattern).fits(name) != fits)
      FAIL();
  }
  CHECK(fitting > 10'000);
}

TEST_CASE("the worst pattern costs no more than the product of both lengths") {
  // Trying all that each '*' can take would be some 10^60 steps here.
  std::string pattern;
  for (int part = 0; part < 40; ++part)
    pattern += "*a";
  const std::string name = std::string(4000, 'a');
  CHECK_FALSE(Glob(pattern + "b").fits(name));
  CHECK(Glob(pattern).fits(name));
  CHECK_FALSE(Glob("*" + std::string(2000, 'a') + "b").fits(name));
}

} // namespace ringside::test
