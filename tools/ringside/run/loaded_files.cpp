// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// loaded_files: the loader prints a line for each file:
//
//	linux-vdso.so.1 (0x00007ffd0a1f2000)
//	/opt/libringside.so.1 (0x00007f1f4a000000)
//	libbpf.so.1 => /lib/x86_64-linux-gnu/libbpf.so.1 (0x00007f1f49f00000)
//	libmissing.so => not found
#include "run/loaded_files.hpp"

#include <chrono>

#include <fmt/format.h>

#include "common/child.hpp"

namespace ringside::tool {
namespace {

constexpr std::chrono::seconds kLimit(20);

} // namespace

std::vector<std::filesystem::path> read_list(std::string_view text) {
  constexpr std::string_view kArrow = " => ";
  std::vector<std::filesystem::path> files;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (const std::size_t arrow = line.find(kArrow); arrow != line.npos)
      line.remove_prefix(arrow + kArrow.size());
    else if (line.starts_with('\t'))
      line.remove_prefix(1);
    // The vDSO has no path.
    if (const std::size_t address = line.rfind(" (0x");
        line.starts_with('/') && address != line.npos)
      files.emplace_back(line.substr(0, address));
  }
  return files;
}

LoadedFiles loaded_files(const std::string& loader, const std::filesystem::path& program,
                         const std::map<std::string, std::string>& environment) {
  Signals signals;
  Child child({{loader, "--list", program}, environment});
  const auto deadline = Clock::now() + kLimit;
  std::string text;
  while (!child.ended()) {
    if (!signals.wait_for_output({&child}, deadline))
      return {{}, fmt::format("{} did not answer within {} s", loader, kLimit.count())};
    child.read_output();
    while (const auto line = child.next_line())
      text += *line + '\n';
  }
  const std::string end = child.wait();
  std::string said = child.diagnostics();
  said.erase(std::min(said.find('\n'), said.size()));
  return {read_list(text), !said.empty() || end.empty() ? said : loader + " " + end};
}

} // namespace ringside::tool
