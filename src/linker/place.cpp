// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Where the sections of an input lie in the output. Those of one name are put together.
#include <algorithm>
#include <cerrno>

#include "linker/add.hpp"

namespace ringside::linker {
namespace {

constexpr std::uint64_t aligned(std::uint64_t offset, std::uint64_t alignment) {
  return (offset + alignment - 1) & ~(alignment - 1);
}

Errno no_memory_for(const Adding& adding) {
  return no_memory(adding.input().subject(), "the sections of the output");
}

// become_real gives a shell, or what was just added, the section's properties.
void become_real(Adding& adding, OutputSection& section, const InputSection& from) {
  section.is_shell = false;
  section.first_input = adding.number();
  section.type = from.type;
  section.flags = from.flags;
  section.alignment = from.alignment;
  section.entry_size = from.entry_size;
  section.index = ++adding.state.indices;
}

Result<std::uint32_t> section_for(Adding& adding, const InputSection& from) {
  if (const auto found = adding.state.find_section(from.name))
    return *found;
  OutputSection added;
  added.name = from.name;
  added.first_input = adding.number();
  if (!adding.state.sections.append(added))
    return no_memory_for(adding);
  return static_cast<std::uint32_t>(adding.state.sections.size() - 1);
}

Result<void> check_alike(const Subject& subject, const OutputSection& section,
                         const InputSection& from) {
  if (section.type != from.type || section.flags != from.flags ||
      section.entry_size != from.entry_size)
    return fail(subject, Errno(EINVAL),
                "has type %u, flags 0x%llx and entries of %llu bytes, but an earlier file's type "
                "%u, flags 0x%llx and entries of %llu bytes: they cannot be one section",
                from.type, static_cast<unsigned long long>(from.flags),
                static_cast<unsigned long long>(from.entry_size), section.type,
                static_cast<unsigned long long>(section.flags),
                static_cast<unsigned long long>(section.entry_size));
  return {};
}

// kept is the bytes of a section that is there once, from the input that brought it.
std::span<const std::byte> kept(const Adding& adding, const OutputSection& section) {
  const Input& input = *adding.before[section.first_input].input;
  return input.sections()[*input.find_section(section.name)].content;
}

Result<void> place(Adding& adding, std::uint32_t index) {
  const InputSection& from = adding.input().sections()[index];
  const auto found = section_for(adding, from);
  if (!found)
    return found.error();
  OutputSection& section = adding.state.sections[*found];
  const Subject subject(adding.input().subject(), "section", from.name);
  section.has_datasec = section.has_datasec || from.has_datasec;
  Part& part = adding.placed.parts[index];
  if (from.use == Use::shell) {
    part = {*found, section.size};
    return {};
  }
  if (section.is_shell) {
    become_real(adding, section, from);
  } else {
    if (const auto alike = check_alike(subject, section, from); !alike)
      return alike;
    if (is_kept_once(from.name)) {
      if (!std::ranges::equal(kept(adding, section), from.content))
        return fail(subject, Errno(EINVAL), "differs from that of an earlier file");
      return {};
    }
  }
  section.alignment = std::max(section.alignment, from.alignment);
  part = {*found, aligned(section.size, section.alignment)};
  if (__builtin_add_overflow(part.offset, from.size, &section.size))
    return fail(subject, Errno(EINVAL), "is too large");
  return {};
}

} // namespace

bool is_kept_once(std::string_view section) {
  return section == "license" || section == "version";
}

Result<void> place_sections(Adding& adding) {
  const auto sections = adding.input().sections();
  if (!adding.placed.parts.append_default(sections.size()))
    return no_memory_for(adding);
  for (std::uint32_t index = 1; index < sections.size(); ++index)
    if (sections[index].use == Use::data || sections[index].use == Use::shell)
      if (const auto done = place(adding, index); !done)
        return done;
  return {};
}

Result<void> place_relocations(Adding& adding) {
  const auto sections = adding.input().sections();
  for (std::uint32_t index = 1; index < sections.size(); ++index) {
    const InputSection& from = sections[index];
    if (from.use != Use::relocations || adding.placed.parts[from.target].section == kNone)
      continue;
    const auto found = section_for(adding, from);
    if (!found)
      return found.error();
    OutputSection& section = adding.state.sections[*found];
    if (section.is_shell) {
      become_real(adding, section, from);
      section.is_relocations = true;
      section.target = adding.placed.parts[from.target].section;
    } else if (const auto alike = check_alike(
                   Subject(adding.input().subject(), "section", from.name), section, from);
               !alike) {
      return alike;
    }
    adding.placed.parts[index] = {*found, section.size};
    section.size += from.size;
  }
  return {};
}

} // namespace ringside::linker
