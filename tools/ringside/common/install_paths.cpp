// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_install_paths: the folders of the build configuration, relative to the executable.
#include "common/install_paths.hpp"

namespace ringside::tool {

InstallPaths find_install_paths() {
  // The build defines the configured folders, including the prefix.
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto installed = [&](const std::filesystem::path& folder) {
    return (here / folder.lexically_relative(RINGSIDE_BINDIR)).lexically_normal();
  };
  const std::filesystem::path lib = installed(RINGSIDE_LIBDIR);
  const std::filesystem::path libexec = installed(RINGSIDE_LIBEXECDIR) / "ringside";
  const std::filesystem::path data = installed(RINGSIDE_DATADIR) / "ringside";
  return {libexec / "demo-client",
          libexec / "demo-target",
          lib / "libringside.so.1",
          lib / "ringside" / "libbpf.so.1",
          lib / "ringside" / "libringside-sim.so",
          libexec / "conform",
          data / "outcomes.tsv"};
}

} // namespace ringside::tool
