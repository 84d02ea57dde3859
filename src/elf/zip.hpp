// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// stored_member: a file in an archive that holds it uncompressed, as an APK holds its libraries.
#pragma once

#include <string_view>

#include "base/byte_source.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::elf {

// StoredMember is a file in an archive.
struct StoredMember {
  std::uint64_t offset = 0; // of its content in the archive
  ByteSource content;
};

// stored_member finds a file by its whole name. Archives are plain zip files on one disk. Errors,
// each with a message:
//   EINVAL        this is no zip file, or it is damaged
//   ENOTSUP       an archive on several disks, or a zip64 archive
//   ENOENT        it has no such file, or that is encrypted, or its size stands behind it
//   kErrnoFormat  the file is compressed
//   ENOMEM, or what reading fails with
Result<StoredMember> stored_member(const ByteSource& archive, std::string_view name,
                                   const Subject& subject);

} // namespace ringside::elf
