// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_sites: where a program or library has a USDT probe, read from its notes. Format: the wiki of
// SystemTap, UserSpaceProbeImplementation.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "elf/file.hpp"

namespace ringside::usdt {

struct ProbeName {
  std::string_view provider;
  std::string_view name;
};

// What the kernel can do for probes.
struct ProbeFeatures {
  bool counts_references = false; // a uprobe counts up a semaphore: Linux 4.20
  bool has_uprobe_call = false;   // a uprobe on a nop of 5 bytes needs no trap: x86-64, Linux 6.18
};

// Site is one place where a probe fires. A probe has several where its function was inlined.
struct Site {
  std::uint64_t offset = 0;    // in the file
  std::uint64_t semaphore = 0; // where the file counts who uses the probe; 0: it has no counter
  std::uint64_t address = 0;   // of the place, in the file's own numbers
  std::string_view arguments;  // where they are, see parse_arguments; empty if there are none
};

struct Sites {
  Bytes notes; // holds the texts of the arguments
  Vector<Site> list;
};

// open_traced opens a file that this library can trace: a program or a shared library of its own
// class and byte order. EBADF for other files, with a message; kErrnoFormat for a damaged header;
// else what File::open fails with. `subject` must live as long as File::open says.
Result<elf::File> open_traced(const ByteSource& source, const Subject& subject);

// find_sites is all sites of a probe, at least one, in the file's order. Notes of other kinds are
// skipped, and those that are damaged too, with a warning. Of a file in memory, the memory must
// outlive the sites. Errors, each with a message:
//   ENOENT   the file has no such probe, or no notes of probes at all
//   EINVAL   the section with the notes is of another type, or the probe's own note is damaged
//   ESRCH    the probe is in no executable segment that is loaded, or its semaphore in no writable
//            one
//   ENOTSUP  the probe has a semaphore, and the kernel cannot count it up
//   ENOMEM; kErrnoFormat: there are far more segments than a linker makes; what File::contents and
//   File::segments fail with
Result<Sites> find_sites(const elf::File& file, const ProbeName& probe,
                         const ProbeFeatures& features);

} // namespace ringside::usdt
