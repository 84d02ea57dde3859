// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BTF from files, raw and in ELF, and the kernel's own.
#include "kernel/btf_file.hpp"

#include <cerrno>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "../btf/raw_btf.hpp"
#include "btf/edit.hpp"
#include "elf_image.hpp"
#include "kernel/kernel_btf.hpp"
#include "messages.hpp"
#include "os/whole_file.hpp"
#include "temporary_folder.hpp"

namespace ringside::test {
namespace {

using btf::Btf;
using kernel::BtfForm;

constexpr const char* kSysfs = "/sys/kernel/btf/vmlinux";

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string number_btf(const char* name = "int") {
  RawBtf raw;
  raw.add_int(name);
  return text_of(raw.bytes());
}

// error_with_mounted is what reading the kernel's BTF fails with where `file` is mounted in its
// place, in a namespace of its own; -1 where that cannot be made.
int error_with_mounted(const std::string& file) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        ::mount(file.c_str(), kSysfs, nullptr, MS_BIND, nullptr) != 0)
      ::_exit(UINT8_MAX);
    const auto btf = kernel::vmlinux_btf();
    ::_exit(btf ? 0 : btf.error().value());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status) == UINT8_MAX ? -1 : WEXITSTATUS(status);
}

// A typedef of type 1, split over number_btf.
std::string split_btf() {
  RawBtf raw;
  raw.strings.clear();
  raw.type(5, btf::info_of(btf::kTypedef), 1);
  raw.string("t");
  return text_of(raw.bytes());
}

std::string ext_bytes() {
  const std::uint32_t words[] = {kFirstWord, 24, 0, 20, 20, 0, 8, 1, 1, 0, 1};
  return text_of(std::as_bytes(std::span(words)));
}

class Files {
public:
  const char* write(const std::string& content) {
    path_ = folder_ / "file";
    std::ofstream(path_) << content;
    return path_.c_str();
  }
  const char* write_elf(std::vector<ImageSection> sections, bool wide = true) {
    ElfImage image;
    image.wide = wide;
    image.sections = std::move(sections);
    return write(image.bytes());
  }
  [[nodiscard]] const char* folder() {
    path_ = folder_ / ".";
    return path_.c_str();
  }

private:
  TemporaryFolder folder_;
  std::string path_;
};

} // namespace

TEST_CASE("a raw file is read as any form but ELF") {
  Files files;
  const char* const path = files.write(number_btf());
  for (const BtfForm form : {BtfForm::any, BtfForm::raw}) {
    const auto file = kernel::read_btf(path, form, nullptr, true);
    REQUIRE(file);
    CHECK(file->btf->end_id() == 2);
    CHECK(file->ext == nullptr);
  }
  const Messages messages;
  CHECK(kernel::read_btf(path, BtfForm::elf, nullptr, true).error() == kErrnoFormat);
  CHECK(messages.warnings() == 1);
}

TEST_CASE("sections of an ELF file are read, and the class says how long a pointer is") {
  const bool is_wide = GENERATE(true, false);
  Files files;
  const char* const path = files.write_elf({{".BTF", SHT_PROGBITS, number_btf("first")},
                                            {".BTF", SHT_PROGBITS, number_btf("last")},
                                            {".BTF.ext", SHT_PROGBITS, ext_bytes()}},
                                           is_wide);
  for (const BtfForm form : {BtfForm::any, BtfForm::elf}) {
    const auto file = kernel::read_btf(path, form, nullptr, true);
    REQUIRE(file);
    CHECK(file->btf->find("last") == 1U);
    CHECK(file->btf->pointer_size() == (is_wide ? 8 : 4));
    CHECK(file->ext != nullptr);
  }
  CHECK(kernel::read_btf(path, BtfForm::elf, nullptr, false)->ext == nullptr);
  const Messages messages;
  CHECK(kernel::read_btf(path, BtfForm::raw, nullptr, false).error() == Errno(EPROTO));
}

TEST_CASE("a distilled base is the file's own, or leads to the base that is given") {
  Files files;
  const char* const path = files.write_elf(
      {{".BTF.base", SHT_PROGBITS, number_btf()}, {".BTF", SHT_PROGBITS, split_btf()}});
  const auto alone = kernel::read_btf(path, BtfForm::any, nullptr, false);
  REQUIRE(alone);
  REQUIRE(alone->btf->base() != nullptr);
  CHECK(alone->btf->type(2).target() == 1);

  const auto base = Btf::empty(nullptr);
  REQUIRE(base);
  REQUIRE(btf::add_int(**base, "long", 8, 0));
  REQUIRE(btf::add_int(**base, "int", 4, 0));
  const auto over = kernel::read_btf(path, BtfForm::any, base->get(), false);
  REQUIRE(over);
  CHECK(over->btf->base() == base->get());
  CHECK(over->btf->type(3).target() == 2);

  const auto empty = Btf::empty(nullptr);
  const Messages messages;
  CHECK(kernel::read_btf(path, BtfForm::any, empty->get(), false).error() == Errno(EINVAL));
}

TEST_CASE("what is wrong with a file is said") {
  Files files;
  const Messages messages;
  const auto error = [&](const char* path, BtfForm form = BtfForm::any) {
    const auto file = kernel::read_btf(path, form, nullptr, true);
    return file ? Errno(0) : file.error();
  };
  CHECK(error("/no/such/file") == Errno(ENOENT));
  CHECK(error(files.folder()) == Errno(EIO));
  CHECK(error(files.folder(), BtfForm::elf) == kErrnoFormat);
  CHECK(error(files.write("")) == Errno(EIO));
  CHECK(error(files.write("x")) == Errno(EIO));
  CHECK(error(files.write("no BTF at all")) == kErrnoFormat);
  CHECK(error(files.write(number_btf().substr(0, 20))) == Errno(EINVAL));
  CHECK(error(files.write_elf({{".text"}})) == Errno(ENODATA));
  CHECK(error(files.write_elf({{".BTF"}})) == Errno(EINVAL));
  CHECK(error(files.write_elf({{".BTF", SHT_NOBITS}})) == kErrnoFormat);
  CHECK(error(files.write_elf({{".BTF", SHT_PROGBITS, number_btf()}, {".BTF.ext"}})) ==
        Errno(EINVAL));
  // One that is not there may be one of several places.
  CHECK(messages.warnings() == 10);
}

TEST_CASE("what is mounted in the place of the kernel's BTF is checked") {
  if (!os::exists(kSysfs))
    return;
  const TemporaryFolder folder;
  RawBtf raw;
  raw.add_int("int");
  std::ofstream(folder / "sound") << text_of(raw.bytes());
  raw.words[btf::kNameWord] = 1 << 30;
  std::ofstream(folder / "no such name") << text_of(raw.bytes());
  if (const int error = error_with_mounted(folder / "sound"); error == -1)
    WARN("no namespace for mounts");
  else
    CHECK(error == 0);
  if (const int error = error_with_mounted(folder / "no such name"); error != -1)
    CHECK(error == EINVAL);
}

TEST_CASE("the running kernel's BTF is found") {
  if (!os::exists(kSysfs))
    return;
  const auto btf = kernel::vmlinux_btf();
  REQUIRE(btf);
  CHECK((*btf)->find("task_struct", btf::kStruct).has_value());
  // It can be changed like any other.
  CHECK(btf::add_int(**btf, "a number of ours", 4, 0));
  const auto again = kernel::module_btf("vmlinux", nullptr);
  REQUIRE(again);
  CHECK((*again)->end_id() + 1 == (*btf)->end_id());
  const Messages messages;
  CHECK(kernel::module_btf("no such module", again->get()).error() == Errno(ENOENT));
}

} // namespace ringside::test
