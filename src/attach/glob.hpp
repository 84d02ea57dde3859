// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Glob: a pattern for names of functions. '*' is any characters, '?' is one; all others are
// themselves.
#pragma once

#include <cstddef>
#include <string_view>

namespace ringside::attach {

class Glob {
public:
  // The pattern must outlive it.
  explicit Glob(std::string_view pattern)
      : pattern_(pattern), fixed_(pattern.substr(0, pattern.find_first_of("*?"))) {}

  // is_name is whether the pattern is a plain name, without '*' and '?'.
  [[nodiscard]] bool is_name() const { return fixed_.size() == pattern_.size(); }

  // may_fit is false if no name that begins with this text can fit.
  [[nodiscard]] bool may_fit(std::string_view text) const {
    // Names that begin alike differ further on, so the last character decides for most.
    return text.size() >= fixed_.size() &&
           (fixed_.empty() || text[fixed_.size() - 1] == fixed_.back()) && text.starts_with(fixed_);
  }

  // fits is whether the pattern fits the whole of a name. Its time grows at most as the product of
  // both lengths.
  [[nodiscard]] bool fits(std::string_view name) const { return may_fit(name) && fits_rest(name); }

private:
  [[nodiscard]] bool fits_rest(std::string_view name) const;

  std::string_view pattern_;
  std::string_view fixed_; // what each name that fits begins with
};

} // namespace ringside::attach
