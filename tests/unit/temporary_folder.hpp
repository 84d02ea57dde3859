// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// TemporaryFolder: a folder for a test's files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace ringside::test {

class TemporaryFolder {
public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "ringside-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error("mkdtemp failed");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // count is how many entries there are in it; text is what a file holds.
  [[nodiscard]] long count() const {
    return std::distance(std::filesystem::directory_iterator(path_), {});
  }
  static std::string text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

private:
  std::string path_;
};

} // namespace ringside::test
