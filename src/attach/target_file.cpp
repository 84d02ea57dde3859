// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// TargetFile: open a file, or the member of an archive.
#include "attach/target_file.hpp"

#include "base/error_text.hpp"
#include "base/scan.hpp"
#include "base/text.hpp"
#include "elf/zip.hpp"
#include "os/whole_file.hpp"

namespace ringside::attach {
namespace {

constexpr std::string_view kArchiveMark = "!/";

} // namespace

std::size_t split_archive(const char* path) {
  const std::size_t at = std::string_view(path).find(kArchiveMark);
  return at == std::string_view::npos || os::exists(path) ? 0 : at;
}

Result<Owned<TargetFile>> TargetFile::open(const char* path, const Subject& subject) {
  const std::size_t end = split_archive(path);
  if (end == 0)
    return open_plain(path, subject);
  auto file = make<TargetFile>(path, subject);
  if (file == nullptr)
    return no_memory(subject, "its file");
  if (const auto opened = file->open_archive(path, end); !opened)
    return opened.error();
  return file;
}

Result<Owned<TargetFile>> TargetFile::open_plain(const char* path, const Subject& subject) {
  auto file = make<TargetFile>(path, subject);
  if (file == nullptr)
    return no_memory(subject, "its file");
  if (const auto opened = file->open_fd(path); !opened)
    return opened.error();
  return file;
}

Result<void> TargetFile::open_fd(const char* path) {
  auto copy = copy_of(path);
  if (!copy)
    return no_memory(path_subject_, "the path");
  path_ = std::move(*copy);
  auto fd = os::open_to_read(path);
  if (fd)
    fd_ = std::move(*fd);
  const auto source = fd ? os::source_of(fd_) : Result<ByteSource>(fd.error());
  if (!source) {
    char text[64];
    error_text(source.error().value(), text, sizeof(text));
    return fail(path_subject_, source.error(), "it cannot be opened: %s", text);
  }
  source_ = *source;
  return {};
}

Result<void> TargetFile::open_archive(const char* path, std::size_t end) {
  const std::string_view whole(path);
  const auto archive = copy_of(whole.substr(0, end));
  if (!archive)
    return no_memory(path_subject_, "the path");
  if (const auto opened = open_fd(archive->data()); !opened)
    return opened;
  const auto member =
      elf::stored_member(source_, behind(whole, end + kArchiveMark.size()), path_subject_);
  if (!member)
    return member.error();
  base_ = member->offset;
  source_ = member->content;
  return {};
}

Result<const elf::File*> TargetFile::elf() {
  if (!is_read_) {
    auto read = elf::File::open(source_, path_subject_);
    if (!read)
      return read.error();
    elf_ = std::move(*read);
    is_read_ = true;
  }
  return &elf_;
}

} // namespace ringside::attach
