// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Finding kernels in files and folders, and reading their types.
#include "fits/kernels.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <sys/utsname.h>

#include "base/text.hpp"
#include "fits/messages.hpp"
#include "kernel/btf_file.hpp"
#include "kernel/kernel_btf.hpp"

namespace ringside::tool::fits {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSysfs = "/sys/kernel/btf";
constexpr const char* kVmlinux = "vmlinux";
constexpr const char* kCompressed = "is compressed: unpack it with tar xf or unxz";

// Beginning is what a file is by its first bytes.
enum class Beginning { btf, elf, xz, other };

Beginning beginning_of(const fs::path& path) {
  std::array<char, 6> bytes{};
  std::ifstream(path, std::ios::binary).read(bytes.data(), bytes.size());
  const std::string_view text(bytes.data(), bytes.size());
  if (text.starts_with("\x9f\xeb") || text.starts_with("\xeb\x9f"))
    return Beginning::btf;
  if (text.starts_with("\x7f"
                       "ELF"))
    return Beginning::elf;
  return text.starts_with("\xfd"
                          "7zXZ")
             ? Beginning::xz
             : Beginning::other;
}

// entries_of is what a folder has, in the order of names.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder))
    entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// of_folder is the kernel of a folder with a file "vmlinux".
Kernel of_folder(const fs::path& folder, std::string name) {
  Kernel kernel;
  kernel.name = std::move(name);
  kernel.path = folder / kVmlinux;
  for (const fs::path& entry : entries_of(folder))
    if (entry.filename() != kVmlinux && fs::is_regular_file(entry) &&
        beginning_of(entry) == Beginning::btf)
      kernel.modules.push_back(entry);
  return kernel;
}

void find_in_folder(const fs::path& folder, Kernels& found) {
  if (fs::is_regular_file(folder / kVmlinux)) {
    found.kernels.push_back(of_folder(folder, folder));
    return;
  }
  for (const fs::path& entry : entries_of(folder)) {
    if (fs::is_directory(entry)) {
      // A link may lead back.
      if (!fs::is_symlink(entry))
        find_in_folder(entry, found);
      continue;
    }
    if (!fs::is_regular_file(entry))
      continue;
    switch (beginning_of(entry)) {
    case Beginning::btf:
    case Beginning::elf:
      found.kernels.push_back({entry, entry, {}, false});
      break;
    case Beginning::xz:
      found.left_out.push_back(fmt::format("{} {}", entry.string(), kCompressed));
      break;
    case Beginning::other:
      found.left_out.push_back(fmt::format("{} is no BTF", entry.string()));
      break;
    }
  }
}

Owned<btf::Btf> read_types_of(const std::string& path, const btf::Btf* base) {
  const Messages messages;
  auto read = kernel::read_btf(path.c_str(), kernel::BtfForm::any, base, false);
  if (!read)
    throw std::runtime_error(messages.reason(path, read.error()));
  return std::move(read->btf);
}

} // namespace

Kernel find_running() {
  utsname names{};
  uname(&names);
  const std::string name = fmt::format("this kernel ({})", names.release);
  std::error_code error;
  if (!fs::is_regular_file(fs::path(kSysfs) / kVmlinux, error))
    return {name, "", {}, true};
  Kernel kernel = of_folder(kSysfs, name);
  kernel.is_running = true;
  return kernel;
}

void find_kernels(const std::string& path, Kernels& found) {
  const std::size_t before = found.kernels.size();
  const std::size_t left_out_before = found.left_out.size();
  if (!fs::is_directory(path)) {
    if (beginning_of(path) == Beginning::xz)
      throw std::runtime_error(fmt::format("{}: it {}", path, kCompressed));
    found.kernels.push_back({path, path, {}, false});
    return;
  }
  find_in_folder(path, found);
  if (found.kernels.size() != before)
    return;
  std::string message = path + ": no file in this folder begins as BTF or ELF files do";
  if (found.left_out.size() != left_out_before)
    message += "; " + found.left_out[left_out_before];
  throw std::runtime_error(message);
}

Types read_types(const Kernel& kernel) {
  Types types;
  if (kernel.path.empty()) {
    const Messages messages;
    auto read = kernel::vmlinux_btf();
    if (!read)
      throw std::runtime_error(messages.reason(kernel.name, read.error()));
    types.kernel = std::move(*read);
    return types;
  }
  types.kernel = read_types_of(kernel.path, nullptr);
  for (const std::string& path : kernel.modules) {
    kernel::ModuleBtf module;
    module.btf = read_types_of(path, types.kernel.get());
    auto name = copy_of(fs::path(path).filename().string());
    if (!name)
      throw std::bad_alloc();
    module.name = std::move(*name);
    if (!types.modules.append(std::move(module)))
      throw std::bad_alloc();
  }
  return types;
}

} // namespace ringside::tool::fits
