// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subjects, and the root folder that a library was unpacked with.
#include "conform/subject.hpp"

#include <fstream>
#include <stdexcept>

#include <catch2/catch.hpp>

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
  [[nodiscard]] const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

TEST_CASE("a subject is a label, what is preloaded, and a library") {
  const Folder folder;
  const fs::path first = folder.file("first.so");
  const fs::path second = folder.file("a=b/libbpf.so.1.5.0");
  const Subject whole = parse_subject("+1.5=" + first.string() + ":" + second.string());
  CHECK(whole.label == "+1.5");
  CHECK(whole.files == std::vector<fs::path>{first, second});
  const Subject plain = parse_subject(second.string());
  CHECK(plain.label == "libbpf.so.1.5.0");
  CHECK(plain.files == std::vector<fs::path>{second});
  CHECK(plain.root.empty());
}

TEST_CASE("what is not there, or cannot be preloaded, is refused") {
  const Folder folder;
  CHECK_THROWS_AS(parse_subject((folder.path() / "none").string()), std::runtime_error);
  CHECK_THROWS_AS(parse_subject(folder.path().string()), std::runtime_error);
  CHECK_THROWS_AS(parse_subject(folder.file("a b.so").string()), std::runtime_error);
  CHECK_THROWS_AS(parse_subject(""), std::runtime_error);
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
