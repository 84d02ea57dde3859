// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Runs a fuzz target over files, for a build without a fuzzer: each argument is a file, or a folder
// that holds some. Each name is printed before its turn, so that the last is the one that failed.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

namespace fs = std::filesystem;

bool replay(const fs::path& path) {
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);
  std::ifstream file(path, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
    return false;
  }
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  return true;
}

bool replay_folder(const fs::path& folder) {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    files.insert(entry.path());
  if (files.empty())
    std::fprintf(stderr, "%s: there is nothing to replay\n", folder.c_str());
  bool all = !files.empty();
  for (const auto& file : files)
    all = replay(file) && all;
  return all;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
    return 2;
  }
  bool all = true;
  for (int i = 1; i < argc; ++i) {
    const fs::path path(argv[i]);
    all = (fs::is_directory(path) ? replay_folder(path) : replay(path)) && all;
  }
  return all ? 0 : 1;
}
