// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subject: finds its files, and the loader that belongs to them.
#include "conform/subject.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::tool::conform {
namespace {

namespace fs = std::filesystem;

// The folders of a root with loaders and libraries: lib, lib64, and folders in them with the name
// of a machine.
std::vector<fs::path> library_folders(const fs::path& root) {
  std::vector<fs::path> folders;
  std::error_code ignored; // what cannot be read is not there
  for (const fs::path& base :
       {root / "lib", root / "lib64", root / "usr/lib", root / "usr/lib64"}) {
    if (!fs::is_directory(base, ignored))
      continue;
    folders.push_back(base);
    for (const fs::directory_entry& entry : fs::directory_iterator(base, ignored))
      if (entry.is_directory(ignored) &&
          entry.path().filename().string().find("-linux-gnu") != std::string::npos)
        folders.push_back(entry.path());
  }
  return folders;
}

fs::path find_loader(const fs::path& root) {
  std::error_code ignored;
  for (const fs::path& folder : library_folders(root))
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("ld-linux") && name.find(".so.") != std::string::npos &&
          entry.exists(ignored)) // some are links that lead out of the root
        return entry.path();
    }
  return {};
}

} // namespace

fs::path find_root(const fs::path& library) {
  std::error_code ignored;
  for (fs::path folder = library.parent_path(); folder != folder.root_path();
       folder = folder.parent_path())
    if (const fs::path loader = find_loader(folder); !loader.empty())
      return fs::equivalent(loader, find_loader("/"), ignored) ? fs::path() : folder;
  return {};
}

std::vector<std::string> command_on(const fs::path& root, std::vector<std::string> program) {
  const fs::path loader = root.empty() ? fs::path() : find_loader(root);
  if (loader.empty())
    return program;
  std::vector<std::string> folders;
  for (const fs::path& folder : library_folders(root))
    folders.push_back(folder);
  std::vector<std::string> command{loader, "--library-path",
                                   fmt::format("{}", fmt::join(folders, ":"))};
  command.insert(command.end(), program.begin(), program.end());
  return command;
}

Subject parse_subject(const std::string& text) {
  Subject subject;
  std::string rest = text;
  if (const std::size_t equals = rest.find('='); equals < rest.find('/')) {
    subject.label = rest.substr(0, equals);
    rest.erase(0, equals + 1);
  }
  for (std::size_t start = 0, end = 0; end != std::string::npos; start = end + 1) {
    end = rest.find(':', start);
    const fs::path given = rest.substr(start, end == std::string::npos ? end : end - start);
    if (!fs::is_regular_file(given))
      throw std::runtime_error(fmt::format("{}: there is no such file", given.string()));
    const fs::path file = fs::canonical(given);
    if (file.string().find_first_of(" :") != std::string::npos)
      throw std::runtime_error(
          fmt::format("the loader cannot preload a file with a blank or a colon in its path: {}",
                      file.string()));
    subject.files.push_back(file);
  }
  if (subject.label.empty())
    subject.label = subject.files.back().filename();
  subject.root = find_root(subject.files.back());
  return subject;
}

} // namespace ringside::tool::conform
