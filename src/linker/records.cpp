// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Records: copied when an input is added, written by section at the end.
#include "linker/records.hpp"

#include "base/byte_writer.hpp"
#include "base/text.hpp"
#include "btf/change.hpp"
#include "btf/edit.hpp"
#include "btf/header.hpp"

namespace ringside::linker {
namespace {

constexpr std::uint8_t kVersion = 1;
// The header: magic, version, flags, its length, and offset and length of each kind of records.
constexpr std::uint32_t kHeaderBytes = 8 + 8 * btf::kExtKinds;
constexpr std::uint32_t kInstructionWord = 0; // its offset in bytes

} // namespace

Result<void> Records::add(const Placed& placed, std::span<const std::uint32_t> ids) {
  const btf::Ext* const ext = placed.input->ext();
  if (ext == nullptr)
    return {};
  for (std::size_t at = 0; at < btf::kExtKinds; ++at) {
    const auto kind = static_cast<btf::ExtKind>(at);
    if (ext->record_words(kind) != 0)
      record_words_[at] = ext->record_words(kind);
    Result<void> done;
    ext->each_section(kind, [&](std::uint32_t name, std::span<const std::uint32_t> records) {
      if (done)
        done = add_run(placed, ids, kind, name, records);
    });
    if (!done)
      return done;
  }
  return {};
}

Result<void> Records::add_run(const Placed& placed, std::span<const std::uint32_t> ids,
                              btf::ExtKind kind, std::uint32_t name,
                              std::span<const std::uint32_t> records) {
  const btf::Btf& from = *placed.input->btf();
  const auto section = placed.input->find_section(from.string(name));
  if (!section || placed.parts[*section].section == kNone)
    return {};
  const Part& part = placed.parts[*section];
  const btf::ExtLine& line = btf::kExtLines[kind];
  const std::size_t begin = words_.size();
  if (const auto room = words_.append_all(records); !room)
    return room;
  btf::Change change(btf_);
  if (const auto begun = change.begin(); !begun)
    return begun;
  for (std::size_t at = begin; at < words_.size(); at += record_words_[kind]) {
    words_[at + kInstructionWord] += static_cast<std::uint32_t>(part.offset);
    for (unsigned word = 0; word < line.words; ++word) {
      std::uint32_t& value = words_[at + word];
      if ((line.ids >> word & 1) != 0) {
        value = ids[value];
      } else if ((line.strings >> word & 1) != 0) {
        const auto offset = change.string(from.string(value));
        if (!offset)
          return offset.error();
        value = *offset;
      }
    }
  }
  return runs_.append({kind, part.section, begin, records.size()});
}

std::uint32_t Records::count(btf::ExtKind kind, std::uint32_t section) const {
  std::size_t words = 0;
  for (const Run& run : runs_)
    if (run.kind == kind && run.section == section)
      words += run.words;
  return record_words_[kind] != 0 ? static_cast<std::uint32_t>(words / record_words_[kind]) : 0;
}

Result<Owned<btf::Ext>> Records::finish(const State& state) {
  if (runs_.empty())
    return Owned<btf::Ext>();
  ByteWriter out;
  out.u16(btf::kMagic);
  out.u8(kVersion);
  out.u8(0);
  out.u32(kHeaderBytes);
  out.zeros(kHeaderBytes - out.size());
  for (std::size_t at = 0; at < btf::kExtKinds; ++at) {
    const auto kind = static_cast<btf::ExtKind>(at);
    const std::size_t begin = out.size();
    for (std::uint32_t section = 0; section < state.sections.size(); ++section) {
      const std::uint32_t records = count(kind, section);
      if (records == 0)
        continue;
      if (out.size() == begin)
        out.u32(record_words_[at] * 4);
      const auto name = copy_of(state.sections[section].name);
      if (!name)
        return name.error();
      const auto offset = btf::add_string(btf_, name->data());
      if (!offset)
        return offset.error();
      out.u32(*offset);
      out.u32(records);
      for (const Run& run : runs_)
        if (run.kind == kind && run.section == section)
          out.words(std::span<const std::uint32_t>(words_).subspan(run.begin, run.words));
    }
    const auto length = static_cast<std::uint32_t>(out.size() - begin);
    out.patch_u32(8 + 8 * at, static_cast<std::uint32_t>(begin - kHeaderBytes));
    out.patch_u32(12 + 8 * at, length);
  }
  const auto bytes = out.take();
  if (!bytes)
    return bytes.error();
  return btf::Ext::read(*bytes, "the linked .BTF.ext");
}

} // namespace ringside::linker
