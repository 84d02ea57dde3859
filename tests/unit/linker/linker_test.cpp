// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Linking: what becomes of sections and symbols, and that an input which is refused changes
// nothing.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "../object/made_object.hpp"
#include "elf/file.hpp"
#include "elf/relocations.hpp"
#include "elf/symbols.hpp"
#include "linker/linker.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using linker::Linker;

Array<std::byte> copy_of(const std::vector<std::byte>& bytes) {
  auto copy = Array<std::byte>::of_size(bytes.size());
  REQUIRE(copy);
  std::ranges::copy(bytes, copy->begin());
  return std::move(*copy);
}

Result<void> add(Linker& linker, MadeObject& made, const char* name = "made.o") {
  return linker.add(copy_of(made.bytes()), name);
}

// function adds a global function with its type, in a section of its own kind.
std::uint32_t function(MadeObject& made, const char* section, const char* name,
                       std::uint8_t binding = STB_GLOBAL) {
  const std::uint32_t index =
      made.code(section, {bpf::insn::move(BPF_REG_0, 1), bpf::insn::exit()});
  const int prototype = MadeObject::made_id(btf::add_prototype(made.types(), made.int_type()));
  MadeObject::made_id(btf::add_func(made.types(), name, BTF_FUNC_GLOBAL, prototype));
  return made.symbol(name, STT_FUNC, binding, index, 0, 16);
}
std::uint32_t declared_function(MadeObject& made, const char* name) {
  const int prototype = MadeObject::made_id(btf::add_prototype(made.types(), made.int_type()));
  MadeObject::made_id(btf::add_func(made.types(), name, BTF_FUNC_EXTERN, prototype));
  return made.symbol(name, STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
}

// What a test wants to know of an output.
class Linked {
public:
  explicit Linked(const Linker& linker) {
    auto output = linker.output();
    REQUIRE(output);
    bytes_ = std::move(*output);
    auto file = elf::File::open(ByteSource(bytes_), "output");
    REQUIRE(file);
    file_ = std::move(*file);
    auto symbols = elf::Symbols::read(file_, *file_.find(".symtab"));
    REQUIRE(symbols);
    symbols_ = std::move(*symbols);
  }
  [[nodiscard]] const elf::File& file() const { return file_; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const elf::Section& section : file_.sections().subspan(1))
      names.emplace_back(section.name);
    return names;
  }
  std::optional<elf::Symbol> symbol(std::string_view name) {
    for (std::size_t index = 0; index < symbols_.size(); ++index)
      if (symbols_.name(symbols_[index]) == name)
        return symbols_[index];
    return std::nullopt;
  }
  [[nodiscard]] std::size_t count() const { return symbols_.size(); }
  std::vector<std::string> symbol_names() {
    std::vector<std::string> names;
    for (std::size_t index = 0; index < symbols_.size(); ++index)
      names.emplace_back(symbols_.name(symbols_[index]).value());
    return names;
  }
  [[nodiscard]] std::vector<std::byte> content(std::string_view section) const {
    const auto content = file_.contents(*file_.find(section));
    REQUIRE(content);
    return {content->view().begin(), content->view().end()};
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
  Vector<std::byte> bytes_;
  elf::File file_;
  elf::Symbols symbols_;
};

bool is_same(const Linked& one, const Linked& other) {
  return std::ranges::equal(one.bytes(), other.bytes());
}

} // namespace

TEST_CASE("without an input there are two tables") {
  const Linker linker;
  const Linked linked(linker);
  CHECK(linked.bytes().size() == 304);
  CHECK(linked.names() == std::vector<std::string>{".strtab", ".symtab"});
}

TEST_CASE("sections of one name are put together") {
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  MadeObject one(order);
  MadeObject other(order);
  function(one, ".text", "first");
  function(other, ".text", "second");
  one.section("license", SHT_PROGBITS, 0, std::string("GPL\0", 4));
  other.section("license", SHT_PROGBITS, 0, std::string("GPL\0", 4));
  Linker linker;
  REQUIRE(add(linker, one));
  REQUIRE(add(linker, other));
  Linked linked(linker);
  CHECK(linked.file().order() == order);
  CHECK(linked.names() ==
        std::vector<std::string>{".strtab", ".symtab", ".text", "license", ".BTF"});
  CHECK(linked.file().find(".text")->size == 32);
  CHECK(linked.file().find("license")->size == 4);
  CHECK(linked.symbol("first")->value == 0);
  CHECK(linked.symbol("second")->value == 16);
  CHECK(linked.file().find(".symtab")->info == 1);
}

TEST_CASE("a definition completes a declaration, whichever comes first") {
  const bool definition_first = GENERATE(true, false);
  MadeObject user;
  MadeObject maker;
  function(user, "xdp", "program");
  declared_function(user, "wanted");
  function(maker, ".text", "wanted");
  Linker linker;
  REQUIRE(add(linker, definition_first ? maker : user));
  REQUIRE(add(linker, definition_first ? user : maker));
  Linked linked(linker);
  const auto wanted = linked.symbol("wanted");
  REQUIRE(wanted);
  CHECK(wanted->type == STT_FUNC);
  CHECK(linked.file().sections()[wanted->section].name == ".text");
  CHECK(linked.count() == 3);
}

TEST_CASE("a strong definition takes the place of a weak one") {
  MadeObject weak;
  MadeObject strong;
  function(weak, ".text", "both", STB_WEAK);
  function(strong, ".text", "both");
  Linker linker;
  REQUIRE(add(linker, weak));
  REQUIRE(add(linker, strong));
  Linked linked(linker);
  CHECK(linked.symbol("both")->value == 16);
  CHECK(linked.symbol("both")->binding == STB_GLOBAL);
  Linker other;
  REQUIRE(add(other, strong));
  REQUIRE(add(other, weak));
  CHECK(Linked(other).symbol("both")->value == 0);
}

TEST_CASE("calls to what is static count from the section's new place") {
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  MadeObject one(order);
  MadeObject other(order);
  for (MadeObject* made : {&one, &other}) {
    function(*made, ".text", made == &one ? "a" : "b");
    const std::uint32_t text = made->symbol("", STT_SECTION, STB_LOCAL, 3);
    const std::uint32_t code = made->code(
        "xdp", {bpf::insn::make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, -1), bpf::insn::exit()});
    made->relocation(code, 0, text, 10);
  }
  Linker linker;
  REQUIRE(add(linker, one));
  REQUIRE(add(linker, other));
  const Linked linked(linker);
  const auto code = linked.content("xdp");
  REQUIRE(code.size() == 32);
  CHECK(ByteReader(std::span(code).subspan(4, 4), order).u32() == UINT32_MAX);
  // One instruction before the second file's part, which begins two instructions in.
  CHECK(ByteReader(std::span(code).subspan(20, 4), order).u32() == 1);
  const auto entries = elf::Relocations::read(linked.file(), *linked.file().find(".relxdp"));
  REQUIRE(entries);
  CHECK((*entries)[1].offset == 16);
  CHECK((*entries)[0].symbol == (*entries)[1].symbol);
}

TEST_CASE("local symbols of all inputs come first, and relocations name the same symbols") {
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  MadeObject one(order);
  MadeObject other(order);
  for (MadeObject* made : {&one, &other}) {
    const bool is_first = made == &one;
    made->symbol(is_first ? "one.c" : "other.c", STT_FILE, STB_LOCAL, SHN_ABS);
    function(*made, ".text", is_first ? "a" : "b");
    const std::uint32_t called = declared_function(*made, is_first ? "b" : "a");
    const std::uint32_t code = made->code(
        "xdp", {bpf::insn::make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, -1), bpf::insn::exit()});
    made->relocation(code, 0, called, 10);
  }
  Linker linker;
  REQUIRE(add(linker, one));
  REQUIRE(add(linker, other));
  Linked linked(linker);
  CHECK(linked.symbol_names() == std::vector<std::string>{"", "one.c", "other.c", "a", "b"});
  CHECK(linked.file().find(".symtab")->info == 3);
  const auto entries = elf::Relocations::read(linked.file(), *linked.file().find(".relxdp"));
  REQUIRE(entries);
  CHECK((*entries)[0].symbol == 4);
  CHECK((*entries)[1].symbol == 3);
}

TEST_CASE("an extern that stays undefined has no section") {
  MadeObject made;
  made.map("there", {{"type", made.number(1)}, {"max_entries", made.number(1)}});
  made.symbol("wanted", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
  const int type = made.structure(nullptr, {{"type", made.number(1)}});
  MadeObject::made_id(btf::add_var(made.types(), "wanted", BTF_VAR_GLOBAL_EXTERN, type));
  Linker linker;
  REQUIRE(add(linker, made));
  CHECK(Linked(linker).symbol("wanted")->section == elf::kUndefinedSection);
}

TEST_CASE("code that reads its own license reads the one that is kept") {
  MadeObject one;
  MadeObject other;
  for (MadeObject* made : {&one, &other}) {
    const std::uint32_t license =
        made->section("license", SHT_PROGBITS, SHF_ALLOC, std::string("GPL\0", 4));
    made->variables("license", {{"_license", made->int_type(), 4}});
    const std::uint32_t symbol = made->symbol("_license", STT_OBJECT, STB_GLOBAL, license, 0, 4);
    const std::uint32_t code =
        made->code(made == &one ? "xdp" : "tc", {bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, 1),
                                                 bpf::insn::make(0), bpf::insn::exit()});
    made->relocation(code, 0, symbol, 1);
  }
  Linker linker;
  REQUIRE(add(linker, one));
  REQUIRE(add(linker, other));
  Linked linked(linker);
  const auto entries = elf::Relocations::read(linked.file(), *linked.file().find(".reltc"));
  REQUIRE(entries);
  CHECK((*entries)[0].symbol != 0);
  CHECK(linked.symbol("_license")->section != 0);
}

TEST_CASE("an input that is refused changes nothing, and says why") {
  struct Refused {
    const char* what;
    const char* message;
    int error;
    std::function<void(MadeObject&)> change;
  };
  const Refused refused[] = {
      {"a second definition", "defined in two files", EINVAL,
       [](MadeObject& made) { function(made, ".text", "kept"); }},
      {"another type", "its type is not the one", EINVAL,
       [](MadeObject& made) {
         const int prototype = MadeObject::made_id(btf::add_prototype(made.types(), 0));
         MadeObject::made_id(btf::add_func(made.types(), "kept", BTF_FUNC_EXTERN, prototype));
         made.symbol("kept", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
       }},
      {"no type", "no function or variable of that name", ENOENT,
       [](MadeObject& made) { made.symbol("new", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF); }},
      {"no BTF", "compile it with -g", EOPNOTSUPP,
       [](MadeObject& made) {
         made.symbol("new", STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
         made.with_btf = false;
       }},
      {"another license", "differs from that of an earlier file", EINVAL,
       [](MadeObject& made) { made.section("license", SHT_PROGBITS, 0, std::string("BSD\0", 4)); }},
      {"another kind of section", "they cannot be one section", EINVAL,
       [](MadeObject& made) { made.section(".text", SHT_PROGBITS, SHF_ALLOC, "data"); }},
      {"half an instruction", "no whole instructions", EINVAL,
       [](MadeObject& made) {
         made.section("xdp", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, "code");
       }},
      {"a section that cannot be linked", "cannot be linked", EINVAL,
       [](MadeObject& made) { made.section("notes", SHT_NOTE); }},
      {"another machine", "is not a relocatable object for BPF", EOPNOTSUPP,
       [](MadeObject& made) { made.machine = EM_X86_64; }},
      {"a variable without a symbol", "has no such symbol", ENOENT,
       [](MadeObject& made) {
         made.section(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, "data");
         made.variables(".data", {{"lost", made.int_type(), 4}});
       }},
      {"a pointer to static data", "cannot change data", EINVAL,
       [](MadeObject& made) {
         const std::uint32_t data =
             made.section(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, "12345678");
         made.relocation(data, 0, made.symbol("", STT_SECTION, STB_LOCAL, data), 2);
       }},
      {"a relocation behind the end", "behind the end", EINVAL,
       [](MadeObject& made) {
         const std::uint32_t code = made.code("xdp", {bpf::insn::exit()});
         made.relocation(code, 8, made.symbol("", STT_SECTION, STB_LOCAL, code), 10);
       }},
      {"a relocation without a symbol", "names no symbol", EINVAL,
       [](MadeObject& made) { made.relocation(made.code("xdp", {bpf::insn::exit()}), 0, 77, 10); }},
  };
  for (const Refused& row : refused) {
    INFO(row.what);
    MadeObject first;
    function(first, ".text", "kept");
    first.section("license", SHT_PROGBITS, 0, std::string("GPL\0", 4));
    Linker linker;
    REQUIRE(add(linker, first));
    const Linked before(linker);
    MadeObject made;
    row.change(made);
    const Messages messages;
    const auto added = add(linker, made, "wrong.o");
    REQUIRE_FALSE(added);
    CHECK(added.error() == Errno(row.error));
    CHECK(messages.warnings() == 1);
    CHECK_THAT(messages.last(), Catch::Contains("wrong.o") && Catch::Contains(row.message));
    CHECK(is_same(Linked(linker), before));
  }
}

TEST_CASE("what is no file is refused") {
  const Messages messages;
  Linker linker;
  const auto added = linker.add(copy_of({std::byte{1}, std::byte{2}}), "short.o");
  REQUIRE_FALSE(added);
  CHECK(added.error() == Errno(EINVAL));
}

TEST_CASE("without memory an input changes nothing, and an output can be asked for again") {
  MadeObject user;
  MadeObject maker;
  function(user, "xdp", "program");
  declared_function(user, "wanted");
  function(maker, ".text", "wanted");
  const auto bytes = user.bytes();
  const auto others = maker.bytes();
  Linker linker;
  REQUIRE(linker.add(copy_of(bytes), "user.o"));
  const Linked before(linker);
  for (int nth = 1;; ++nth) {
    const Messages messages;
    Array<std::byte> copy = copy_of(others);
    sim_fail("malloc", nth, ENOMEM);
    const auto added = linker.add(std::move(copy), "maker.o");
    sim_fail("malloc", 0, 0);
    if (added)
      break;
    CHECK(added.error() == Errno(ENOMEM));
    CHECK(is_same(Linked(linker), before));
    REQUIRE(nth < 1000);
  }
  const Linked whole(linker);
  for (int nth = 1;; ++nth) {
    const Messages messages;
    sim_fail("malloc", nth, ENOMEM);
    const bool done = static_cast<bool>(linker.output());
    sim_fail("malloc", 0, 0);
    CHECK(is_same(Linked(linker), whole));
    if (done)
      break;
    REQUIRE(nth < 1000);
  }
}

} // namespace ringside::test
