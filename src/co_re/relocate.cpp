// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocation: compare the candidates, and decide what the instruction becomes.
#include "co_re/relocate.hpp"

#include <cerrno>
#include <cinttypes>
#include <iterator>

namespace ringside::co_re {
namespace {

// same_answer is whether a later candidate gives the same answer as the first one.
bool same_answer(Kind kind, const Spec& spec, const Value& value, const Spec& other_spec,
                 const Value& other) {
  const bool is_field = line_of(kind).about == About::field;
  return value.number == other.number && (!is_field || spec.bit_offset == other_spec.bit_offset);
}

bool is_wide_enumerator(const Spec& local) {
  return local.btf->type(local.last().type).size() == sizeof(std::uint64_t);
}

// way_to_choose says how a program names one of several types of the target. A record that only one
// of them matches decides for the records behind it.
const char* way_to_choose(btf::Type root) {
  switch (root.kind()) {
  case btf::kStruct:
  case btf::kUnion:
    return "ask earlier in the program, by bpf_core_field_exists, for a member that only the right "
           "one has";
  case btf::kEnum:
  case btf::kEnum64:
    return "ask earlier in the program, by bpf_core_enum_value_exists, for an enumerator that only "
           "the right one has";
  default:
    return "a program cannot say which of them it means";
  }
}

// adjust_access says what a load or store of the field becomes, where the sizes differ.
void adjust_access(Change& change, const Value& local, const Value& target) {
  if (!local.has_access || !target.has_access || local.access.bytes == target.access.bytes)
    return;
  using Form = Access::Form;
  if (local.access.form != target.access.form || local.access.form == Form::other) {
    change.poison_access = true;
    return;
  }
  change.old_access_bytes = local.access.bytes;
  change.access_bytes = target.access.bytes;
}

} // namespace

Result<bool> Relocation::match(const Spec& local, Kind kind, TypeRef candidate, Match& match,
                               const Subject& subject) const {
  match.candidate = candidate;
  if (line_of(kind).about == About::type) {
    const TypeRef root{local.btf, local.root};
    const auto same = kind == Kind::type_matches ? types_match(root, candidate, subject)
                                                 : types_compatible(root, candidate, subject);
    if (!same || !*same)
      return same;
    match.spec.btf = candidate.btf;
    match.spec.root = candidate.id;
  } else {
    const auto spec = match_spec(local, candidate);
    if (!spec)
      return fail(subject, spec.error(), "comparing with type [%" PRIu32 "] of %s failed",
                  candidate.id, candidates_.name_of(candidate.btf));
    if (spec->count == 0)
      return false;
    match.spec = *spec;
  }
  const auto value = value_of(match.spec, kind, order_, subject);
  if (!value)
    return value.error();
  match.value = *value;
  return true;
}

// answers_of lists the candidates that match, and what each would give. It ends with one that
// cannot be compared, which has a message of its own.
Text Relocation::answers_of(const Spec& local, Kind kind, std::span<const TypeRef> agreeing,
                            std::span<const TypeRef> others, const Subject& subject) const {
  constexpr std::uint32_t kMostListed = 8;
  Text answers;
  std::uint32_t count = 0;
  for (const auto part : {agreeing, others})
    for (const TypeRef candidate : part) {
      Match found;
      const auto matched = match(local, kind, candidate, found, subject);
      if (!matched)
        return answers;
      if (!*matched)
        continue;
      if (count++ == kMostListed) {
        answers.add(", and there are more");
        return answers;
      }
      answers.add("%s%s [%" PRIu32 "] of %s gives %" PRIu64, count == 1 ? "" : ", ",
                  candidate.btf->name(candidate.type()), candidate.id,
                  candidates_.name_of(candidate.btf), found.value.number);
      if (line_of(kind).about == About::field)
        answers.add(" at bit %" PRIu64, found.spec.bit_offset);
    }
  return answers;
}

Result<void> Relocation::ambiguous(const Spec& local, Kind kind, std::span<const TypeRef> agreeing,
                                   std::span<const TypeRef> others, const Subject& subject) const {
  const Text path = text_of(local);
  const Text answers = answers_of(local, kind, agreeing, others, subject);
  return fail(subject, Errno(EINVAL), "%s of '%.*s' is ambiguous: %.*s: %s", line_of(kind).name,
              static_cast<int>(path.view().size()), path.view().data(),
              static_cast<int>(answers.view().size()), answers.view().data(),
              way_to_choose(local_.type(btf::strip(local_, local.root))));
}

// find compares all candidates and leaves those that match.
Result<void> Relocation::find(Resolved& resolved, Match& best, const Subject& subject) {
  const Spec& local = resolved.local;
  if (local_.name(local_.type(local.root))[0] == '\0')
    return fail(subject, Errno(EINVAL), "type [%" PRIu32 "] has no name to look for", local.root);
  const auto list = candidates_.of(local.root);
  if (!list)
    return list.error();
  Vector<TypeRef>& candidates = **list;

  std::size_t matching = 0;
  for (const TypeRef& candidate : candidates) {
    Match next;
    const auto matched = match(local, resolved.kind, candidate, next, subject);
    if (!matched)
      return matched.error();
    if (!*matched)
      continue;
    if (matching == 0)
      best = next;
    else if (!same_answer(resolved.kind, best.spec, best.value, next.spec, next.value))
      return ambiguous(local, resolved.kind, {candidates.begin(), matching},
                       {&candidate, candidates.end()}, subject);
    candidates[matching++] = candidate;
  }
  resolved.found = matching != 0;
  if (resolved.found)
    candidates.truncate(matching);
  return {};
}

Result<std::span<const TypeRef>> Relocation::candidates(std::uint32_t id) {
  const auto list = candidates_.of(id);
  if (!list)
    return list.error();
  return std::span<const TypeRef>((*list)->begin(), (*list)->size());
}

Result<Resolved> Relocation::resolve(const Record& record, const Subject& subject) {
  if (record.kind >= std::size(kKinds))
    return fail(subject, Errno(EINVAL),
                "the record is of kind %" PRIu32
                ", which this library does not know: a newer one may",
                record.kind);
  Resolved resolved;
  resolved.kind = static_cast<Kind>(record.kind);
  const KindLine& line = line_of(resolved.kind);
  if (record.type_id == 0 || record.type_id >= local_.end_id())
    return fail(subject, Errno(EINVAL),
                "the record is about type [%" PRIu32 "], which the object does not have",
                record.type_id);
  auto local = parse_spec(local_, record.type_id, record.access, resolved.kind, subject);
  if (!local)
    return local.error();
  resolved.local = *local;

  Change& change = resolved.change;
  Value local_value;
  if (line.checked || resolved.kind == Kind::type_id_local) {
    const auto value = value_of(resolved.local, resolved.kind, order_, subject);
    if (!value)
      return value.error();
    local_value = *value;
    change.old_number = local_value.number;
    change.check_old = local_value.is_bitfield ? line.checked_in_bitfield : line.checked;
  }
  if (resolved.kind == Kind::type_id_local) {
    resolved.found = true;
    change.number = local_value.number;
    return resolved;
  }

  Match best;
  if (const auto found = find(resolved, best, subject); !found)
    return found.error();
  if (!resolved.found) {
    change.poison = !line.zero_if_missing;
    return resolved;
  }
  change.number = best.value.number;
  change.is_enumerator = line.about == About::enumerator;
  change.is_wide_enumerator = change.is_enumerator && is_wide_enumerator(resolved.local);
  adjust_access(change, local_value, best.value);
  return resolved;
}

} // namespace ringside::co_re
