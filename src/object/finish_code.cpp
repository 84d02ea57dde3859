// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The code of programs: first put the functions behind those that call them, then write the numbers
// that the kernel has given into the instructions.
#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <utility>

#include <linux/btf.h>

#include "base/scan.hpp"
#include "bpf/map.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/refusal.hpp"
#include "object/loading.hpp"

namespace ringside::object {
namespace {

constexpr std::string_view kCallbackTag = "exception_callback:";
constexpr std::uint32_t kOfFunction =
    UINT32_MAX; // the component of a tag that is not a parameter's

std::span<const bpf_insn> code_of(const void* loading, std::uint32_t program) {
  return static_cast<const Loading*>(loading)->code_of(program);
}

// read_callback_tags is the ids of the tags that name exception callbacks of programs. A kernel
// that does not know such tags has no exceptions either, and there they do not matter.
Result<Vector<std::uint32_t>> read_callback_tags(Loading& loading) {
  Vector<std::uint32_t> tags;
  const btf::Btf* const btf = loading.object.btf();
  for (std::uint32_t id = 1; btf != nullptr && id < btf->end_id(); ++id) {
    const btf::Type tag = btf->type(id);
    if (!tag.is(btf::kDeclTag) || !std::string_view(btf->name(tag)).starts_with(kCallbackTag))
      continue;
    const btf::Type function = btf->type(tag.target());
    const bool is_of_program = function.is(btf::kFunc) && tag.extra() == kOfFunction &&
                               function.elements() == BTF_FUNC_GLOBAL;
    if (is_of_program && !tags.append(id))
      return no_memory(loading.subject, "its exception callbacks");
  }
  if (tags.empty())
    return tags;
  const auto known = knows_declaration_tags(loading);
  if (!known)
    return known.error();
  return *known ? std::move(tags) : Vector<std::uint32_t>();
}

// find_callback is the function that a program's one tag names, or kNoIndex.
Result<std::uint32_t> find_callback(const Loading& loading, const Vector<std::uint32_t>& tags,
                                    const Program& program) {
  const Parsed& parsed = loading.object.parsed();
  const Subject subject(loading.subject, "prog", program.parsed().name);
  const auto is_its_own = [&](std::uint32_t id) {
    return parsed.btf->name(parsed.btf->type(parsed.btf->type(id).target())) ==
           program.parsed().name;
  };
  if (std::count_if(tags.begin(), tags.end(), is_its_own) != 1)
    return kNoIndex;
  const btf::Btf& btf = *parsed.btf;
  std::string_view callback =
      btf.name(btf.type(*std::find_if(tags.begin(), tags.end(), is_its_own)));
  take_text(callback, kCallbackTag);
  if (callback.empty())
    return fail(subject, Errno(EINVAL), "its exception_callback tag names no function");
  for (std::uint32_t index = 0; index < parsed.programs.size(); ++index) {
    const ParsedProgram& function = parsed.programs[index];
    if (!function.is_subprogram || function.name != callback)
      continue;
    const auto id = btf.find(function.name.data(), btf::kFunc);
    if (function.is_hidden || !id || btf.type(*id).elements() != BTF_FUNC_GLOBAL)
      return fail(subject, Errno(EINVAL), "its exception callback '%.*s' must be a global function",
                  static_cast<int>(callback.size()), callback.data());
    return index;
  }
  return fail(subject, Errno(ENOENT), "the object has no exception callback '%.*s'",
              static_cast<int>(callback.size()), callback.data());
}

// JumpTables is the maps that were made for the jump tables of one program.
struct JumpTables {
  struct Made {
    std::uint64_t offset;
    int fd;
  };
  Loading& loading;
  const Subject& subject;
  Vector<Made> made;
};

// The UAPI's bpf_insn_array_value.
struct InsnArrayValue {
  std::uint32_t original = 0;
  std::uint32_t translated = 0;
  std::uint32_t jitted = 0;
  std::uint32_t reserved = 0;
};

Result<int> make_jump_table(void* context, const Code& code, std::uint32_t insn,
                            const Reference& table) {
  JumpTables& of = *static_cast<JumpTables*>(context);
  for (const JumpTables::Made& made : of.made)
    if (made.offset == table.offset)
      return made.fd;
  const auto content = of.loading.object.parsed().jump_tables;
  constexpr std::uint64_t kWord = sizeof(std::uint64_t);
  if (table.offset % kWord != 0 || table.size % kWord != 0 || table.size == 0 ||
      table.offset > content.size() || table.size > content.size() - table.offset)
    return fail(of.subject, Errno(EINVAL),
                "its jump table of %" PRIu64 " bytes at %" PRIu64 " is not in .jumptables",
                table.size, table.offset);
  const auto* part = code.parts.begin();
  while (insn - part->begin >= part->size)
    ++part;
  const ParsedProgram& function = of.loading.object.parsed().programs[part->program];

  auto fd = bpf::create_map({.map_type = bpf::kMapInsnArray,
                             .key_size = sizeof(std::uint32_t),
                             .value_size = sizeof(InsnArrayValue),
                             .max_entries = static_cast<std::uint32_t>(table.size / kWord),
                             .map_name = "jt"});
  const kernel::Step step{"making a map for a jump table", kernel::RefusedCall::bpf_make};
  if (!fd)
    return kernel::refused(of.subject, step, fd.error());
  for (std::uint32_t index = 0; index < table.size / kWord; ++index) {
    std::uint64_t word = 0;
    std::memcpy(&word, content.data() + table.offset + index * kWord, kWord);
    // The words are offsets in the section.
    const std::uint64_t target = word / sizeof(bpf_insn) - function.section_insn + part->begin;
    if (target > UINT32_MAX)
      return fail(of.subject, Errno(EINVAL), "its jump table names no instruction of the function");
    InsnArrayValue value;
    value.original = static_cast<std::uint32_t>(target);
    if (const auto set = bpf::update_element(fd->get(), &index, &value); !set)
      return kernel::refused(of.subject, step, set.error());
  }
  if (const auto frozen = bpf::freeze(fd->get()); !frozen)
    return kernel::refused(of.subject, step, frozen.error());
  if (!of.made.append({table.offset, fd->get()}))
    return no_memory(of.subject, "its jump tables");
  return of.loading.object.keep_fd(std::move(*fd));
}

} // namespace

Result<void> compose_programs(Loading& loading) {
  const auto tags = read_callback_tags(loading);
  if (!tags)
    return tags.error();
  for (Program& program : loading.object.programs()) {
    if (!program.plan().autoload || program.code() != nullptr)
      continue;
    const Subject subject(loading.subject, "prog", program.parsed().name);
    const auto callback = find_callback(loading, *tags, program);
    if (!callback)
      return callback.error();
    const bool with_records = loading.object.btf() != nullptr;
    auto code = compose(loading.object.parsed(), {code_of, &loading}, program.index(), *callback,
                        with_records, subject);
    if (!code)
      return code.error();
    for (const Code::Part& part : code->parts)
      if (const int error = loading.failures[part.program]; error != 0)
        return fail(subject, Errno(error),
                    "it calls '%s', of which a CO-RE record cannot be carried out",
                    loading.object.parsed().programs[part.program].name.data());
    if (const auto kept = program.set_code(std::move(*code)); !kept)
      return kept;
  }
  return {};
}

Result<void> relocate_programs(Loading& loading) {
  RelocationTargets targets;
  if (loading.maps.empty())
    for (const Map& map : loading.object.maps())
      if (!loading.maps.append({map.fd() >= 0, map.fd()}))
        return no_memory(loading.subject, "its maps");
  const auto programs = loading.object.programs();
  if (loading.is_relocated.empty() && !loading.is_relocated.append_default(programs.size()))
    return no_memory(loading.subject, "its programs");
  targets.maps = {loading.maps.begin(), loading.maps.size()};
  targets.externs = {loading.externs.begin(), loading.externs.size()};
  targets.arena_offset = loading.arena_offset;
  targets.jump_table = make_jump_table;
  for (std::size_t index = 0; index < programs.size(); ++index) {
    Program& program = programs[index];
    if (program.code() == nullptr || loading.is_relocated[index])
      continue;
    loading.is_relocated[index] = true;
    const Subject subject(loading.subject, "prog", program.parsed().name);
    JumpTables of{loading, subject, {}};
    targets.context = &of;
    if (const auto done = relocate(*program.code(), loading.object.parsed(), targets, subject);
        !done)
      return done;
  }
  return {};
}

} // namespace ringside::object
