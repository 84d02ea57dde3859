// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Files: opening and reading texts.
#include "sim/kernel/files/files.hpp"

#include <cerrno>
#include <string_view>

#include <sys/epoll.h>

#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

// A text in /proc or /sys. Its content is in the file in memory that stands for it, and the real
// kernel reads that.
class TextFile final : public File {
public:
  std::uint32_t ask() override { return EPOLLIN | EPOLLRDNORM; }
  [[nodiscard]] bool can_be_watched() const override { return false; }
  std::optional<long> read(int /*fd*/, std::span<std::byte> /*into*/) override {
    return std::nullopt;
  }
};

} // namespace

bool Files::find(const char* path, std::optional<std::string>& text) const {
  auto scripted = texts_.find(std::string_view(path));
  text = scripted != texts_.end() ? scripted->second : cpus_.file(path);
  return scripted != texts_.end() || text;
}

long Files::read_text(const char* path, std::span<char> into) {
  const auto lock = core_.enter();
  std::optional<std::string> text;
  if (!find(path, text))
    return host::read_file(path, into.data(), into.size());
  if (int error = core_.failures.check(Call::open))
    return -error;
  if (!text)
    return -ENOENT;
  if (int error = core_.failures.check(Call::read))
    return -error;
  if (text->size() >= into.size())
    return -E2BIG;
  return static_cast<long>(text->copy(into.data(), text->size()));
}

std::optional<int> Files::open(const char* path, bool close_on_exec) {
  const auto lock = core_.enter();
  std::optional<std::string> text;
  if (!find(path, text))
    return std::nullopt;
  if (int error = core_.failures.check(Call::open))
    return -error;
  if (!text)
    return -ENOENT;
  int fd = core_.descriptors.open(std::make_shared<TextFile>(), path, close_on_exec);
  if (fd < 0)
    return fd;
  if (int error = host::write_text(fd, text->data(), text->size())) {
    core_.descriptors.forget(fd);
    host::close(fd);
    return error;
  }
  return fd;
}

void Files::set(const char* path, const char* text) {
  const auto lock = core_.enter();
  texts_[path] = text != nullptr ? std::optional<std::string>(text) : std::nullopt;
}

} // namespace ringside::sim
