// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Giving the records of .BTF.ext to the functions that they are about.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include "bpf/insn.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

using Words = std::span<const std::uint32_t>;

// RecordReading is the records of one kind, for one section of code.
class RecordReading {
public:
  RecordReading(ParseWork& work, btf::ExtKind kind)
      : work_(work), kind_(kind), record_words_(work.parsed.ext->record_words(kind)) {}

  Result<void> section(std::uint32_t name_offset, Words records, Vector<CoreRecord>& core);

private:
  Result<std::uint32_t> find_section(std::string_view name, Words records) const;
  [[nodiscard]] bool fits(std::uint32_t section, Words records) const;
  Result<Words> sorted(Words records);
  Result<void> give_to_programs(std::uint32_t section, Words records);
  Result<void> add_core(std::uint32_t section, Words records, Vector<CoreRecord>& core,
                        const Subject& subject);

  ParseWork& work_;
  btf::ExtKind kind_;
  std::uint32_t record_words_;
};

// fits is whether a function of the section contains the first record's instruction.
bool RecordReading::fits(std::uint32_t section, Words records) const {
  return !records.empty() &&
         work_.parsed.program_at(section, records[0] / bpf::insn::kBytes) != kNoIndex;
}

// find_section is the section of code with a name, or kNoIndex. Of several, it is the one in which
// a function contains the first record's instruction.
Result<std::uint32_t> RecordReading::find_section(std::string_view name, Words records) const {
  std::uint32_t found = kNoIndex;
  bool is_ambiguous = false;
  const auto sections = work_.file.sections();
  static_cast<void>(work_.sections_by_name.find(hash_text(name), [&](std::uint32_t index) {
    if (sections[index].name != name || work_.use_of(index) != Use::programs)
      return false;
    is_ambiguous = found != kNoIndex && fits(found, records) && fits(index, records);
    if (found == kNoIndex || !fits(found, records))
      found = index;
    return is_ambiguous;
  }));
  if (is_ambiguous)
    return fail(Subject(work_.subject, "section", name), Errno(EINVAL),
                "there are several of that name, and .BTF.ext does not say which it means");
  return found;
}

// sorted is the records in the order of their instructions; most files have them so already.
Result<Words> RecordReading::sorted(Words records) {
  const std::size_t count = records.size() / record_words_;
  bool in_order = true;
  for (std::size_t index = 1; index < count && in_order; ++index)
    in_order = records[(index - 1) * record_words_] <= records[index * record_words_];
  if (in_order)
    return records;
  Vector<std::uint32_t> order;
  if (!order.append_default(count))
    return work_.out_of_memory();
  for (std::uint32_t index = 0; index < count; ++index)
    order[index] = index;
  std::sort(order.begin(), order.end(), [&](std::uint32_t one, std::uint32_t other) {
    const std::uint32_t place = records[std::size_t{one} * record_words_];
    const std::uint32_t other_place = records[std::size_t{other} * record_words_];
    return place != other_place ? place < other_place : one < other;
  });
  auto copy = work_.parsed.memory.array<std::uint32_t>(records.size());
  if (!copy)
    return work_.out_of_memory();
  for (std::size_t index = 0; index < count; ++index) {
    const Words record = records.subspan(std::size_t{order[index]} * record_words_, record_words_);
    std::copy(record.begin(), record.end(), copy->subspan(index * record_words_).begin());
  }
  return Words(*copy);
}

// give_to_programs gives each function of a section its records. Functions and records are sorted.
Result<void> RecordReading::give_to_programs(std::uint32_t section, Words records) {
  const auto in_order = sorted(records);
  if (!in_order)
    return in_order.error();
  const std::size_t count = in_order->size() / record_words_;
  const auto insn_of = [&](std::size_t index) {
    return (*in_order)[index * record_words_] / bpf::insn::kBytes;
  };
  const auto first_from = [&](std::uint64_t insn) {
    std::size_t low = 0;
    for (std::size_t high = count; low < high;) {
      const std::size_t middle = (low + high) / 2;
      if (insn_of(middle) < insn)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  };
  for (ParsedProgram& program : work_.parsed.programs_in(section)) {
    const std::size_t begin = first_from(program.section_insn);
    const std::size_t end = first_from(std::uint64_t{program.section_insn} + program.code.size());
    Records& of_program = kind_ == btf::kFuncInfo ? program.functions : program.lines;
    of_program.record_words = record_words_;
    of_program.words = in_order->subspan(begin * record_words_, (end - begin) * record_words_);
  }
  return {};
}

Result<void> RecordReading::add_core(std::uint32_t section, Words records, Vector<CoreRecord>& core,
                                     const Subject& subject) {
  for (std::size_t begin = 0; begin < records.size(); begin += record_words_) {
    const Words record = records.subspan(begin, record_words_);
    if (record[0] % bpf::insn::kBytes != 0)
      return fail(subject, Errno(EINVAL),
                  "a CO-RE record is for offset %" PRIu32 ", where no instruction begins",
                  record[0]);
    const std::uint32_t insn = record[0] / bpf::insn::kBytes;
    const std::uint32_t program = work_.parsed.program_at(section, insn);
    // These are of a weak function that another one has replaced.
    if (program == kNoIndex)
      continue;
    if (!core.append({program, insn - work_.parsed.programs[program].section_insn, record[1],
                      record[2], record[3]}))
      return work_.out_of_memory();
  }
  return {};
}

Result<void> RecordReading::section(std::uint32_t name_offset, Words records,
                                    Vector<CoreRecord>& core) {
  const char* const name = work_.parsed.btf->string(name_offset);
  if (name == nullptr || name[0] == '\0')
    return fail(work_.subject, Errno(EINVAL),
                ".BTF.ext has %s records for a section without a name", btf::kExtLines[kind_].name);
  const auto index = find_section(name, records);
  if (!index)
    return index.error();
  if (*index == kNoIndex)
    return {};
  if (kind_ == btf::kCoreRelo)
    return add_core(*index, records, core, Subject(work_.subject, "section", name));
  return give_to_programs(*index, records);
}

} // namespace

Result<void> read_records(ParseWork& work) {
  if (work.parsed.ext == nullptr)
    return {};
  Vector<CoreRecord> core;
  for (const btf::ExtKind kind : {btf::kFuncInfo, btf::kLineInfo, btf::kCoreRelo}) {
    RecordReading reading(work, kind);
    Result<void> read;
    work.parsed.ext->each_section(kind, [&](std::uint32_t name, Words records) {
      if (read)
        read = reading.section(name, records, core);
    });
    if (!read)
      return read;
  }
  auto kept = work.parsed.memory.array<CoreRecord>(core.size());
  if (!kept)
    return work.out_of_memory();
  std::copy(core.begin(), core.end(), kept->begin());
  work.parsed.core_records = *kept;
  return {};
}

} // namespace ringside::object
