// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Spec: names without flavors, and following an access string.
#include "co_re/spec.hpp"

#include <cerrno>
#include <cinttypes>
#include <optional>

#include "base/scan.hpp"
#include "btf/sizes.hpp"
#include "btf/strip.hpp"

namespace ringside::co_re {
namespace {

// next_number removes "12" or ":12" from the front of an access string. Nothing if it begins with
// neither.
std::optional<std::uint32_t> next_number(std::string_view& access, bool first) {
  if (!first && !take_text(access, ":"))
    return {};
  const auto number = take_number(access, 10, INT32_MAX);
  if (!number)
    return {};
  return static_cast<std::uint32_t>(*number);
}

Errno bad_access(const Subject& subject, const char* access, const char* why) {
  return fail(subject, Errno(EINVAL), "the access string '%s' %s: the object is damaged", access,
              why);
}

Result<void> parse_enumerator(Spec& spec, std::string_view rest, const char* access,
                              const Subject& subject) {
  const std::uint32_t id = btf::strip(*spec.btf, spec.root);
  const btf::Type type = spec.btf->type(id);
  const auto index = next_number(rest, true);
  if (!type.is_enum() || !index || !rest.empty() || *index >= type.elements())
    return bad_access(subject, access, "names no enumerator of its type");
  return spec.add_step({id, *index, spec.btf->string(type.enumerator(*index).name)});
}

// enter_member and enter_element go one number further, from the type `id` to the one returned.
Result<std::uint32_t> enter_member(Spec& spec, std::uint32_t id, std::uint32_t index) {
  const btf::Type type = spec.btf->type(id);
  if (index >= type.elements())
    return Errno(EINVAL);
  const btf::Member member = type.member(index);
  spec.bit_offset += member.bit_offset;
  const char* const name = spec.btf->string(member.name);
  if (name != nullptr && name[0] != '\0') {
    if (const auto added = spec.add_step({id, index, name}); !added)
      return added.error();
  } else if (++spec.depth > Spec::kMaxDepth) {
    return Errno(E2BIG);
  }
  return member.type;
}

Result<std::uint32_t> enter_element(Spec& spec, btf::Type array, std::uint32_t index) {
  const btf::Dimension dimension = array.array();
  if (index >= dimension.count && !is_flexible(spec, array))
    return Errno(EINVAL);
  const auto size = btf::resolve_size(*spec.btf, dimension.element);
  if (!size)
    return size.error();
  spec.bit_offset += std::uint64_t{index} * static_cast<std::uint64_t>(*size) * kBitsPerByte;
  if (const auto added = spec.add_step({dimension.element, index, nullptr}); !added)
    return added.error();
  return dimension.element;
}

Result<void> parse_field(Spec& spec, std::string_view rest, const char* access,
                         const Subject& subject) {
  const auto first = next_number(rest, true);
  const auto size = btf::resolve_size(*spec.btf, spec.root);
  if (!first || (!size && *first != 0))
    return bad_access(subject, access, "does not begin with an index of its type");
  if (*first != 0)
    spec.bit_offset = std::uint64_t{*first} * static_cast<std::uint64_t>(*size) * kBitsPerByte;
  if (const auto added = spec.add_step({spec.root, *first, nullptr}); !added)
    return added;

  std::uint32_t id = spec.root;
  while (!rest.empty()) {
    const auto index = next_number(rest, false);
    if (!index)
      return bad_access(subject, access, "has something else than numbers");
    id = btf::strip(*spec.btf, id);
    const btf::Type type = spec.btf->type(id);
    if (!type.is_composite() && !type.is(btf::kArray))
      return bad_access(subject, access, "goes into a type without members");
    const auto next =
        type.is_composite() ? enter_member(spec, id, *index) : enter_element(spec, type, *index);
    if (!next)
      return bad_access(subject, access, "goes past the end of a type");
    id = *next;
  }
  return {};
}

} // namespace

std::string_view plain_name(std::string_view name) {
  constexpr std::string_view kSeparator = "___";
  // Find the last three underscores between two other characters.
  for (std::size_t at = name.rfind(kSeparator); at != std::string_view::npos && at > 0;
       at = name.rfind(kSeparator, at - 1)) {
    const std::size_t end = at + kSeparator.size();
    if (end < name.size() && name[at - 1] != '_' && name[end] != '_')
      return name.substr(0, at);
  }
  return name;
}

Result<void> Spec::add_step(const Step& step) {
  if (count == kMaxDepth || ++depth > kMaxDepth)
    return Errno(E2BIG);
  steps[count++] = step;
  return {};
}

bool is_flexible(const Spec& spec, btf::Type array) {
  const Step& step = spec.last();
  return array.array().count == 0 && step.name != nullptr &&
         step.index + 1 == spec.btf->type(step.type).elements();
}

Result<Spec> parse_spec(const btf::Btf& btf, std::uint32_t root, const char* access, Kind kind,
                        const Subject& subject) {
  Spec spec;
  spec.btf = &btf;
  spec.root = root;
  Result<void> parsed;
  switch (line_of(kind).about) {
  case About::type:
    if (std::string_view(access) != "0")
      return bad_access(subject, access, "is not 0, though the record is about a type as a whole");
    break;
  case About::enumerator:
    parsed = parse_enumerator(spec, access, access, subject);
    break;
  case About::field:
    parsed = parse_field(spec, access, access, subject);
    break;
  }
  if (!parsed)
    return Errno(EINVAL);
  return spec;
}

Text text_of(const Spec& spec) {
  Text text;
  const std::string_view root = plain_name(spec.btf->name(spec.btf->type(spec.root)));
  text.add("%.*s", static_cast<int>(root.size()), root.data());
  for (std::uint32_t at = 0; at < spec.count; ++at) {
    const Step& step = spec.steps[at];
    if (step.name != nullptr)
      text.add(".%s", step.name);
    else if (at > 0 || step.index > 0)
      text.add("[%" PRIu32 "]", step.index);
  }
  return text;
}

} // namespace ringside::co_re
