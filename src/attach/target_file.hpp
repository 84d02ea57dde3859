// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// TargetFile: the ELF file that probes are put into. Its tables are read as they are needed, and
// nothing is mapped.
#pragma once

#include <cstdint>

#include "base/array.hpp"
#include "base/byte_source.hpp"
#include "base/failure.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "elf/file.hpp"
#include "os/unique_fd.hpp"

namespace ringside::attach {

// split_archive is the length of the archive's path in "archive!/member"; 0 if there is no '!/', or
// if a file with the whole path exists.
std::size_t split_archive(const char* path);

class TargetFile {
public:
  // open opens a file, or one that an archive holds uncompressed. `subject`, what it refers to and
  // the path must outlive it. Errors, each with a message: kErrnoFormat: it is no ELF file; those
  // of elf::stored_member; what opening fails with.
  static Result<Owned<TargetFile>> open(const char* path, const Subject& subject);
  static Result<Owned<TargetFile>> open(const char* path, Subject&& subject) = delete;

  // open_plain opens the file at the path, even if the path looks like a member of an archive.
  static Result<Owned<TargetFile>> open_plain(const char* path, const Subject& subject);
  static Result<Owned<TargetFile>> open_plain(const char* path, Subject&& subject) = delete;

  TargetFile(const char* path, const Subject& subject) : path_subject_(subject, "file", path) {}
  TargetFile(const TargetFile&) = delete;
  TargetFile& operator=(const TargetFile&) = delete;
  ~TargetFile() = default;

  // path is that of the file, or of the archive; null-terminated.
  [[nodiscard]] const char* path() const { return path_.data(); }
  // base is where in the file at path() the ELF file begins: 0, unless that file is an archive.
  [[nodiscard]] std::uint64_t base() const { return base_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const ByteSource& source() const { return source_; }
  [[nodiscard]] const Subject& subject() const { return path_subject_; }

  // elf reads the headers, when it is first asked. The errors are those of elf::File::open.
  Result<const elf::File*> elf();

private:
  Result<void> open_archive(const char* path, std::size_t end);
  Result<void> open_fd(const char* path);

  Subject path_subject_;
  Array<char> path_;
  os::UniqueFd fd_;
  std::uint64_t base_ = 0;
  ByteSource source_;
  elf::File elf_;
  bool is_read_ = false;
};

} // namespace ringside::attach
