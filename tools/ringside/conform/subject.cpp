// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subject: finds its files, and the loader that belongs to them.
#include "conform/subject.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "abi/file_error.hpp"
#include "abi/target.hpp"
#include "common/preload.hpp"

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

bool is_there(const std::string& path) {
  std::error_code ignored; // opening the file gives the message
  return fs::exists(path, ignored);
}

// The length of the first path of a list. It ends at a colon, unless a file with colons in its path
// exists.
std::size_t first_length(const std::string& list) {
  std::size_t length = std::min(list.find(':'), list.size());
  for (std::size_t longer = length; longer < list.size();) {
    longer = std::min(list.find(':', longer + 1), list.size());
    if (is_there(list.substr(0, longer)))
      length = longer;
  }
  return length;
}

// Removes the first path and the colon behind it from a list.
std::string take_path(std::string& list) {
  const std::size_t length = first_length(list);
  const std::string path = list.substr(0, length);
  list.erase(0, length + 1);
  return path;
}

// Removes the label and the "=" behind it, unless a file has that name.
std::string take_label(std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals >= text.find('/') || is_there(text.substr(0, first_length(text))))
    return "";
  const std::string label = text.substr(0, equals);
  text.erase(0, equals + 1);
  return label;
}

// The path to load a library by: the canonical one if that can be preloaded.
fs::path file_to_load(const std::string& path) {
  abi::read_library(path);
  const fs::path canonical = fs::canonical(path);
  const fs::path file = can_be_preloaded(canonical) ? canonical : fs::absolute(path);
  if (!can_be_preloaded(file))
    throw abi::FileError(fmt::format("{}: cannot be preloaded: the loader takes a blank or a colon "
                                     "for the end of a path; name it by a link whose path has none",
                                     path));
  return file;
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
  subject.label = take_label(rest);
  do
    subject.files.push_back(file_to_load(take_path(rest)));
  while (!rest.empty());
  const fs::path library = fs::canonical(subject.files.back());
  if (subject.label.empty())
    subject.label = library.filename();
  subject.root = find_root(library);
  return subject;
}

} // namespace ringside::tool::conform
