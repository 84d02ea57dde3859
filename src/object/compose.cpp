// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Composing: follow the calls of an entry program.
#include "object/compose.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include "bpf/insn.hpp"

namespace ringside::object {
namespace {

class Composer {
public:
  Composer(const Parsed& parsed, const Functions& functions, bool with_records,
           const Subject& subject)
      : parsed_(parsed), functions_(functions), with_records_(with_records), subject_(subject) {}

  Result<void> run(std::uint32_t entry, std::uint32_t callback);
  [[nodiscard]] Code take() { return std::move(code_); }

private:
  // Walk is a part whose instructions are being looked at, up to `next`.
  struct Walk {
    std::uint32_t part;
    std::uint32_t next;
    std::uint32_t reference; // the first one that is not before `next`
  };

  Result<std::uint32_t> append(std::uint32_t index);
  Result<void> append_records(const ParsedProgram& program, std::uint32_t begin);
  Result<void> append_records(const ParsedProgram& program, const Records& records,
                              std::uint32_t begin, Vector<std::uint32_t>& to, std::uint32_t& words);
  Result<void> walk(std::uint32_t part);
  Result<std::uint32_t> target_of(const Walk& walk, const Reference* reference) const;
  [[nodiscard]] const Reference* reference_at(Walk& walk) const;
  [[nodiscard]] std::uint32_t part_of(std::uint32_t program) const;

  const Parsed& parsed_;
  const Functions& functions_;
  bool with_records_;
  const Subject& subject_;
  Code code_;
  HashIndex parts_;
};

std::uint32_t Composer::part_of(std::uint32_t program) const {
  return parts_.find(hash_bytes(&program, sizeof(program)),
                     [&](std::uint32_t part) { return code_.parts[part].program == program; });
}

Result<void> Composer::append_records(const ParsedProgram& program, const Records& records,
                                      std::uint32_t begin, Vector<std::uint32_t>& to,
                                      std::uint32_t& words) {
  const bool is_entry = begin == 0;
  if (is_entry)
    words = static_cast<std::uint32_t>(records.size() != 0 ? records.record_words : 0);
  if (words == 0)
    return {};
  if (records.size() == 0 || records.record_words != words)
    return fail(subject_, Errno(ENOENT),
                ".BTF.ext says nothing of the function '%.*s', though it does of the program that "
                "calls it",
                static_cast<int>(program.name.size()), program.name.data());
  for (std::size_t index = 0; index < records.size(); ++index) {
    const std::size_t at = to.size();
    if (!to.append_all(records[index]))
      return no_memory(subject_, "its records");
    to[at] = to[at] / bpf::insn::kBytes - program.section_insn + begin;
  }
  return {};
}

Result<void> Composer::append_records(const ParsedProgram& program, std::uint32_t begin) {
  if (!with_records_)
    return {};
  if (const auto added =
          append_records(program, program.functions, begin, code_.functions, code_.function_words);
      !added)
    return added;
  return append_records(program, program.lines, begin, code_.lines, code_.line_words);
}

// append adds a function at the end and returns its part.
Result<std::uint32_t> Composer::append(std::uint32_t index) {
  const ParsedProgram& program = parsed_.programs[index];
  const auto code = functions_.code_of(functions_.context, index);
  const auto begin = static_cast<std::uint32_t>(code_.insns.size());
  const auto part = static_cast<std::uint32_t>(code_.parts.size());
  if (!code_.insns.append_all(code) ||
      !code_.parts.append({index, begin, static_cast<std::uint32_t>(code.size())}) ||
      !parts_.insert(hash_bytes(&index, sizeof(index)), part))
    return no_memory(subject_, "its instructions");
  for (const Reference& reference : program.references) {
    Reference moved = reference;
    moved.insn += begin;
    if (!code_.references.append(moved))
      return no_memory(subject_, "its relocations");
  }
  if (const auto records = append_records(program, begin); !records)
    return records.error();
  return part;
}

// reference_at is the relocation of the instruction that a walk looks at, or null.
const Reference* Composer::reference_at(Walk& walk) const {
  const ParsedProgram& program = parsed_.programs[code_.parts[walk.part].program];
  while (walk.reference < program.references.size() &&
         program.references[walk.reference].insn < walk.next)
    ++walk.reference;
  const bool is_there = walk.reference < program.references.size() &&
                        program.references[walk.reference].insn == walk.next;
  return is_there ? &program.references[walk.reference] : nullptr;
}

// target_of is the function that a call or an address names.
Result<std::uint32_t> Composer::target_of(const Walk& walk, const Reference* reference) const {
  const Code::Part& part = code_.parts[walk.part];
  const ParsedProgram& caller = parsed_.programs[part.program];
  const bpf_insn& insn = code_.insns[part.begin + walk.next];
  const bool is_call = bpf::insn::is_call(insn);
  std::int64_t target = 0;
  std::uint32_t section = parsed_.text_section;
  if (reference != nullptr && reference->to == RefersTo::subprogram) {
    constexpr std::int64_t kBytes = bpf::insn::kBytes;
    const auto offset = static_cast<std::int64_t>(reference->offset);
    target = is_call ? offset / kBytes + insn.imm + 1 : (offset + insn.imm) / kBytes;
  } else if (reference == nullptr && is_call) {
    section = caller.section_index;
    target = std::int64_t{caller.section_insn} + walk.next + insn.imm + 1;
  } else {
    return fail(Subject(subject_, "insn", std::int64_t{part.begin} + walk.next), kErrnoReloc,
                "it calls or addresses a function, but its relocation names something else");
  }
  const std::uint32_t index =
      target >= 0 ? parsed_.program_at(section, static_cast<std::uint64_t>(target)) : kNoIndex;
  if (index == kNoIndex || parsed_.programs[index].section_insn != target ||
      !parsed_.programs[index].is_subprogram)
    return fail(Subject(subject_, "insn", std::int64_t{part.begin} + walk.next), kErrnoReloc,
                "it calls or addresses instruction %" PRId64
                " of a section, where no function begins",
                target);
  return index;
}

// walk goes through the instructions of a part. At a call of a new part it goes through that part
// first.
Result<void> Composer::walk(std::uint32_t part) {
  Vector<Walk> walks;
  if (!walks.append({part, 0, 0}))
    return no_memory(subject_, "its calls");
  while (!walks.empty()) {
    Walk& walk = walks.back();
    const Code::Part at = code_.parts[walk.part];
    if (walk.next == at.size) {
      walks.truncate(walks.size() - 1);
      continue;
    }
    const std::uint32_t place = at.begin + walk.next;
    const bpf_insn insn = code_.insns[place];
    const Reference* const reference = reference_at(walk);
    const bool is_call = bpf::insn::is_call(insn) && insn.src_reg == BPF_PSEUDO_CALL &&
                         (reference == nullptr || reference->to != RefersTo::external);
    const bool is_address = bpf::insn::is_load_64(insn) && reference != nullptr &&
                            reference->to == RefersTo::subprogram;
    if (!is_call && !is_address) {
      ++walk.next;
      continue;
    }
    const auto program = target_of(walk, reference);
    if (!program)
      return program.error();
    ++walk.next;
    std::uint32_t target = part_of(*program);
    if (target == HashIndex::kNone) {
      const auto appended = append(*program);
      if (!appended)
        return appended.error();
      target = *appended;
      if (!walks.append({target, 0, 0}))
        return no_memory(subject_, "its calls");
    }
    bpf_insn& changed = code_.insns[place];
    changed.imm = static_cast<std::int32_t>(std::int64_t{code_.parts[target].begin} - place - 1);
    if (is_address)
      changed.src_reg = BPF_PSEUDO_FUNC;
  }
  return {};
}

Result<void> Composer::run(std::uint32_t entry, std::uint32_t callback) {
  const auto first = append(entry);
  if (!first)
    return first.error();
  if (const auto walked = walk(*first); !walked)
    return walked;
  if (callback == kNoIndex || part_of(callback) != HashIndex::kNone)
    return {};
  const auto last = append(callback);
  if (!last)
    return last.error();
  return walk(*last);
}

} // namespace

std::span<const std::uint32_t> Code::line_of(std::uint32_t insn) const {
  std::span<const std::uint32_t> found;
  for (std::size_t at = 0; line_words != 0 && at < lines.size() && lines[at] <= insn;
       at += line_words)
    found = {lines.begin() + at, line_words};
  return found;
}

Result<Code> compose(const Parsed& parsed, const Functions& functions, std::uint32_t entry,
                     std::uint32_t callback, bool with_records, const Subject& subject) {
  Composer composer(parsed, functions, with_records, subject);
  if (const auto composed = composer.run(entry, callback); !composed)
    return composed.error();
  return composer.take();
}

} // namespace ringside::object
