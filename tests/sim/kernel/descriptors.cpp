// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Descriptors: the table, and the check of each entry against the process's own.
#include "sim/kernel/descriptors.hpp"

#include <cerrno>

namespace ringside::sim {

int Descriptors::open(std::shared_ptr<File> file, const char* name, bool close_on_exec) {
  int fd = host::anonymous_file(name, close_on_exec);
  if (fd < 0)
    return fd;
  host::Identity identity;
  if (!host::identify(fd, identity))
    return -EBADF;
  std::erase_if(files_, [](const auto& known) { return known.second.expired(); });
  files_[identity] = file;
  entries_[fd] = {identity, std::move(file)};
  return fd;
}

void Descriptors::adopt(int fd, std::shared_ptr<File> file) {
  host::Identity identity;
  if (host::identify(fd, identity))
    entries_[fd] = {identity, std::move(file)};
}

std::shared_ptr<File> Descriptors::find(int fd) {
  auto entry = entries_.find(fd);
  if (entry == entries_.end() && files_.empty())
    return nullptr;
  host::Identity identity;
  bool open = host::identify(fd, identity);
  if (entry != entries_.end()) {
    if (open && entry->second.identity == identity)
      return entry->second.file;
    entries_.erase(entry);
  }
  auto known = open ? files_.find(identity) : files_.end();
  std::shared_ptr<File> file = known == files_.end() ? nullptr : known->second.lock();
  if (file)
    entries_[fd] = {identity, file};
  return file;
}

int Descriptors::any_of(const File* file) const {
  for (const auto& [fd, entry] : entries_)
    if (entry.file.get() == file)
      return fd;
  return -1;
}

void Descriptors::sweep() {
  std::erase_if(entries_, [](const auto& entry) {
    host::Identity identity;
    return !host::identify(entry.first, identity) || identity != entry.second.identity;
  });
}

} // namespace ringside::sim
