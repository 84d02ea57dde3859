// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading BTF from files.
#include "kernel/btf_file.hpp"

#include <cerrno>
#include <string_view>
#include <utility>

#include <elf.h>

#include "base/failure.hpp"
#include "btf/header.hpp"
#include "btf/relocate.hpp"
#include "elf/file.hpp"
#include "os/whole_file.hpp"

namespace ringside::kernel {
namespace {

using btf::Btf;
using btf::Ext;

Result<BtfFile> read_raw(Vector<std::byte> bytes, const Btf* base, const Subject& subject) {
  auto made = Btf::read_kept(std::move(bytes), base, subject);
  if (!made)
    return made.error();
  return BtfFile{std::move(*made), nullptr};
}

// BtfSections is the sections that BTF is in. Of several with one name the last counts.
struct BtfSections {
  const elf::Section* types = nullptr;
  const elf::Section* ext = nullptr;
  const elf::Section* base = nullptr;
};

BtfSections find_sections(const elf::File& file) {
  BtfSections found;
  for (const elf::Section& section : file.sections()) {
    if (section.name == ".BTF")
      found.types = &section;
    else if (section.name == ".BTF.ext")
      found.ext = &section;
    else if (section.name == ".BTF.base")
      found.base = &section;
  }
  return found;
}

Result<Vector<std::byte>> contents(const elf::File& file, const elf::Section& section) {
  if (section.type != SHT_PROGBITS)
    return fail(file.subject_of(section), kErrnoFormat, "it is of type %u, not SHT_PROGBITS",
                section.type);
  return file.contents_copy(section);
}

Result<Owned<Btf>> read_section(const elf::File& file, const elf::Section& section,
                                const Btf* base) {
  auto bytes = contents(file, section);
  if (!bytes)
    return bytes.error();
  const Subject subject = file.subject_of(section);
  auto made = Btf::read_kept(std::move(*bytes), base, subject);
  if (made)
    (*made)->set_pointer_size(file.wide() ? sizeof(std::uint64_t) : sizeof(std::uint32_t));
  return made;
}

// read_types reads .BTF, and .BTF.base if that is there.
Result<Owned<Btf>> read_types(const elf::File& file, const BtfSections& sections, const Btf* base) {
  if (sections.base == nullptr)
    return read_section(file, *sections.types, base);
  auto distilled = read_section(file, *sections.base, nullptr);
  if (!distilled)
    return distilled;
  auto made = read_section(file, *sections.types, distilled->get());
  if (!made)
    return made;
  if (base == nullptr)
    (*made)->own_base(std::move(*distilled));
  else if (const auto relocated = btf::relocate(**made, *base); !relocated)
    return relocated.error();
  return made;
}

Result<BtfFile> read_elf(const ByteSource& source, const Btf* base, bool wants_ext,
                         const Subject& subject) {
  const auto file = elf::File::open(source, subject);
  if (!file)
    return file.error();
  if (file->sections().empty())
    return fail(subject, kErrnoFormat, "it has no sections");
  const BtfSections sections = find_sections(*file);
  if (sections.types == nullptr)
    return fail(subject, Errno(ENODATA), "it has no section .BTF; compile with -g");
  auto types = read_types(*file, sections, base);
  if (!types)
    return types.error();
  BtfFile made{std::move(*types), nullptr};
  if (!wants_ext || sections.ext == nullptr)
    return made;
  const auto bytes = contents(*file, *sections.ext);
  if (!bytes)
    return bytes.error();
  auto ext = Ext::read(*bytes, file->subject_of(*sections.ext));
  if (!ext)
    return ext.error();
  made.ext = std::move(*ext);
  return made;
}

Result<BtfFile> read_elf(os::UniqueFd& fd, const Btf* base, bool wants_ext,
                         const Subject& subject) {
  const auto source = os::source_of(fd);
  if (!source)
    return fail(subject, source.error(), "its size is not known");
  return read_elf(*source, base, wants_ext, subject);
}

} // namespace

Result<BtfFile> read_btf(const char* path, BtfForm form, const Btf* base, bool wants_ext) {
  const Subject subject(path);
  auto fd = os::open_to_read(path);
  if (!fd) {
    // If any form will do, the caller tries several files: a missing one is no warning.
    say(form == BtfForm::elf ? LogLevel::warn : LogLevel::debug, subject,
        "it cannot be opened, error %d", fd.error().value());
    return fd.error();
  }
  if (form == BtfForm::elf)
    return read_elf(*fd, base, wants_ext, subject);
  // The first bytes say what it is.
  Vector<std::byte> bytes;
  if (const auto read = os::read_rest(fd->get(), bytes, sizeof(btf::kMagic)); !read)
    return fail(subject, Errno(EIO), "it cannot be read, error %d", read.error().value());
  if (bytes.size() < sizeof(btf::kMagic))
    return fail(subject, Errno(EIO), "it has %zu bytes", bytes.size());
  if (!btf::order_by_magic(bytes)) {
    if (form == BtfForm::any)
      return read_elf(*fd, base, wants_ext, subject);
    return fail(subject, Errno(EPROTO), "it does not begin as BTF does");
  }
  if (const auto read = os::read_rest(fd->get(), bytes); !read)
    return fail(subject, read.error(), "it cannot be read");
  return read_raw(std::move(bytes), base, subject);
}

} // namespace ringside::kernel
