// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Glob: compare a name with a pattern. After a mismatch only the last '*' is tried with more
// characters: what an earlier '*' could match in addition, the last one can match as well.
#include "attach/glob.hpp"

namespace ringside::attach {

bool Glob::fits_rest(std::string_view name) const {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t at = fixed_.size(); // in the name
  std::size_t in_pattern = fixed_.size();
  std::size_t star = kNone; // the last '*', and where in the name its match ends
  std::size_t taken = 0;
  while (at < name.size()) {
    const char wanted = in_pattern < pattern_.size() ? pattern_[in_pattern] : '\0';
    if (wanted == '*') {
      star = in_pattern++;
      taken = at;
    } else if (in_pattern < pattern_.size() && (wanted == '?' || wanted == name[at])) {
      ++in_pattern;
      ++at;
    } else if (star != kNone) {
      in_pattern = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern_.size() && pattern_[in_pattern] == '*')
    ++in_pattern;
  return in_pattern == pattern_.size();
}

} // namespace ringside::attach
