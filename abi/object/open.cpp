// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Opening objects from files and from memory, and closing them.
#include <cerrno>
#include <cinttypes>
#include <climits>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <elf.h>

#include "abi/boundary/options.hpp"
#include "abi/object/handles.hpp"
#include "abi/object/open.hpp"
#include "base/byte_reader.hpp"
#include "base/byte_source.hpp"
#include "base/read_ahead.hpp"
#include "base/scan.hpp"
#include "base/vector.hpp"
#include "kernel/refusal.hpp"
#include "os/process.hpp"
#include "os/whole_file.hpp"

RINGSIDE_OPTIONS(bpf_object_open_opts);

namespace ringside {
namespace {

using object::Object;
using object::Settings;
using Opts = bpf_object_open_opts;

constexpr Subject kSubject("bpf_object_open_opts");

Result<void> check_path(const char* path, const char* member) {
  if (path == nullptr || std::strlen(path) < PATH_MAX)
    return {};
  return fail(kSubject, Errno(ENAMETOOLONG), "%s is longer than a path can be", member);
}

// Request is what options say.
struct Request {
  Settings settings;
  const char* name = nullptr;
};

// read_request checks the options that all ways to open share.
Result<Request> read_request(const bpf_object_open_opts* opts) {
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return options.error();
  Request request;
  request.name = options->get(&Opts::object_name);
  Settings& settings = request.settings;
  settings.relaxed_maps = options->get(&Opts::relaxed_maps);
  settings.pin_root = options->get(&Opts::pin_root_path);
  settings.kconfig = options->get(&Opts::kconfig);
  settings.btf_path = options->get(&Opts::btf_custom_path);
  settings.token_path = options->get(&Opts::bpf_token_path);
  settings.log = {options->get(&Opts::kernel_log_buf), options->get(&Opts::kernel_log_size)};
  settings.log_level = options->get(&Opts::kernel_log_level);
  if (settings.log.size() > UINT32_MAX)
    return fail(kSubject, Errno(EINVAL),
                "kernel_log_size of %zu bytes is more than the kernel can write",
                settings.log.size());
  if (settings.log.data() == nullptr && !settings.log.empty())
    return fail(kSubject, Errno(EINVAL), "there is a kernel_log_size, but no kernel_log_buf");
  if (settings.token_path == nullptr)
    settings.token_path = os::environment("LIBBPF_BPF_TOKEN_PATH");
  if (const auto checked = check_path(settings.token_path, "bpf_token_path"); !checked)
    return checked.error();
  if (const auto checked = check_path(settings.btf_path, "btf_custom_path"); !checked)
    return checked.error();
  return request;
}

// base_name is the file's name without folders, up to its first dot.
std::string_view base_name(std::string_view path) {
  path = behind(path, path.find_last_of('/') + 1);
  return path.substr(0, path.find('.'));
}

} // namespace

Result<Owned<Object>> open_bytes(std::span<const std::byte> bytes, const char* fallback_name,
                                 const bpf_object_open_opts* opts) {
  const auto request = read_request(opts);
  if (!request)
    return request.error();
  char address[40];
  std::snprintf(address, sizeof(address), "%" PRIxPTR "-%zx",
                reinterpret_cast<std::uintptr_t>(bytes.data()), bytes.size());
  const char* const fallback = fallback_name != nullptr ? fallback_name : address;
  return Object::open(ByteSource(bytes), request->name != nullptr ? request->name : fallback,
                      request->settings);
}

namespace {

// How many bytes are read at once of an object's small sections.
constexpr std::size_t kAhead = 4096;

Result<Owned<Object>> open_file(const char* path, const bpf_object_open_opts* opts) {
  if (path == nullptr)
    return fail("object", Errno(EINVAL), "the path of its file is NULL");
  const auto request = read_request(opts);
  if (!request)
    return request.error();
  auto fd = os::open_to_read(path);
  if (fd && os::is_folder(fd->get()))
    return fail(path, kErrnoElf, "it is a folder: the path must be that of an object file");
  auto source = fd ? os::source_of(*fd) : Result<ByteSource>(fd.error());
  // The size of a pipe is not known. One that does not begin as an ELF file may have no end.
  Vector<std::byte> bytes;
  if (source && source->size() == 0) {
    auto read = os::read_rest(fd->get(), bytes, SELFMAG);
    if (read && as_text(bytes) == ELFMAG)
      read = os::read_rest(fd->get(), bytes);
    source = read ? ByteSource({bytes.begin(), bytes.size()}) : Result<ByteSource>(read.error());
  }
  if (!source)
    return kernel::refused(path, {"reading the object file"}, source.error());
  ReadAhead<kAhead> file(*source);
  return Object::open(file.source(), request->name != nullptr ? request->name : base_name(path),
                      request->settings);
}

} // namespace
} // namespace ringside

using ringside::Called;
using ringside::callers_own;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::handle;
using ringside::is_foreign;
using ringside::notice_jump;
using ringside::pass_on;

extern "C" LIBBPF_API struct bpf_object*
bpf_object__open_file(const char* path, const struct bpf_object_open_opts* opts) {
  if (auto* const own = callers_own(bpf_object__open_file, Called()))
    return own(path, opts);
  if (opts == nullptr) // as the stock library's bpf_object__open jumps here
    notice_jump(reinterpret_cast<const void*>(bpf_object__open_file));
  return handle<bpf_object>(Entry().leave(ringside::open_file(path, opts)));
}

extern "C" LIBBPF_API struct bpf_object* bpf_object__open(const char* path) {
  if (auto* const own = callers_own(bpf_object__open, Called()))
    return own(path);
  return handle<bpf_object>(Entry().leave(ringside::open_file(path, nullptr)));
}

extern "C" LIBBPF_API struct bpf_object*
bpf_object__open_mem(const void* obj_buf, size_t obj_buf_sz,
                     const struct bpf_object_open_opts* opts) {
  if (auto* const own = callers_own(bpf_object__open_mem, Called()))
    return own(obj_buf, obj_buf_sz, opts);
  const Entry entry;
  if (obj_buf == nullptr || obj_buf_sz == 0)
    return entry.fail_null<bpf_object>(
        ringside::fail("object", Errno(EINVAL), "there are no bytes to read it from"));
  return handle<bpf_object>(entry.leave(
      ringside::open_bytes({static_cast<const std::byte*>(obj_buf), obj_buf_sz}, nullptr, opts)));
}

extern "C" LIBBPF_API void bpf_object__close(struct bpf_object* obj) {
  if (is_foreign(obj))
    return pass_on(bpf_object__close, Called(), obj);
  const Entry entry;
  if (obj == nullptr || ringside::is_error(obj))
    return;
  const ringside::Owned<ringside::object::Object> gone(&core(obj));
  entry.succeed();
}
