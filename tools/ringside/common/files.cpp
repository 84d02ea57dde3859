// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Whole files, with the streams of C: they keep the reason of a failure in errno.
#include "common/files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

namespace ringside::tool {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw std::runtime_error(
      fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

} // namespace

std::string read_file(const std::filesystem::path& path) {
  const File file(std::fopen(path.c_str(), "re"));
  if (file == nullptr)
    fail("read", path);
  std::string text;
  std::array<char, 65536> bytes;
  std::size_t count = 0;
  while ((count = std::fread(bytes.data(), 1, bytes.size(), file.get())) > 0)
    text.append(bytes.data(), count);
  if (std::ferror(file.get()) != 0)
    fail("read", path);
  return text;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  File file(std::fopen(path.c_str(), "we"));
  // The end of the text may still be in a buffer, which fclose writes.
  if (file == nullptr || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fclose(file.release()) != 0)
    fail("write", path);
}

} // namespace ringside::tool
