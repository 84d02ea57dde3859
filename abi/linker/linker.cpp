// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// bpf_linker: files in, one file out.
#include <cerrno>
#include <cstring>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/handle.hpp"
#include "abi/boundary/handle_maker.hpp"
#include "abi/boundary/options.hpp"
#include "base/failure.hpp"
#include "base/owned.hpp"
#include "linker/linker.hpp"
#include "os/output_file.hpp"
#include "os/whole_file.hpp"

RINGSIDE_OPTIONS(bpf_linker_opts);
RINGSIDE_OPTIONS(bpf_linker_file_opts);

using ringside::Array;
using ringside::Called;
using ringside::callers_own;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::is_foreign;
using ringside::Options;
using ringside::Owned;
using ringside::pass_on;
using ringside::Result;
using ringside::Subject;
namespace os = ringside::os;

// The C tag, incomplete for programs.
struct bpf_linker : ringside::HandleMark {
  ringside::linker::Linker linker;
  os::UniqueFd own;     // of a file that we have made
  int output = -1;      // where the object goes
  bool is_done = false; // it has been written
};

template <>
struct ringside::Core<bpf_linker> {
  using Type = bpf_linker;
};

namespace {

constexpr Subject kNew("bpf_linker__new");
constexpr Subject kAdd("bpf_linker__add");
constexpr Subject kFinalize("bpf_linker__finalize");

Result<Owned<bpf_linker>> make_linker(const bpf_linker_opts* opts) {
  if (const auto options = Options<bpf_linker_opts>::read(opts); !options)
    return options.error();
  auto made = ringside::make<bpf_linker>();
  if (made == nullptr)
    return no_memory(kNew, "the linker");
  return made;
}

Result<Owned<bpf_linker>> make_for_file(const char* path, const bpf_linker_opts* opts) {
  auto made = make_linker(opts);
  if (!made)
    return made;
  if (path == nullptr)
    return fail(kNew, Errno(EINVAL), "filename is NULL");
  auto file = os::create_output(path);
  if (!file)
    return fail(path, file.error(), "cannot be made, to hold the linked object: %s",
                std::strerror(file.error().value()));
  (*made)->own = std::move(*file);
  (*made)->output = (*made)->own.get();
  return made;
}

Result<Owned<bpf_linker>> make_for_fd(int fd, const bpf_linker_opts* opts) {
  if (fd < 0)
    return fail(kNew, Errno(EINVAL), "fd is %d", fd);
  auto made = make_linker(opts);
  if (!made)
    return made;
  if (!os::is_open(fd))
    return fail(kNew, Errno(EINVAL), "fd %d is not open", fd);
  (*made)->output = fd;
  return made;
}

// check_add is what all ways to add an object check first.
Result<void> check_add(const bpf_linker* linker, const bpf_linker_file_opts* opts) {
  if (const auto options = Options<bpf_linker_file_opts>::read(opts); !options)
    return options.error();
  if (linker == nullptr)
    return fail(kAdd, Errno(EINVAL), "linker is NULL");
  if (linker->is_done)
    return fail(kAdd, Errno(EINVAL), "the output has been written: make another linker");
  return {};
}

// A file is not mapped: another process could shrink it meanwhile.
Result<Array<std::byte>> read_whole(int fd) {
  const auto size = os::file_size(fd);
  if (!size)
    return size.error();
  auto bytes = Array<std::byte>::of_size(static_cast<std::size_t>(*size));
  if (!bytes)
    return bytes;
  if (const auto read = os::read_at(fd, 0, {bytes->data(), bytes->size()}); !read)
    return read.error();
  return bytes;
}

Result<void> add_open(bpf_linker& linker, int fd, const char* name) {
  if (os::is_same_file(fd, linker.output))
    return fail(name, Errno(EINVAL),
                "is the output as well, which is empty until bpf_linker__finalize: give the output "
                "another name");
  auto bytes = read_whole(fd);
  if (!bytes)
    return fail(name, bytes.error(), "cannot be read: %s", std::strerror(bytes.error().value()));
  return linker.linker.add(std::move(*bytes), name);
}

Result<void> add_file(bpf_linker* linker, const char* path, const bpf_linker_file_opts* opts) {
  if (const auto checked = check_add(linker, opts); !checked)
    return checked;
  if (path == nullptr)
    return fail(kAdd, Errno(EINVAL), "filename is NULL");
  const auto file = os::open_to_read(path);
  if (!file)
    return fail(path, file.error(), "cannot be opened: %s", std::strerror(file.error().value()));
  return add_open(*linker, file->get(), path);
}

Result<void> add_fd(bpf_linker* linker, int fd, const bpf_linker_file_opts* opts) {
  if (const auto checked = check_add(linker, opts); !checked)
    return checked;
  if (fd < 0)
    return fail(kAdd, Errno(EINVAL), "fd is %d", fd);
  if (!os::is_open(fd))
    return fail(kAdd, Errno(EINVAL), "fd %d is not open", fd);
  char name[32];
  std::snprintf(name, sizeof(name), "fd %d", fd);
  return add_open(*linker, fd, name);
}

Result<void> add_buffer(bpf_linker* linker, const void* buffer, std::size_t size,
                        const bpf_linker_file_opts* opts) {
  if (const auto checked = check_add(linker, opts); !checked)
    return checked;
  if (buffer == nullptr || size == 0)
    return fail(kAdd, Errno(EINVAL), "the buffer is %s", buffer == nullptr ? "NULL" : "empty");
  auto bytes = Array<std::byte>::of_size(size);
  if (!bytes)
    return no_memory(kAdd, "a copy of the buffer");
  std::memcpy(bytes->data(), buffer, size);
  return linker->linker.add(std::move(*bytes), "buffer");
}

Result<void> finalize(bpf_linker* linker) {
  if (linker == nullptr)
    return fail(kFinalize, Errno(EINVAL), "linker is NULL");
  if (linker->is_done)
    return fail(kFinalize, Errno(EINVAL), "the output has been written already");
  const auto bytes = linker->linker.output();
  if (!bytes)
    return bytes.error();
  if (const auto written = os::write_output(linker->output, *bytes); !written)
    return fail(kFinalize, written.error(), "the output cannot be written: %s",
                std::strerror(written.error().value()));
  linker->is_done = true;
  linker->own = os::UniqueFd();
  return {};
}

} // namespace

extern "C" LIBBPF_API struct bpf_linker* bpf_linker__new(const char* filename,
                                                         struct bpf_linker_opts* opts) {
  if (auto* const own = callers_own(bpf_linker__new, Called()))
    return own(filename, opts);
  return Entry().leave(make_for_file(filename, opts));
}

extern "C" LIBBPF_API struct bpf_linker* bpf_linker__new_fd(int fd, struct bpf_linker_opts* opts) {
  if (auto* const own = callers_own(bpf_linker__new_fd, Called()))
    return own(fd, opts);
  return Entry().leave(make_for_fd(fd, opts));
}

extern "C" LIBBPF_API int bpf_linker__add_file(struct bpf_linker* linker, const char* filename,
                                               const struct bpf_linker_file_opts* opts) {
  if (is_foreign(linker))
    return pass_on(bpf_linker__add_file, Called(), linker, filename, opts);
  return Entry().leave(add_file(linker, filename, opts));
}

extern "C" LIBBPF_API int bpf_linker__add_fd(struct bpf_linker* linker, int fd,
                                             const struct bpf_linker_file_opts* opts) {
  if (is_foreign(linker))
    return pass_on(bpf_linker__add_fd, Called(), linker, fd, opts);
  return Entry().leave(add_fd(linker, fd, opts));
}

extern "C" LIBBPF_API int bpf_linker__add_buf(struct bpf_linker* linker, void* buf, size_t buf_sz,
                                              const struct bpf_linker_file_opts* opts) {
  if (is_foreign(linker))
    return pass_on(bpf_linker__add_buf, Called(), linker, buf, buf_sz, opts);
  return Entry().leave(add_buffer(linker, buf, buf_sz, opts));
}

extern "C" LIBBPF_API int bpf_linker__finalize(struct bpf_linker* linker) {
  if (is_foreign(linker))
    return pass_on(bpf_linker__finalize, Called(), linker);
  return Entry().leave(finalize(linker));
}

extern "C" LIBBPF_API void bpf_linker__free(struct bpf_linker* linker) {
  if (is_foreign(linker))
    return pass_on(bpf_linker__free, Called(), linker);
  const Entry entry;
  if (linker == nullptr || ringside::is_error(linker))
    return;
  const Owned<bpf_linker> freed(linker);
  entry.succeed();
}
