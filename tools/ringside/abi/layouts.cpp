// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Layouts: run abidiff in a process with limits, since debug information can be malicious, too.
#include "abi/layouts.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "abi/abidiff_report.hpp"
#include "abi/layout_data.hpp"
#include "abi/releases.hpp"
#include "common/child.hpp"

namespace ringside::tool::abi {
namespace {

constexpr std::chrono::seconds kLongestRun(60);
constexpr std::size_t kMostMemoryKb = std::size_t{4} << 20;
constexpr std::size_t kLongestReport = std::size_t{16} << 20;
// abidiff's exit status is a sum of these.
constexpr int kChanged = 4;
constexpr int kIncompatible = 8;
constexpr int kNotFound = 127;

// TemporaryFile: a file with these bytes, until the end of this object. abidiff reads files only.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string_view bytes)
      : path_(std::filesystem::temp_directory_path() / "ringside-abi-XXXXXX") {
    const Descriptor fd(mkostemp(path_.data(), O_CLOEXEC));
    if (fd.get() < 0)
      throw std::system_error(errno, std::generic_category(),
                              fmt::format("cannot make {} (set TMPDIR to a folder that can be "
                                          "written to)",
                                          path_));
    while (!bytes.empty()) {
      const ssize_t count = write(fd.get(), bytes.data(), bytes.size());
      if (count <= 0) {
        const int error = errno;
        unlink(path_.c_str());
        throw std::system_error(error, std::generic_category(), "cannot write " + path_);
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

private:
  std::string path_;
};

bool has_debug_info(const ElfFile& file, const std::string& folder) {
  if (file.debug_info)
    return true;
  if (file.build_id.size() < 3)
    return false;
  std::error_code error;
  return std::filesystem::exists(fmt::format("{}/.build-id/{}/{}.debug", folder,
                                             file.build_id.substr(0, 2), file.build_id.substr(2)),
                                 error);
}

constexpr const char* kNoDebugInfo = "there is no debug information: build with -g, or name the "
                                     "folder that it was split off to with --debug-info";

std::string without_debug_info(const ElfFile& file) {
  return fmt::format("of {} {}", file.path, kNoDebugInfo);
}

// The newest reference that is not newer than a release. Releases that differ only in their last
// number have the same headers.
std::optional<LayoutReference> reference_for(std::size_t release) {
  std::optional<LayoutReference> found;
  for (const LayoutReference& reference : layout_references()) {
    const auto known = find_release(reference.version);
    if (known && node_version(newest_node(*known)) <= node_version(newest_node(release)))
      found = reference;
  }
  return found;
}

std::string no_reference(std::size_t release) {
  std::vector<std::string_view> versions;
  for (const LayoutReference& reference : layout_references())
    versions.push_back(reference.version);
  return fmt::format("layouts are known of libbpf {}, and of none that is as old as {}",
                     fmt::join(versions, ", "), releases()[release]);
}

// Outcome: what abidiff found, or why it could not.
struct Outcome {
  std::vector<LayoutChange> changes;
  std::string failure;
};

struct Input {
  std::string path;
  std::string debug_folder; // empty if the file has its own
};

std::vector<std::string> arguments_for(const Input& old_side, const Input& new_side,
                                       const std::string& suppressions) {
  // A shell finds abidiff, and sets the limits.
  std::vector<std::string> words{"/bin/sh", "-c", "ulimit -v \"$1\"; shift; exec abidiff \"$@\"",
                                 "sh", std::to_string(kMostMemoryKb)};
  for (const char* word : {"--leaf-changes-only", "--changed-fns", "--no-show-locs", "--show-bytes",
                           "--ignore-soname", "--suppressions"})
    words.emplace_back(word);
  words.push_back(suppressions);
  for (const auto& [option, input] : {std::pair{"--d1", &old_side}, {"--d2", &new_side}})
    if (!input->debug_folder.empty())
      words.insert(words.end(), {option, input->debug_folder});
  words.insert(words.end(), {old_side.path, new_side.path});
  return words;
}

Outcome run_abidiff(const Input& old_side, const Input& new_side, std::string_view suppressions) {
  const TemporaryFile suppression_file(suppressions);
  Signals signals;
  Child child({arguments_for(old_side, new_side, suppression_file.path()), {{"LC_ALL", "C"}}});
  const auto deadline = Clock::now() + kLongestRun;
  std::string report;
  while (!child.ended()) {
    if (Clock::now() >= deadline || report.size() > kLongestReport)
      return {{}, fmt::format("abidiff ran for more than {} s", kLongestRun.count())};
    if (!signals.wait_for_output({&child}, deadline))
      continue;
    child.read_output();
    while (const auto line = child.next_line())
      report += *line + '\n';
  }
  const std::string end = child.wait();
  const int status = child.exit_status().value_or(-1);
  if (status == kNotFound)
    return {{}, "abidiff is not installed (Debian: apt-get install abigail-tools)"};
  if (status < 0 || (status & ~(kChanged | kIncompatible)) != 0) {
    const std::string words = child.diagnostics();
    return {{}, fmt::format("abidiff {}: {}", end, words.substr(0, words.find('\n')))};
  }
  return {parse_abidiff(report), ""};
}

Input input_of(const ElfFile& file, const std::string& debug_folder) {
  return {std::filesystem::absolute(file.path), file.debug_info ? "" : debug_folder};
}

} // namespace

CheckResult check_layouts(const ElfFile& file, const Contract& contract,
                          const std::string& debug_folder) {
  CheckResult result{"layouts", {}, ""};
  const auto reference = reference_for(contract.release);
  if (!reference) {
    result.skipped = no_reference(contract.release);
    return result;
  }
  if (!has_debug_info(file, debug_folder)) {
    result.skipped = kNoDebugInfo;
    return result;
  }
  const TemporaryFile library(reference->library);
  const Outcome outcome =
      run_abidiff({library.path(), ""}, input_of(file, debug_folder), reference->suppressions);
  result.skipped = outcome.failure;
  for (const LayoutChange& change : outcome.changes)
    if (!is_growth(change))
      result.findings.push_back(
          {fmt::format("not as libbpf {} declares it: {}", reference->version, to_text(change)), "",
           "a program compiled with libbpf's headers and this library take the same bytes for "
           "different things"});
  return result;
}

LayoutDifferences diff_layouts(const LayoutSide& old_side, const LayoutSide& new_side,
                               const std::string& debug_folder) {
  LayoutDifferences result;
  std::deque<TemporaryFile> files;
  std::vector<Input> inputs;
  std::string_view suppressions;
  for (const LayoutSide& side : {old_side, new_side}) {
    if (const auto* const* file = std::get_if<const ElfFile*>(&side)) {
      if (!has_debug_info(**file, debug_folder))
        return {{}, true, without_debug_info(**file)};
      inputs.push_back(input_of(**file, debug_folder));
      continue;
    }
    const std::size_t release = std::get<std::size_t>(side);
    const auto reference = reference_for(release);
    if (!reference || newest_node(*find_release(reference->version)) != newest_node(release))
      return {{}, true, fmt::format("the layouts of libbpf {} are not known", releases()[release])};
    files.emplace_back(reference->library);
    inputs.push_back({files.back().path(), ""});
    suppressions = reference->suppressions;
  }
  if (suppressions.empty())
    suppressions = layout_references().back().suppressions;
  const Outcome outcome = run_abidiff(inputs[0], inputs[1], suppressions);
  result.skipped = outcome.failure;
  for (const LayoutChange& change : outcome.changes) {
    result.lines.push_back(to_text(change));
    result.only_growth = result.only_growth && is_growth(change);
  }
  return result;
}

} // namespace ringside::tool::abi
