// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// MadeObject: a BPF object that a test puts together section by section, so that it can be wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <elf.h>
#include <linux/bpf.h>
#include <linux/btf.h>

#include "base/byte_writer.hpp"
#include "base/read_ahead.hpp"
#include "bpf/insn.hpp"
#include "btf/btf.hpp"
#include "btf/edit.hpp"
#include "elf/symbols.hpp"
#include "elf/writer.hpp"
#include "messages.hpp"
#include "object/parsed.hpp"

namespace ringside::test {

class MadeObject {
public:
  explicit MadeObject(ByteOrder order = kNativeOrder) : order_(order) {
    auto made = btf::Btf::empty(nullptr);
    REQUIRE(made);
    btf_ = std::move(*made);
    int_ = made_id(btf::add_int(*btf_, "int", 4, BTF_INT_SIGNED));
    strings_ = section(".strtab", SHT_STRTAB);
    symbols_section_ = section(".symtab", SHT_SYMTAB);
  }

  // What a test may set before it asks for the bytes.
  std::uint16_t type = ET_REL;
  std::uint16_t machine = EM_BPF;
  bool with_btf = true;
  std::string btf_bytes; // instead of the BTF below
  std::string ext_bytes; // the content of .BTF.ext; none if it is empty

  // section adds one and returns its index.
  std::uint32_t section(std::string_view name, std::uint32_t type, std::uint64_t flags = 0,
                        std::string content = {}) {
    sections_.push_back({std::string(name), type, flags, std::move(content)});
    return static_cast<std::uint32_t>(sections_.size());
  }
  std::uint32_t zeros(std::string_view name, std::uint64_t size) {
    const std::uint32_t index = section(name, SHT_NOBITS, SHF_ALLOC | SHF_WRITE);
    sections_[index - 1].nobits_size = size;
    return index;
  }
  std::uint32_t code(std::string_view name, const std::vector<bpf_insn>& insns) {
    return section(name, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text_of(insns));
  }
  // symbol adds one and returns its place in the table.
  std::uint32_t symbol(std::string_view name, std::uint8_t type, std::uint8_t binding,
                       std::uint32_t section, std::uint64_t value = 0, std::uint64_t size = 0,
                       std::uint8_t visibility = STV_DEFAULT) {
    symbols_.push_back({std::string(name), {0, type, binding, visibility, section, value, size}});
    return static_cast<std::uint32_t>(symbols_.size());
  }
  // program adds a section with one function that begins at its start, and returns the section.
  std::uint32_t program(std::string_view section_name, std::string_view name,
                        const std::vector<bpf_insn>& insns = {bpf::insn::move(BPF_REG_0, 0),
                                                              bpf::insn::exit()}) {
    const std::uint32_t index = code(section_name, insns);
    symbol(name, STT_FUNC, STB_GLOBAL, index, 0, insns.size() * sizeof(bpf_insn));
    return index;
  }
  // relocation adds one to the section of a target's relocations, which is made with the first.
  void relocation(std::uint32_t target, std::uint64_t offset, std::uint32_t symbol,
                  std::uint32_t type = 1) {
    ByteWriter entry(order_);
    entry.u64(offset);
    entry.u64(std::uint64_t{symbol} << 32 | type);
    content_of(relocations_of(target)).append(text_of(entry));
  }
  std::uint32_t relocations_of(std::uint32_t target) {
    for (std::uint32_t index = 1; index <= sections_.size(); ++index)
      if (sections_[index - 1].type == SHT_REL && sections_[index - 1].info == target)
        return index;
    const std::string name = ".rel" + sections_[target - 1].name;
    const std::uint32_t index = section(name, SHT_REL);
    sections_[index - 1].info = target;
    sections_[index - 1].entry_size = sizeof(Elf64_Rel);
    return index;
  }
  std::string& content_of(std::uint32_t section) { return sections_[section - 1].content; }
  std::uint32_t& type_of(std::uint32_t section) { return sections_[section - 1].type; }
  std::uint32_t& info_of(std::uint32_t section) { return sections_[section - 1].info; }
  std::uint64_t& entry_size_of(std::uint32_t section) { return sections_[section - 1].entry_size; }
  [[nodiscard]] std::uint32_t symbols_section() const { return symbols_section_; }

  // The types of the object.
  btf::Btf& types() { return *btf_; }
  [[nodiscard]] int int_type() const { return int_; }
  static int made_id(const Result<std::uint32_t>& id) {
    REQUIRE(id);
    return static_cast<int>(*id);
  }
  // number is a pointer to an array of `count` elements: how a definition of a map writes a number.
  int number(std::uint32_t count) {
    const int array = made_id(btf::add_array(*btf_, int_, int_, count));
    return made_id(btf::add_reference(*btf_, btf::kPtr, nullptr, array));
  }
  int pointer(int target) { return made_id(btf::add_reference(*btf_, btf::kPtr, nullptr, target)); }
  struct Field {
    const char* name;
    int type;
    std::uint32_t bytes = 8; // to the next one
  };
  int structure(const char* name, const std::vector<Field>& fields) {
    std::uint32_t size = 0;
    for (const Field& field : fields)
      size += field.bytes;
    const int id = made_id(btf::add_composite(*btf_, btf::kStruct, name, size));
    std::uint32_t offset = 0;
    for (const Field& field : fields) {
      REQUIRE(btf::add_member(*btf_, field.name, field.type, offset * 8, 0));
      offset += field.bytes;
    }
    return id;
  }
  // variables adds a DATASEC as clang writes it: without a size, and each variable at 0.
  struct Variable {
    const char* name;
    int type;
    std::uint32_t size;
    int linkage = BTF_VAR_GLOBAL_ALLOCATED;
  };
  void variables(const char* section, const std::vector<Variable>& all) {
    std::vector<int> ids;
    ids.reserve(all.size());
    for (const Variable& variable : all)
      ids.push_back(made_id(btf::add_var(*btf_, variable.name, variable.linkage, variable.type)));
    made_id(btf::add_datasec(*btf_, section, 0));
    for (std::size_t index = 0; index < all.size(); ++index)
      REQUIRE(btf::add_variable(*btf_, ids[index], 0, all[index].size));
  }
  // map adds a variable to .maps, which is made with the first, and returns its symbol. All maps
  // of a test have definitions of this many bytes.
  static constexpr std::uint32_t kMapBytes = 64;
  std::uint32_t map(const char* name, const std::vector<Field>& fields) {
    if (maps_section_ == 0)
      maps_section_ = section(".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE);
    const auto offset = static_cast<std::uint32_t>(maps_.size()) * kMapBytes;
    content_of(maps_section_).append(kMapBytes, '\0');
    maps_.push_back({name, structure(nullptr, fields), kMapBytes});
    return symbol(name, STT_OBJECT, STB_GLOBAL, maps_section_, offset, kMapBytes);
  }
  std::uint32_t hash_map(const char* name) {
    return map(name, {{"type", number(BPF_MAP_TYPE_HASH)},
                      {"max_entries", number(16)},
                      {"key_size", number(4)},
                      {"value_size", number(8)}});
  }
  [[nodiscard]] std::uint32_t maps_section() const { return maps_section_; }
  // external declares a symbol that is not in the file, and returns it.
  std::uint32_t external(const char* section, const char* name, int type, std::uint32_t size,
                         std::uint8_t binding = STB_GLOBAL) {
    const bool is_config = std::string_view(section) == ".kconfig";
    (is_config ? kconfig_ : ksyms_).push_back({name, type, size, BTF_VAR_GLOBAL_EXTERN});
    return symbol(name, STT_NOTYPE, binding, SHN_UNDEF);
  }

  std::vector<std::byte> bytes() {
    finish_types();
    put_symbols();
    std::string names(1, '\0');
    std::vector<elf::OutputSection> out;
    for (Section& section : sections_) {
      elf::OutputSection written;
      written.name_offset = add_name(names, section.name);
      written.type = section.type;
      written.flags = section.flags;
      written.link = section.type == SHT_SYMTAB ? strings_
                     : section.type == SHT_REL  ? symbols_section_
                                                : 0;
      written.info = section.info;
      written.alignment = section.type == SHT_STRTAB ? 1 : 8;
      written.entry_size = section.type == SHT_SYMTAB ? sizeof(Elf64_Sym) : section.entry_size;
      written.nobits_size = section.nobits_size;
      out.push_back(written);
    }
    // The names of sections and of symbols share a table.
    sections_[strings_ - 1].content = names + sections_[strings_ - 1].content;
    for (std::size_t index = 0; index < out.size(); ++index)
      out[index].content = std::as_bytes(std::span(sections_[index].content));
    const auto written = elf::write_file({.order = order_,
                                          .type = type,
                                          .machine = machine,
                                          .names_index = strings_,
                                          .sections = out});
    REQUIRE(written);
    return {written->begin(), written->end()};
  }

  // parse reads what was made, piece by piece: nothing of a piece is there once it was let go.
  Result<void> parse(object::Parsed& parsed, const object::ParseOptions& options = {},
                     std::string_view name = "made") {
    const auto made = bytes();
    ReadAhead<16> file{ByteSource(made)};
    return object::parse(file.source(), name, options, parsed, "made.o");
  }

  // check_refused: parsing fails with this error, and one warning.
  void check_refused(Errno error) {
    object::Parsed parsed;
    const Messages messages;
    const auto result = parse(parsed);
    REQUIRE_FALSE(result);
    CHECK(result.error() == error);
    CHECK(messages.warnings() == 1);
  }

private:
  struct Section {
    std::string name;
    std::uint32_t type;
    std::uint64_t flags;
    std::string content;
    std::uint32_t info = 0;
    std::uint64_t entry_size = 0;
    std::uint64_t nobits_size = 0;
  };
  struct Symbol {
    std::string name;
    elf::Symbol symbol;
  };

  static std::string text_of(const ByteWriter& writer) {
    const auto view = writer.view();
    return {reinterpret_cast<const char*>(view.data()), view.size()};
  }
  std::string text_of(const std::vector<bpf_insn>& insns) const {
    ByteWriter writer(order_);
    for (const bpf_insn& insn : insns) {
      const unsigned low = order_ == ByteOrder::little ? insn.dst_reg : insn.src_reg;
      const unsigned high = order_ == ByteOrder::little ? insn.src_reg : insn.dst_reg;
      writer.u8(insn.code);
      writer.u8(static_cast<std::uint8_t>(low | high << 4));
      writer.u16(static_cast<std::uint16_t>(insn.off));
      writer.u32(static_cast<std::uint32_t>(insn.imm));
    }
    return text_of(writer);
  }
  static std::uint32_t add_name(std::string& names, const std::string& name) {
    const auto offset = static_cast<std::uint32_t>(names.size());
    names.append(name).push_back('\0');
    return offset;
  }

  void finish_types() {
    for (const auto& [name, all] :
         {std::pair(".maps", maps_), std::pair(".kconfig", kconfig_), std::pair(".ksyms", ksyms_)})
      if (!all.empty())
        variables(name, all);
    if (with_btf) {
      if (btf_bytes.empty()) {
        const auto written = btf_->bytes(order_);
        REQUIRE(written);
        btf_bytes.assign(reinterpret_cast<const char*>(written->data()), written->size());
      }
      section(".BTF", SHT_PROGBITS, 0, btf_bytes);
    }
    if (!ext_bytes.empty())
      section(".BTF.ext", SHT_PROGBITS, 0, ext_bytes);
  }

  void put_symbols() {
    std::string names;
    std::size_t sections = 1;
    for (const Section& section : sections_)
      sections += section.name.size() + 1;
    std::vector<elf::Symbol> all(1);
    for (Symbol& symbol : symbols_) {
      all.push_back(symbol.symbol);
      all.back().name_offset = static_cast<std::uint32_t>(sections) + add_name(names, symbol.name);
    }
    const auto written = elf::write_symbols(all, order_);
    REQUIRE(written);
    sections_[symbols_section_ - 1].content.assign(reinterpret_cast<const char*>(written->data()),
                                                   written->size());
    sections_[strings_ - 1].content = names;
  }

  ByteOrder order_;
  Owned<btf::Btf> btf_;
  int int_ = 0;
  std::uint32_t strings_ = 0;
  std::uint32_t symbols_section_ = 0;
  std::uint32_t maps_section_ = 0;
  std::vector<Section> sections_;
  std::vector<Symbol> symbols_;
  std::vector<Variable> maps_, kconfig_, ksyms_;
};

} // namespace ringside::test
