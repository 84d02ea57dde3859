// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Parsing an object: the header, and what each section is for.
#include <cerrno>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/byte_reader.hpp"
#include "base/errno.hpp"
#include "base/read_ahead.hpp"
#include "made_object.hpp"
#include "messages.hpp"
#include "read_file.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using object::MapKind;
using object::Parsed;

struct Refused {
  const char* what;
  Errno error;
  std::function<void(MadeObject&)> change;
};

// object_with_all has a bit of everything; without a map nothing needs its BTF.
std::vector<std::byte> object_with_all(bool has_map = true) {
  MadeObject made;
  if (!has_map) {
    made.program("xdp", "first");
    return made.bytes();
  }
  const auto code =
      made.program("xdp", "first",
                   {bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, 1), bpf_insn{}, bpf::insn::exit()});
  made.relocation(code, 0, made.map("m", {{"type", made.number(BPF_MAP_TYPE_ARRAY)}}));
  made.external(".kconfig", "CONFIG_X", made.int_type(), 4);
  made.section(".data", SHT_PROGBITS, SHF_ALLOC, "12345678");
  made.section("license", SHT_PROGBITS, 0, std::string("GPL\0", 4));
  return made.bytes();
}

} // namespace

TEST_CASE("an object with a program parses") {
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  MadeObject made(order);
  made.program("xdp", "first");
  made.section("license", SHT_PROGBITS, 0, std::string("GPL\0", 4));
  made.section("version", SHT_PROGBITS, 0,
               order == ByteOrder::little ? std::string("\1\2\3\0", 4)
                                          : std::string("\0\3\2\1", 4));
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  CHECK(parsed.order == order);
  CHECK(parsed.license == "GPL");
  CHECK(parsed.kernel_version == 0x30201);
  REQUIRE(parsed.programs.size() == 1);
  const object::ParsedProgram& program = parsed.programs[0];
  CHECK(program.name == "first");
  CHECK(program.section == "xdp");
  CHECK(program.autoload);
  CHECK_FALSE(program.is_subprogram);
  REQUIRE(program.code.size() == 2);
  CHECK(program.code[0].code == (BPF_ALU64 | BPF_MOV | BPF_K));
  CHECK(program.code[1].code == (BPF_JMP | BPF_EXIT));
  CHECK(parsed.maps.empty());
}

TEST_CASE("registers and numbers of a foreign object come in host order") {
  MadeObject made(kForeignOrder);
  made.program("xdp", "first",
               {bpf::insn::make(BPF_LDX | BPF_MEM | BPF_W, 3, 7, -8, 0),
                bpf::insn::make(BPF_JMP | BPF_JA, 0, 0, 1, -2), bpf::insn::exit()});
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  const auto code = parsed.programs[0].code;
  CHECK(code[0].dst_reg == 3);
  CHECK(code[0].src_reg == 7);
  CHECK(code[0].off == -8);
  CHECK(code[1].imm == -2);
}

TEST_CASE("a file that is no BPF object is refused") {
  const Refused refused[] = {
      {"an executable", kErrnoFormat, [](MadeObject& made) { made.type = ET_EXEC; }},
      {"of another machine", kErrnoFormat, [](MadeObject& made) { made.machine = EM_X86_64; }},
      {"without symbols", Errno(ENOENT),
       [](MadeObject& made) { made.type_of(made.symbols_section()) = SHT_PROGBITS; }},
  };
  for (const Refused& row : refused) {
    INFO(row.what);
    MadeObject made;
    made.program("xdp", "first");
    row.change(made);
    made.check_refused(row.error);
  }
}

TEST_CASE("an object may have no machine") {
  MadeObject made;
  made.machine = EM_NONE;
  made.program("xdp", "first");
  Parsed parsed;
  CHECK(made.parse(parsed));
}

TEST_CASE("sections that are not as they must be are refused") {
  const Refused refused[] = {
      {"an empty license", kErrnoFormat,
       [](MadeObject& made) { made.section("license", SHT_PROGBITS); }},
      {"a version of 3 bytes", kErrnoFormat,
       [](MadeObject& made) { made.section("version", SHT_PROGBITS, 0, "123"); }},
      {"maps of libbpf 0.x", Errno(ENOTSUP),
       [](MadeObject& made) { made.section("maps", SHT_PROGBITS, 0, "12345678"); }},
      {"BTF without content", kErrnoFormat,
       [](MadeObject& made) { made.section(".BTF", SHT_NOBITS); }},
      {"a second symbol table", kErrnoFormat,
       [](MadeObject& made) { made.section(".symtab", SHT_SYMTAB); }},
      {"relocations for a section that is not there", kErrnoFormat,
       [](MadeObject& made) {
         const auto index = made.relocations_of(made.program("tc", "other"));
         made.info_of(index) = 77;
       }},
      {"relocations of another size", kErrnoFormat,
       [](MadeObject& made) {
         const auto index = made.relocations_of(made.program("tc", "other"));
         made.entry_size_of(index) = 24;
       }},
  };
  for (const Refused& row : refused) {
    INFO(row.what);
    MadeObject made;
    made.with_btf = false;
    made.program("xdp", "first");
    row.change(made);
    made.check_refused(row.error);
  }
}

TEST_CASE("a license is cut to 63 bytes, and need not end with a NUL") {
  MadeObject made;
  made.program("xdp", "first");
  made.section("license", SHT_PROGBITS, 0, std::string(100, 'x'));
  Parsed parsed;
  REQUIRE(made.parse(parsed));
  CHECK(parsed.license == std::string(63, 'x'));
}

TEST_CASE("sections of data become maps in their order, those without content do not") {
  MadeObject made;
  made.with_btf = false;
  made.program("xdp", "first");
  made.section(".rodata.str1.1", SHT_PROGBITS, SHF_ALLOC, "text");
  made.section(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, "12345678");
  made.section(".rodata", SHT_PROGBITS, SHF_ALLOC);
  made.zeros(".bss", 4096);
  made.section(".database", SHT_PROGBITS, SHF_ALLOC, "left out");
  made.section(".data.own", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, "abc");
  Parsed parsed;
  REQUIRE(made.parse(parsed, {}, "packet_counter"));
  REQUIRE(parsed.maps.size() == 4);
  const struct {
    MapKind kind;
    const char *name, *section, *kernel_name;
    std::uint32_t size, flags;
  } wanted[] = {
      {MapKind::rodata, ".rodata.str1.1", ".rodata.str1.1", ".rodata.str1.1", 4, BPF_F_RDONLY_PROG},
      {MapKind::data, "packet_c.data", ".data", "packet_c.data", 8, 0},
      {MapKind::bss, "packet_c.bss", ".bss", "packet_c.bss", 4096, 0},
      {MapKind::data, ".data.own", ".data.own", ".data.own", 3, 0},
  };
  for (std::size_t index = 0; index < 4; ++index) {
    const object::ParsedMap& map = parsed.maps[index];
    INFO(wanted[index].section);
    CHECK(map.kind == wanted[index].kind);
    CHECK(map.name == wanted[index].name);
    CHECK(map.section == wanted[index].section);
    CHECK(map.kernel_name == wanted[index].kernel_name);
    CHECK(map.definition.type == BPF_MAP_TYPE_ARRAY);
    CHECK(map.definition.key_size == 4);
    CHECK(map.definition.value_size == wanted[index].size);
    CHECK(map.definition.max_entries == 1);
    CHECK(map.definition.flags == wanted[index].flags);
  }
  CHECK(parsed.maps[0].content.size() == 4);
  CHECK(parsed.maps[2].content.empty());
}

TEST_CASE("names of data maps in the kernel are 15 bytes at most") {
  const struct {
    const char *section, *object, *name;
  } wanted[] = {
      {".rodata", "packet_counter", "packet_c.rodata"},
      {".data", "p", "p.data"},
      {".rodata.long_tables", "p", ".rodata.long_ta"},
      {".data.a b", "p", ".data.a_b"},
      {".data", "a-b", "a_b.data"},
  };
  for (const auto& row : wanted) {
    MadeObject made;
    made.with_btf = false;
    made.program("xdp", "first");
    made.section(row.section, SHT_PROGBITS, SHF_ALLOC, "1234");
    Parsed parsed;
    REQUIRE(made.parse(parsed, {}, row.object));
    CHECK(parsed.maps[0].kernel_name == row.name);
  }
}

TEST_CASE("a data map is mapped if a variable in it can be seen") {
  const struct {
    int linkage;
    std::uint8_t visibility;
    bool is_mapped;
  } rows[] = {
      {BTF_VAR_GLOBAL_ALLOCATED, STV_DEFAULT, true},
      {BTF_VAR_GLOBAL_ALLOCATED, STV_HIDDEN, false},
      {BTF_VAR_STATIC, STV_DEFAULT, false},
  };
  for (const auto& row : rows) {
    MadeObject made;
    made.program("xdp", "first");
    const auto section = made.section(".data", SHT_PROGBITS, SHF_ALLOC, "12345678");
    made.symbol("v", STT_OBJECT, STB_GLOBAL, section, 4, 4, row.visibility);
    made.variables(".data", {{"v", made.int_type(), 4, row.linkage}});
    Parsed parsed;
    REQUIRE(made.parse(parsed));
    const object::MapDefinition& map = parsed.maps[0].definition;
    CHECK(map.flags == (row.is_mapped ? BPF_F_MMAPABLE : 0));
    const btf::Type datasec = parsed.btf->type(map.value_type_id);
    REQUIRE(datasec.is(btf::kDatasec));
    CHECK(datasec.size() == 8);
    CHECK(datasec.variable(0).offset == (row.linkage == BTF_VAR_STATIC ? 0 : 4));
  }
}

TEST_CASE("a DATASEC that does not fit its section is refused") {
  const struct {
    const char* what;
    const char* section;
    const char* symbol;
    std::uint64_t value;
    int error;
  } rows[] = {
      {"no section", ".other", "v", 0, ENOENT},
      {"no symbol", ".data", "w", 0, ENOENT},
      {"behind the end", ".data", "v", 6, EINVAL},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    MadeObject made;
    made.program("xdp", "first");
    const auto section = made.section(".data", SHT_PROGBITS, SHF_ALLOC, "12345678");
    made.symbol(row.symbol, STT_OBJECT, STB_GLOBAL, section, row.value, 4);
    made.variables(row.section, {{"v", made.int_type(), 4}});
    made.check_refused(Errno(row.error));
  }
}

TEST_CASE("BTF that cannot be read matters only to those who need it") {
  const bool needs = GENERATE(false, true);
  MadeObject made;
  made.program("xdp", "first");
  if (needs)
    made.map("m", {{"type", made.number(BPF_MAP_TYPE_ARRAY)}});
  made.btf_bytes = "broken";
  Parsed parsed;
  const Messages messages;
  const auto result = made.parse(parsed);
  CHECK(static_cast<bool>(result) == !needs);
  CHECK(parsed.btf == nullptr);
  CHECK(messages.warnings() >= 1);
}

TEST_CASE("each reading of a file may fail") {
  const bool has_map = GENERATE(true, false);
  ReadFile file{std::string(as_text(object_with_all(has_map)))};
  bool done = false;
  int count = 0;
  for (; !done; ++count) {
    REQUIRE(count < 100);
    file.reads = 0;
    file.fails_at = count + 1;
    sim_reset(1);
    {
      Parsed parsed;
      const Messages messages;
      const auto result = object::parse(file.source(), "made", {}, parsed, "made.o");
      done = static_cast<bool>(result);
      if (!done) {
        CHECK(result.error() == Errno(EIO));
        CHECK(messages.warnings() == 1);
        CHECK_THAT(messages.last(), Catch::Contains("cannot be read: error 5"));
      }
    }
    CHECK(sim_live().bytes == 0);
  }
  // Its header, sections, names, symbols, code and BTF; license, data and relocations.
  CHECK(count > (has_map ? 9 : 6));
}

TEST_CASE("each allocation of parsing may fail") {
  const auto bytes = object_with_all();
  bool done = false;
  for (unsigned nth = 1; !done; ++nth) {
    REQUIRE(nth < 2000);
    sim_reset(1);
    sim_fail("malloc", nth, ENOMEM);
    {
      Parsed parsed;
      ReadAhead<16> file{ByteSource(bytes)};
      const auto result = object::parse(file.source(), "made", {}, parsed, "made.o");
      done = static_cast<bool>(result);
      if (!done)
        CHECK(result.error() == Errno(ENOMEM));
    }
    sim_fail("malloc", 0, 0);
    CHECK(sim_live().bytes == 0);
  }
}

} // namespace ringside::test
