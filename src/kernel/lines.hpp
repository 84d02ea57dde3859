// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// each_line: the lines of a large file of the kernel, one after the other.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "os/unique_fd.hpp"

namespace ringside::kernel {

// WholeLines reads a file piece by piece, and cuts the pieces behind a line.
class WholeLines {
public:
  static Result<WholeLines> open(const char* path);

  // next is the lines that come next, each with its newline; the last of the file may have none. It
  // is empty at the end, and valid until the next call. EINVAL for a line of more than 64 KiB; else
  // what reading fails with.
  Result<std::string_view> next();

private:
  // Makes room behind what is there.
  Result<void> grow();

  os::UniqueFd file_;
  Vector<char> block_;
  std::size_t given_ = 0;
  std::size_t filled_ = 0;
};

// each_line calls visit(line) for all lines, without their newlines, until visit returns false or
// an error. An error of visit is the result. A line is valid only during its call. Else it fails as
// WholeLines does.
template <class Visit>
Result<void> each_line(const char* path, Visit visit) {
  auto file = WholeLines::open(path);
  if (!file)
    return file.error();
  for (;;) {
    const auto lines = file->next();
    if (!lines)
      return lines.error();
    if (lines->empty())
      return {};
    const char* const end = lines->data() + lines->size();
    for (const char* line = lines->data(); line != end;) {
      const auto* const newline =
          static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
      const char* const line_end = newline != nullptr ? newline : end;
      const Result<bool> goes_on =
          visit(std::string_view(line, static_cast<std::size_t>(line_end - line)));
      if (!goes_on)
        return goes_on.error();
      if (!*goes_on)
        return {};
      line = newline != nullptr ? newline + 1 : end;
    }
  }
}

} // namespace ringside::kernel
