// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Libraries and programs as `ringside abi` reads them: any bytes, through every check that looks at
// an ELF file. The whole input is the file.
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/check.hpp"
#include "abi/check_report.hpp"
#include "abi/contract.hpp"
#include "abi/difference.hpp"
#include "abi/elf_file.hpp"
#include "abi/file_error.hpp"
#include "abi/needs.hpp"
#include "abi/releases.hpp"
#include "check.hpp"

namespace ringside::test {
namespace {

using namespace ringside::tool::abi;

// MemoryFile: the input under a path.
class MemoryFile {
public:
  MemoryFile(const std::uint8_t* bytes, std::size_t size)
      : fd_(memfd_create("input", MFD_CLOEXEC)) {
    require(fd_ >= 0 && write(fd_, bytes, size) == static_cast<ssize_t>(size),
            "there is memory for the input");
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

private:
  int fd_;
};

void require_printable(const std::string& text) {
  for (const char c : text)
    require(c >= ' ' && c < 0x7f, "what is read can be printed, in one line");
}

void check_names(const ElfFile& file) {
  require_printable(file.interpreter);
  require_printable(file.surface.soname);
  for (const std::string& name : file.needed)
    require_printable(name);
  for (const Node& node : file.surface.nodes) {
    require_printable(node.name);
    for (const std::string& parent : node.parents)
      require_printable(parent);
  }
  for (const Symbol& symbol : file.surface.symbols)
    require_printable(full_name(symbol));
  for (const Import& import : file.imports) {
    require_printable(import.name);
    require_printable(import.node + import.library);
  }
}

void check_report(const ElfFile& file) {
  CheckReport report{file.path, claimed_contract(file), {}, {}};
  report.checks = run_checks(file, report.contract);
  report.notes = notes_on(file, report.contract);
  std::size_t findings = 0;
  for (const CheckResult& check : report.checks)
    for (const Finding& finding : check.findings) {
      ++findings;
      require(!finding.what.empty() && !finding.breaks.empty(), "a finding says all");
      require_printable(finding.what + finding.since + finding.breaks);
    }
  require(report.conforms() == (findings == 0), "a finding is what does not conform");
  require(nlohmann::json::parse(to_json(report).dump())["conforms"] == report.conforms(),
          "JSON says the same");
  require(!to_text(report).empty() && !to_junit(report).empty(), "there is a report");

  const Difference difference = difference_of(report.contract.surface, file.surface);
  require(findings > 0 || difference.removed.empty(), "what conforms lacks nothing");
  require(findings > 0 || difference_of(file.surface, file.surface).empty(),
          "a library that has nothing twice is like itself");
}

void check_needs(const ElfFile& file) {
  const Needs needs = needs_of(file);
  require(needs.imports.size() <= file.imports.size(), "needs are among the imports");
  for (const std::size_t release : needs.releases)
    require(lacking(needs, release).empty(), "what satisfies lacks nothing");
  for (const OwnLibrary library : {OwnLibrary::libringside, OwnLibrary::libbpf}) {
    const Share share = share_of(needs, library);
    require(share.has.size() + share.lacks.size() == needs.imports.size(), "all are told");
  }
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  const MemoryFile input(bytes, size);
  try {
    const ElfFile file = read_elf(input.path());
    check_names(file);
    check_needs(file);
    check_report(file);
  } catch (const FileError& error) {
    require_printable(error.what());
  }
  return 0;
}
