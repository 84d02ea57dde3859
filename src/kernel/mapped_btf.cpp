// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mapping the kernel's BTF, once.
#include "kernel/mapped_btf.hpp"

#include <cstdint>

#include "base/lazy.hpp"
#include "base/owned.hpp"
#include "base/shared_word.hpp"
#include "os/mapping.hpp"
#include "os/whole_file.hpp"

namespace ringside::kernel {
namespace {

using btf::Btf;

struct MappedImage {
  os::FileIdentity file;
  os::Mapping mapping;
  Owned<btf::Image> image;
};

// The first file that was mapped. When the process ends, destructors of the library run while other
// threads may still use it. So it is freed only if it has no user, and only a user looks at it.
// kUnloaded: it was freed.
LazyForever<MappedImage> shared;
constexpr std::int32_t kUnloaded = -1;
std::int32_t users = 0;

bool begin_use() {
  for (std::int32_t now = load_relaxed(users); now != kUnloaded; now = load_relaxed(users))
    if (replace(users, now, now + 1))
      return true;
  return false;
}

// The release in replace keeps what the user has read before it. It pairs with the acquire of the
// replace that comes before freeing.
void end_use(void* /*mapped*/) {
  for (std::int32_t now = load_relaxed(users); !replace(users, now, now - 1);)
    now = load_relaxed(users);
}

void free_mapped(void* mapped) {
  const Owned<MappedImage> gone(static_cast<MappedImage*>(mapped));
}

[[gnu::destructor]] void free_what_is_not_used() {
  if (replace(users, std::int32_t{0}, kUnloaded))
    free_mapped(shared.get());
}

// Null: there is none, or it is of another file.
Owned<Btf> share(const os::FileIdentity& file) {
  if (!begin_use())
    return nullptr;
  const MappedImage* const mapped = shared.get();
  if (mapped != nullptr && mapped->file == file)
    if (auto made = Btf::of_image(*mapped->image, {end_use, nullptr}))
      return std::move(*made);
  end_use(nullptr);
  return nullptr;
}

// own is a Btf that has a mapping alone.
Owned<Btf> own(Owned<MappedImage> mapped) {
  auto made = Btf::of_image(*mapped->image, {free_mapped, mapped.get()});
  if (!made)
    return nullptr;
  static_cast<void>(mapped.release());
  return std::move(*made);
}

Owned<MappedImage> map(int fd, const os::FileIdentity& file, const char* path) {
  if (file.size == 0 || file.size > SIZE_MAX)
    return nullptr;
  auto mapping = os::map_private(fd, static_cast<std::size_t>(file.size));
  if (!mapping)
    return nullptr;
  auto image = btf::Image::trust({mapping->data(), mapping->size()}, path);
  auto mapped = make<MappedImage>();
  if (!image || mapped == nullptr)
    return nullptr;
  mapped->file = file;
  mapped->mapping = std::move(*mapping);
  mapped->image = std::move(*image);
  return mapped;
}

} // namespace

Owned<Btf> mapped_btf(const char* path) {
  // Opened each time: who may not read it gets nothing, and another file may be there now.
  const auto fd = os::open_to_read(path);
  if (!fd)
    return nullptr;
  const auto file = os::identity_of(fd->get());
  if (!file)
    return nullptr;
  if (auto made = share(*file))
    return made;
  auto mapped = map(fd->get(), *file, path);
  if (mapped == nullptr)
    return nullptr;
  if (shared.get() != nullptr || load_relaxed(users) == kUnloaded)
    return own(std::move(mapped));
  // Another thread may have been earlier; then that one stays.
  static_cast<void>(shared.keep(std::move(mapped)));
  return share(*file);
}

} // namespace ringside::kernel
