// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_fit: each step of loading that asks for types, with all that fails and not only the first.
#include "object/fit.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "bpf/insn.hpp"
#include "co_re/lack.hpp"
#include "object/attach_target.hpp"
#include "object/core_relocation.hpp"
#include "object/loading.hpp"
#include "object/reachable.hpp"

namespace ringside::object {
namespace {

// Search fills a Fit, step by step.
class Search {
public:
  Search(Object& object, KernelTypes types) : object_(object), loading_(object) {
    loading_.is_for_another_kernel = true;
    loading_.kernel = types.kernel;
    loading_.modules = std::move(types.modules);
    loading_.has_modules = true;
  }

  Result<Fit> run();

private:
  // Missing is an instruction that stands for something missing: what becomes of it depends on
  // whether it is reached.
  struct Missing {
    std::size_t finding = 0;
    std::uint32_t program = 0;
    std::uint32_t insn = 0;  // in the function
    bool is_refused = false; // loading fails even if it is not reached
  };

  Result<void> struct_ops();
  Result<void> externs();
  Result<Finding> find_extern(std::uint32_t index, bool is_needed);
  Result<void> core_records();
  Result<void> core_record(CoreRelocation& relocation, const CoreRecord& record);
  Result<void> targets();
  Result<void> target(const Program& program);
  Result<void> uses();
  Result<void> uses_in(Program& program, const RelocationTargets& targets);
  [[nodiscard]] Result<Vector<Origin>> origins_of(const Code& code) const;

  Result<void> add(Finding finding);
  Result<void> settle(std::size_t index, Reached reached);
  Result<void> name_conditions();
  [[nodiscard]] bool is_poisoned(const CoreRecord& record) const {
    const bpf_insn& insn = loading_.changed_code[record.program][record.insn];
    return bpf::insn::is_call(insn) && insn.imm == co_re::kPoisonHelper;
  }

  Object& object_;
  Loading loading_;
  Fit fit_;
  Vector<Missing> missing_;
  Vector<std::size_t> open_;     // findings whose use depends on a condition
  std::size_t first_extern_ = 0; // findings of externs are in their order from here on
};

// add keeps a finding, with copies of its texts.
Result<void> Search::add(Finding finding) {
  for (const auto member : {&Finding::what, &Finding::why, &Finding::program}) {
    const auto kept = fit_.memory.text(finding.*member);
    if (!kept)
      return no_memory(loading_.subject, "what was found");
    finding.*member = *kept;
  }
  if (!fit_.findings.append(finding))
    return no_memory(loading_.subject, "what was found");
  return {};
}

// settle says that an instruction that stands for something missing is reached, or not.
Result<void> Search::settle(std::size_t index, Reached reached) {
  const Answer answer = reached == Reached::always      ? Answer::missing
                        : reached == Reached::if_so_set ? Answer::undecided
                                                        : Answer::guarded;
  Finding& finding = fit_.findings[index];
  if (answer <= finding.answer)
    return {};
  finding.answer = answer;
  return answer == Answer::undecided ? open_.append(index) : Result<void>();
}

Result<void> Search::struct_ops() {
  const auto maps = object_.maps();
  const auto map = std::find_if(maps.begin(), maps.end(),
                                [](const Map& each) { return each.is_wanted_struct_ops(); });
  if (map == maps.end())
    return {};
  Finding finding;
  finding.about = "struct_ops";
  finding.what = map->name();
  if (object_.parsed().order != kNativeOrder) {
    finding.answer = Answer::undecided;
    finding.why = "its values are of the other byte order than this machine's";
  } else if (const auto done = lay_out_struct_ops(loading_); !done) {
    if (done.error() == Errno(ENOMEM))
      return done;
    finding.answer = Answer::missing;
    finding.why = "this kernel has no such struct, or not with these members";
  }
  return add(finding);
}

Result<Finding> Search::find_extern(std::uint32_t index, bool is_needed) {
  const Extern& external = object_.parsed().externs[index];
  constexpr std::string_view kOfKernel = "CONFIG_";
  Finding finding;
  finding.what = external.kernel_name.empty() ? external.name : external.kernel_name;
  switch (external.kind) {
  case Extern::Kind::kconfig:
    finding.about = "kconfig";
    // What the library knows itself is always there.
    if (!external.is_weak && external.name.starts_with(kOfKernel)) {
      finding.answer = Answer::undecided;
      finding.why = "how a kernel is configured is not in its types";
    }
    return finding;
  case Extern::Kind::untyped_symbol:
    finding.about = "symbol";
    if (is_needed) {
      finding.answer = Answer::undecided;
      finding.why = "symbols without a type are not in a kernel's types";
    }
    return finding;
  case Extern::Kind::typed_symbol:
  case Extern::Kind::function:
    break;
  }
  const bool is_function = external.kind == Extern::Kind::function;
  finding.about = is_function ? "function" : "variable";
  const auto found = resolve_by_types(loading_, index, is_needed);
  if (!found && found.error() == Errno(ENOMEM))
    return found.error();
  if (loading_.externs[index].is_set)
    return finding;
  // A weak one that is missing reads as 0; calls of a function are looked at below.
  finding.answer = found ? Answer::guarded : Answer::missing;
  finding.why = !found && found.error() != Errno(ESRCH) ? "this kernel has it with another type"
                : is_function                           ? "no such function"
                                                        : "no such variable";
  return finding;
}

Result<void> Search::externs() {
  const auto count = object_.parsed().externs.size();
  const auto needed = needed_externs(loading_);
  if (!needed)
    return needed.error();
  if (!loading_.externs.append_default(count))
    return no_memory(loading_.subject, "its externs");
  first_extern_ = fit_.findings.size();
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto finding = find_extern(index, (*needed)[index]);
    if (!finding)
      return finding.error();
    if (const auto added = add(*finding); !added)
      return added;
  }
  return {};
}

Result<void> Search::core_record(CoreRelocation& relocation, const CoreRecord& record) {
  const ParsedProgram& program = object_.parsed().programs[record.program];
  Finding finding;
  finding.program = program.name;
  const auto resolved = relocation.carry_out(record);
  Text why;
  if (!resolved) {
    if (resolved.error() == Errno(ENOMEM))
      return resolved.error();
    why.add("its CO-RE record of instruction %u cannot be carried out, error %d", record.insn,
            resolved.error().value());
    finding.answer = Answer::missing;
    finding.about = "record";
    finding.why = why.view();
    // A subprogram matters only if a program that is loaded contains it.
    if (program.is_subprogram) {
      finding.answer = Answer::guarded;
      if (!missing_.append({fit_.findings.size(), record.program, record.insn, true}))
        return no_memory(loading_.subject, "its CO-RE records");
    }
    return add(finding);
  }
  finding.about = co_re::line_of(resolved->kind).name;
  co_re::Lack lack;
  if (resolved->found) {
    lack.what = co_re::text_of(resolved->local);
    if (is_poisoned(record))
      lack.why.add("no load or store can read it as this kernel has it");
  } else {
    const auto candidates = relocation.candidates(record.type_id);
    if (!candidates)
      return candidates.error();
    lack = co_re::lack_of(resolved->local, resolved->kind, *candidates);
  }
  finding.what = lack.what.view();
  if (is_poisoned(record)) {
    if (!missing_.append({fit_.findings.size(), record.program, record.insn}))
      return no_memory(loading_.subject, "its CO-RE records");
    // Until it is known whether it is reached. What no program calls that is loaded is not.
    finding.answer = Answer::guarded;
    finding.why = lack.why.view();
  }
  return add(finding);
}

Result<void> Search::core_records() {
  const Parsed& parsed = object_.parsed();
  if (const auto begun = loading_.begin_code(); !begun)
    return begun;
  if (parsed.core_records.empty())
    return {};
  CoreRelocation relocation(loading_, kernel_targets(loading_));
  if (const auto expected = relocation.expect_types(); !expected)
    return expected;
  for (const CoreRecord& record : parsed.core_records)
    if (loading_.is_wanted(record.program))
      if (const auto done = core_record(relocation, record); !done)
        return done;
  return {};
}

Result<void> Search::target(const Program& program) {
  const SectionKind* const kind = program.kind();
  const bool has_target = kind != nullptr && (kind->flags & kBtfTarget) != 0;
  if (!program.plan().autoload || !has_target)
    return {};
  const Subject subject(loading_.subject, "prog", program.parsed().name);
  const char* const slash = std::strchr(program.section(), '/');
  Finding finding;
  finding.about = "target";
  finding.program = program.parsed().name;
  if (slash == nullptr || program.plan().type == BPF_PROG_TYPE_EXT) {
    finding.answer = Answer::undecided;
    finding.what = program.section();
    finding.why = "what it attaches to is set before loading";
    return add(finding);
  }
  const LookedUp looked = looked_up(program.plan().attach_type);
  Text what;
  what.add("%s%s", looked.prefix, slash + 1);
  finding.what = what.view();
  const auto found = find_kernel_target(loading_, program.plan().attach_type, slash + 1, subject);
  if (!found && found.error() == Errno(ENOMEM))
    return found.error();
  if (!found) {
    finding.answer = Answer::missing;
    finding.why = looked.kind == btf::kTypedef ? "no such tracepoint" : "no such function";
  }
  return add(finding);
}

Result<void> Search::targets() {
  for (const Program& program : object_.programs())
    if (const auto done = target(program); !done)
      return done;
  return {};
}

// origins_of says which instructions load what is open until loading.
Result<Vector<Origin>> Search::origins_of(const Code& code) const {
  const Parsed& parsed = object_.parsed();
  Vector<Origin> origins;
  if (!origins.append_default(code.insns.size()))
    return Errno(ENOMEM);
  for (const Reference& reference : code.references) {
    Origin& origin = origins[reference.insn];
    if (reference.to == RefersTo::data && parsed.maps[reference.index].kind == MapKind::rodata)
      origin = Origin::of_constants;
    if (reference.to != RefersTo::external)
      continue;
    const Extern::Kind kind = parsed.externs[reference.index].kind;
    if (kind == Extern::Kind::kconfig)
      origin = Origin::of_constants;
    else if (kind == Extern::Kind::untyped_symbol)
      origin = Origin::of_symbol;
  }
  return origins;
}

Result<void> Search::uses_in(Program& program, const RelocationTargets& targets) {
  const Subject subject(loading_.subject, "prog", program.parsed().name);
  Code& code = *program.code();
  if (const auto done = relocate(code, object_.parsed(), targets, subject); !done)
    return done;
  const auto origins = origins_of(code);
  if (!origins)
    return no_memory(subject, "its instructions");
  const auto reached = find_reachable(code, {origins->begin(), origins->size()});
  if (!reached)
    return no_memory(subject, "its instructions");
  for (const Code::Part& part : code.parts)
    for (const Missing& missing : missing_)
      if (missing.program == part.program)
        if (const auto settled =
                settle(missing.finding, missing.is_refused ? Reached::always
                                                           : (*reached)[part.begin + missing.insn]);
            !settled)
          return no_memory(subject, "what was found");
  for (const Reference& reference : code.references)
    if (reference.to == RefersTo::external && reference.is_call &&
        !loading_.externs[reference.index].is_set)
      if (const auto settled = settle(first_extern_ + reference.index, (*reached)[reference.insn]);
          !settled)
        return no_memory(subject, "what was found");
  return {};
}

// uses looks at whether instructions that stand for something missing are reached.
Result<void> Search::uses() {
  if (const auto composed = compose_programs(loading_); !composed)
    return composed;
  for (int index = 0; index < static_cast<int>(object_.maps().size()); ++index)
    if (!loading_.maps.append({true, index}))
      return no_memory(loading_.subject, "its maps");
  RelocationTargets targets;
  targets.maps = {loading_.maps.begin(), loading_.maps.size()};
  targets.externs = {loading_.externs.begin(), loading_.externs.size()};
  targets.jump_table = [](void*, const Code&, std::uint32_t, const Reference&) {
    return Result<int>(0);
  };
  for (Program& program : object_.programs())
    if (program.code() != nullptr)
      if (const auto done = uses_in(program, targets); !done)
        return done;
  return name_conditions();
}

// name_conditions says of each use that depends on a condition that it does.
Result<void> Search::name_conditions() {
  for (const std::size_t index : open_) {
    Finding& finding = fit_.findings[index];
    if (finding.answer != Answer::undecided)
      continue; // another use of it is missing
    Text why;
    why.add("%.*s; whether it is used depends on what is set before loading",
            static_cast<int>(finding.why.size()), finding.why.data());
    const auto kept = fit_.memory.text(why.view());
    if (!kept)
      return no_memory(loading_.subject, "what was found");
    finding.why = *kept;
  }
  return {};
}

Result<Fit> Search::run() {
  for (const auto step : {&Search::struct_ops, &Search::externs, &Search::core_records,
                          &Search::targets, &Search::uses})
    if (const auto done = (this->*step)(); !done)
      return done.error();
  return std::move(fit_);
}

} // namespace

Result<Fit> find_fit(std::span<const std::byte> file, std::string_view name, KernelTypes types) {
  const auto object = Object::open(ByteSource(file), name, {});
  if (!object)
    return object.error();
  return Search(**object, std::move(types)).run();
}

} // namespace ringside::object
