// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Values of __kconfig externs: what the library knows itself, what the program says, and what the
// system's configuration says.
#include <cerrno>
#include <cinttypes>
#include <cstdio>

#include "base/byte_reader.hpp"
#include "base/scan.hpp"
#include "bpf/version.hpp"
#include "kernel/features.hpp"
#include "kernel/inflate.hpp"
#include "kernel/refusal.hpp"
#include "object/kconfig_values.hpp"
#include "object/loading.hpp"
#include "os/process.hpp"
#include "os/whole_file.hpp"

namespace ringside::object {
namespace {

constexpr std::string_view kConfigured = "CONFIG_";
constexpr std::string_view kOfLibrary = "LINUX_";
constexpr char kCompressed[] = "/proc/config.gz";
// This is far larger than the configuration of any kernel.
constexpr std::size_t kMostOfConfiguration = 16 << 20;

std::uint64_t version_now(const Loading& loading) {
  return loading.object.kernel_version();
}
std::uint64_t has_cookie(const Loading& loading) {
  return loading.is_for_another_kernel || kernel::has_bpf_cookie() ? 1 : 0;
}
std::uint64_t has_wrapper(const Loading& loading) {
  return loading.is_for_another_kernel || kernel::has_system_call_wrapper() ? 1 : 0;
}

// OwnValue is one that the library finds out.
struct OwnValue {
  std::string_view name;
  std::uint64_t (*ask)(const Loading& loading);
};
constexpr OwnValue kOwnValues[] = {
    {"LINUX_KERNEL_VERSION", version_now},
    {"LINUX_HAS_BPF_COOKIE", has_cookie},
    {"LINUX_HAS_SYSCALL_WRAPPER", has_wrapper},
};

Result<void> set_own(Loading& loading, KconfigValues& values, std::uint32_t index) {
  const Extern& external = loading.object.parsed().externs[index];
  const Subject subject(loading.subject, "extern", external.name);
  for (const OwnValue& own : kOwnValues) {
    if (own.name != external.name)
      continue;
    const std::uint64_t number = own.ask(loading);
    if (number == 0 && own.ask == version_now)
      return fail(subject, Errno(EINVAL), "the kernel's version is not known");
    return values.set(index, number, subject);
  }
  if (external.name.starts_with(kConfigured))
    return {};
  if (external.name.starts_with(kOfLibrary) && external.is_weak)
    return values.set(index, 0, subject);
  return fail(subject, Errno(EINVAL),
              "it is none of the names that this library gives a value, and does not begin with "
              "CONFIG_");
}

Result<void> read_lines(KconfigValues& values, std::string_view text, const Subject& subject) {
  while (!text.empty())
    if (const auto read = values.read_line(take_line(text), subject); !read)
      return Errno(EINVAL);
  return {};
}

// read_system reads the configuration that the distribution or the kernel itself keeps.
Result<void> read_system(KconfigValues& values, const Subject& subject) {
  char path[128];
  std::snprintf(path, sizeof(path), "/boot/config-%s", os::kernel_names().release);
  if (const auto plain = os::read_whole(path))
    return read_lines(values, as_text({plain->begin(), plain->size()}), path);
  const auto file = os::read_whole(kCompressed);
  if (!file)
    return values.missing(true) != nullptr
               ? fail(subject, Errno(EINVAL),
                      "the kernel's configuration is neither in %s nor in %s: give it by the "
                      "option kconfig",
                      path, kCompressed)
               : Result<void>();
  const std::span<const std::byte> bytes(file->begin(), file->size());
  const auto inflated = kernel::inflate_gzip(bytes, kMostOfConfiguration);
  if (!inflated && inflated.error() != Errno(EINVAL))
    return kernel::refused(kCompressed, {"inflating it"}, inflated.error());
  return read_lines(values, as_text(inflated ? std::span<const std::byte>(*inflated) : bytes),
                    kCompressed);
}

} // namespace

Result<void> resolve_kconfig(Loading& loading) {
  const Parsed& parsed = loading.object.parsed();
  if (!loading.externs.append_default(parsed.externs.size()))
    return no_memory(loading.subject, "the values of its externs");
  if (parsed.kconfig_map == kNoIndex)
    return {};
  auto values = KconfigValues::make({parsed.externs.begin(), parsed.externs.size()},
                                    {loading.externs.begin(), loading.externs.size()},
                                    loading.object.maps()[parsed.kconfig_map].image());
  if (!values)
    return no_memory(loading.subject, "the values of its externs");
  for (std::uint32_t index = 0; index < parsed.externs.size(); ++index)
    if (parsed.externs[index].kind == Extern::Kind::kconfig)
      if (const auto set = set_own(loading, *values, index); !set)
        return set;
  if (const char* const text = loading.object.settings().kconfig; text != nullptr)
    if (const auto read = read_lines(*values, text, "the option kconfig"); !read)
      return read;
  if (values->missing(false) != nullptr)
    if (const auto read = read_system(*values, loading.subject); !read)
      return read;
  if (const Extern* const left = values->missing(true); left != nullptr)
    return fail(Subject(loading.subject, "extern", left->name), Errno(ESRCH),
                "no configuration gives it a value: declare it __weak if it may be missing");
  return {};
}

} // namespace ringside::object
