// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// obstacles_of: linked statically, another C library, privileges.
#include "abi/obstacles.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "abi/privileges.hpp"

namespace ringside::tool::abi {
namespace {

std::string name_of_loader(const ElfFile& program) {
  return std::filesystem::path(program.interpreter).filename();
}

// Our libraries need the C library that this process has.
std::string name_of_our_loader() {
  static const std::string kName = name_of_loader(read_elf("/proc/self/exe"));
  return kName;
}

} // namespace

std::vector<Obstacle> obstacles_of(const ElfFile& program) {
  std::vector<Obstacle> obstacles;
  if (is_static(program)) {
    obstacles.push_back(
        {"it is linked statically, so no loader can load a library into it: relink it "
         "with libringside.a"});
    return obstacles;
  }
  if (name_of_loader(program) != name_of_our_loader())
    obstacles.push_back({fmt::format("its loader is {}, of another C library than this ringside's "
                                     "({}): build ringside with that one",
                                     program.interpreter, name_of_our_loader())});
  for (const Privilege& privilege : privileges_of(program.path))
    obstacles.push_back(
        {fmt::format("it is {}, so the loader does as if LD_PRELOAD and "
                     "LD_LIBRARY_PATH were not set{}: have the whole machine use "
                     "ringside's libbpf.so.1",
                     privilege.name, privilege.gives_us ? "" : " where that gives a user more"),
         privilege.gives_us});
  return obstacles;
}

} // namespace ringside::tool::abi
