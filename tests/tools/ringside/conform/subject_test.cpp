// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subjects, and the root folder that a library was unpacked with.
#include "conform/subject.hpp"

#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>
#include <dlfcn.h>

#include "abi/file_error.hpp"

namespace ringside::tool::conform {
namespace {

namespace fs = std::filesystem;

// A folder that is gone with the test.
class Folder {
public:
  Folder() {
    std::string name = (fs::canonical(fs::temp_directory_path()) / "subject-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path file(const fs::path& name) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << "x";
    return path_ / name;
  }
  // A shared library of this machine.
  fs::path library(const fs::path& name) const {
    Dl_info c_library{};
    REQUIRE(dladdr(reinterpret_cast<void*>(std::abort), &c_library) != 0);
    fs::create_directories((path_ / name).parent_path());
    fs::copy_file(c_library.dli_fname, path_ / name);
    return path_ / name;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

TEST_CASE("a subject is a label, what is preloaded, and a library") {
  const Folder folder;
  const fs::path first = folder.library("first.so");
  const fs::path second = folder.library("a=b/libbpf.so.1.5.0");
  const Subject whole = parse_subject("+1.5=" + first.string() + ":" + second.string());
  CHECK(whole.label == "+1.5");
  CHECK(whole.files == std::vector<fs::path>{first, second});
  const Subject plain = parse_subject(second.string());
  CHECK(plain.label == "libbpf.so.1.5.0");
  CHECK(plain.files == std::vector<fs::path>{second});
  CHECK(plain.root.empty());
}

// In a folder, so that paths can be relative.
class Inside {
public:
  explicit Inside(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~Inside() { fs::current_path(before_); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

private:
  fs::path before_;
};

TEST_CASE("a file that is there is one, whatever its path holds") {
  const Folder folder;
  const fs::path equals = folder.library("a=b/libbpf.so.1");
  const fs::path colon = folder.library("c:d/libbpf.so.1");
  const fs::path blank = folder.library("e f/libbpf.so.1");
  const Inside inside(folder.path());
  CHECK(parse_subject("a=b/libbpf.so.1").files == std::vector<fs::path>{equals});
  CHECK(parse_subject("x=a=b/libbpf.so.1").label == "x");
  CHECK(parse_subject("x=a=b/libbpf.so.1:a=b/libbpf.so.1").files ==
        std::vector<fs::path>{equals, equals});
  // The loader's list cannot hold these two, but a link to each.
  CHECK_THROWS_WITH(parse_subject("c:d/libbpf.so.1"),
                    Catch::StartsWith("c:d/libbpf.so.1: cannot be preloaded: "));
  CHECK_THROWS_WITH(parse_subject("a=b/libbpf.so.1:e f/libbpf.so.1"),
                    Catch::StartsWith("e f/libbpf.so.1: cannot be preloaded: "));
  fs::create_symlink(colon, folder.path() / "link");
  const Subject linked = parse_subject("link:a=b/libbpf.so.1");
  CHECK(linked.files == std::vector<fs::path>{folder.path() / "link", equals});
  fs::remove(folder.path() / "link");
  fs::create_symlink(blank, folder.path() / "link");
  CHECK(parse_subject("link").label == "libbpf.so.1");
}

TEST_CASE("what is no library is refused in the words of `ringside abi`") {
  const Folder folder;
  const auto refused = [&](const fs::path& path, const std::string& words) {
    CHECK_THROWS_WITH(parse_subject(path.string()), path.string() + ": " + words);
  };
  refused(folder.path() / "none", "cannot be opened: No such file or directory");
  refused(folder.path(), "is a folder, not a file; name the library or program itself");
  refused("/dev/null", "is a device or pipe, not a file; name the library or program itself");
  refused(folder.file("text"),
          "is not an ELF file (it starts with \"x\"); name a shared library or a program");
  fs::create_symlink("two", folder.path() / "one");
  fs::create_symlink("one", folder.path() / "two");
  refused(folder.path() / "one", "cannot be opened: Too many levels of symbolic links");
  CHECK_THROWS_AS(parse_subject(""), abi::FileError);
}

TEST_CASE("a root is the innermost folder with a loader that exists") {
  const Folder folder;
  const fs::path library = folder.file("root/usr/lib/x86_64-linux-gnu/libbpf.so.1");
  CHECK(find_root(library).empty());
  // A link that leads out of the root is none.
  fs::create_directories(folder.path() / "root/lib64");
  fs::create_symlink("/no/such/loader", folder.path() / "root/lib64/ld-linux-x86-64.so.2");
  CHECK(find_root(library).empty());
  const fs::path loader = folder.file("root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
  CHECK(find_root(library) == folder.path() / "root");
  const std::vector<std::string> command = command_on(folder.path() / "root", {"program", "word"});
  REQUIRE(command.size() == 5);
  CHECK(command[0] == loader);
  CHECK(command[1] == "--library-path");
  CHECK(command[2].find((folder.path() / "root/usr/lib/x86_64-linux-gnu").string()) !=
        std::string::npos);
  CHECK(command[4] == "word");
}

TEST_CASE("this machine's own root is none") {
  for (const char* file : {"/usr/lib/libx.so", "/usr/lib/x86_64-linux-gnu/libx.so", "/lib/libx.so"})
    CHECK(find_root(file).empty());
  CHECK(command_on("", {"program"}) == std::vector<std::string>{"program"});
}

} // namespace
} // namespace ringside::tool::conform
