// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_file: search folder by folder.
#include "attach/find_file.hpp"

#include <cerrno>

#include "base/scan.hpp"
#include "base/text.hpp"
#include "os/process.hpp"
#include "os/whole_file.hpp"

namespace ringside::attach {
namespace {

// Debian keeps the libraries of each machine in a folder of their own.
constexpr const char* kLibraryFolders = "/usr/lib64:/usr/lib:"
#if defined(__x86_64__)
                                        "/lib/x86_64-linux-gnu";
#elif defined(__i386__)
                                        "/lib/i386-linux-gnu";
#elif defined(__aarch64__)
                                        "/lib/aarch64-linux-gnu";
#elif defined(__arm__)
                                        "/lib/arm-linux-gnueabihf";
#elif defined(__s390x__)
                                        "/lib/s390x-linux-gnu";
#elif defined(__riscv) && __riscv_xlen == 64
                                        "/lib/riscv64-linux-gnu";
#elif defined(__powerpc64__)
                                        "/lib/powerpc64le-linux-gnu";
#elif defined(__mips__)
                                        "/lib/mips-linux-gnu";
#else
                                        "/lib";
#endif
constexpr const char* kProgramFolders = "/usr/bin:/usr/sbin";

struct Places {
  const char* variable; // of the environment: the folders to search first
  const char* folders;
  bool must_run;
};
constexpr Places kLibraries{"LD_LIBRARY_PATH", kLibraryFolders, false};
constexpr Places kPrograms{"PATH", kProgramFolders, true};

bool is_library(std::string_view name) {
  return name.ends_with(".so") || name.find(".so.") != std::string_view::npos;
}

bool fits(const char* path, const Places& places) {
  return os::can_be_read(path) && (!places.must_run || os::can_be_run(path)) &&
         os::is_regular(path);
}

// find_in looks in a list of folders, separated by colons. Empty if none of them has the name.
Result<Array<char>> find_in(std::string_view folders, const char* name, const Places& places) {
  while (!folders.empty()) {
    const std::string_view folder = take_until(folders, ':');
    if (folder.empty())
      continue;
    Text path;
    path.add("%.*s/%s", static_cast<int>(folder.size()), folder.data(), name);
    auto copy = copy_of(path.view());
    if (!path.whole() || !copy)
      return Errno(ENOMEM);
    if (fits(copy->data(), places))
      return copy;
  }
  return Array<char>();
}

} // namespace

Result<Array<char>> find_file(const char* name, const Subject& subject) {
  if (std::string_view(name).find('/') != std::string_view::npos) {
    auto copy = copy_of(name);
    if (!copy)
      return no_memory(subject, "the path");
    return copy;
  }
  const Places& places = is_library(name) ? kLibraries : kPrograms;
  const char* const wanted = os::environment(places.variable);
  for (const char* folders : {wanted != nullptr ? wanted : "", places.folders}) {
    auto found = find_in(folders, name, places);
    if (!found)
      return no_memory(subject, "the path");
    if (found->size() != 0)
      return found;
  }
  return fail(subject, Errno(ENOENT), "there is no %s '%s' in the folders of %s, or in %s",
              places.must_run ? "program" : "library", name, places.variable, places.folders);
}

} // namespace ringside::attach
