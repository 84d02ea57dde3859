// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF from files: raw BTF, as the kernel has it in /sys, or sections of an ELF file.
#pragma once

#include "base/owned.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"

namespace ringside::kernel {

// BtfForm is what a file may be.
enum class BtfForm { any, raw, elf };

struct BtfFile {
  Owned<btf::Btf> btf;
  Owned<btf::Ext> ext; // null where there is none, or none was wanted
};

// read_btf reads the BTF of a file, split on a base or without one. An ELF file may contain the
// base that its BTF was distilled over. Then the BTF is relocated to the base that is given; if
// none is given, it keeps the one of the file. Errors, each with a message: that of opening; EIO:
// the file cannot be read, or has less than 2 bytes; EPROTO: it is not raw BTF; kErrnoFormat: it is
// no valid ELF file; ENODATA: it has no section .BTF; those of Btf::read, Ext::read and relocate.
Result<BtfFile> read_btf(const char* path, BtfForm form, const btf::Btf* base, bool wants_ext);

} // namespace ringside::kernel
