// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The loader's list.
#include "run/loaded_files.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "abi/elf_file.hpp"

namespace ringside::tool {
namespace {

using Paths = std::vector<std::filesystem::path>;

TEST_CASE("files are taken from the loader's list") {
  CHECK(read_list("\tlinux-vdso.so.1 (0x00007ffd0a1f2000)\n"
                  "\t/opt/a b/libringside.so.1 (0x00007f1f4a000000)\n"
                  "\tlibbpf.so.1 => /lib/libbpf.so.1 (0x00007f1f49f00000)\n"
                  "\tlibmissing.so => not found\n"
                  "\t/lib64/ld-linux-x86-64.so.2 (0x00007f1f4a100000)\n") ==
        Paths{"/opt/a b/libringside.so.1", "/lib/libbpf.so.1", "/lib64/ld-linux-x86-64.so.2"});
  CHECK(read_list("\tstatically linked\n").empty());
  CHECK(read_list("").empty());
}

TEST_CASE("the loader of this program names its C library") {
  const std::string self = "/proc/self/exe";
  const std::string loader = abi::read_elf(self).interpreter;
  const LoadedFiles loaded = loaded_files(loader, std::filesystem::canonical(self), {});
  CHECK(loaded.error.empty());
  CHECK(std::any_of(loaded.files.begin(), loaded.files.end(), [](const auto& file) {
    return file.filename().string().starts_with("libc.so");
  }));
}

TEST_CASE("what the loader complains of is kept") {
  const std::string self = "/proc/self/exe";
  const std::string loader = abi::read_elf(self).interpreter;
  const LoadedFiles bad =
      loaded_files(loader, std::filesystem::canonical(self), {{"LD_PRELOAD", "/no/such/library"}});
  CHECK_THAT(bad.error, Catch::Contains("/no/such/library"));
  CHECK_FALSE(loaded_files(loader, "/dev/null", {}).error.empty());
  CHECK_FALSE(loaded_files("/no/such/loader", self, {}).error.empty());
}

} // namespace
} // namespace ringside::tool
