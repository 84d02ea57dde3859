// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attaching by the name of the section: a function for each kind reads what stands behind the first
// slash.
#include "object/attaching.hpp"

#include <cerrno>
#include <string_view>

#include "attach/event.hpp"
#include "attach/hook.hpp"
#include "attach/kprobe.hpp"
#include "attach/tracing_multi.hpp"
#include "attach/uprobe.hpp"
#include "base/scan.hpp"
#include "base/text.hpp"
#include "bpf/new_uapi.hpp"
#include "object/attach_names.hpp"
#include "object/usdt_maps.hpp"

namespace ringside::object {
namespace {

using attach::Link;

// Told is the name of a section, in parts.
struct Told {
  const attach::Program& program;
  const char* section;
  std::string_view kind;   // before the first slash
  std::string_view target; // behind it

  [[nodiscard]] const Subject& subject() const { return program.subject; }
};

Errno misspelled(const Told& told, const char* form) {
  return fail(told.subject(), Errno(EINVAL), "its section '%s' is not of the form '%.*s/%s'",
              told.section, static_cast<int>(told.kind.size()), told.kind.data(), form);
}

void warn_of_rest(const Told& told, std::string_view rest) {
  if (!rest.empty())
    say(LogLevel::warn, told.subject(), "'%.*s' at the end of its section '%s' means nothing",
        static_cast<int>(rest.size()), rest.data(), told.section);
}

Errno no_copy(const Told& told) {
  return no_memory(told.subject(), "the name of what it is attached to");
}

Errno offset_on_return(const Told& told) {
  return fail(told.subject(), Errno(EINVAL),
              "its section '%s' has an offset, which a probe on return cannot have", told.section);
}

Result<Owned<Link>> by_kprobe(const Told& told) {
  const bool at_return = told.kind.starts_with("kretprobe");
  const KernelPlace place = parse_kernel_place(told.target);
  if (place.function.empty() || place.is_offset_wrong)
    return misspelled(told, "FUNCTION[+OFFSET]");
  const auto function = copy_of(place.function);
  if (!function)
    return no_copy(told);
  if (at_return && place.offset != 0)
    return offset_on_return(told);
  warn_of_rest(told, place.rest);
  return attach::attach_kprobe(
      told.program, {.function = function->data(), .offset = place.offset, .at_return = at_return});
}

Result<Owned<Link>> by_kprobe_multi(const Told& told) {
  const KernelPlace place = parse_pattern(told.target);
  if (place.function.empty())
    return misspelled(told, "PATTERN");
  const auto pattern = copy_of(place.function);
  if (!pattern)
    return no_copy(told);
  warn_of_rest(told, place.rest);
  return attach::attach_kprobe_multi(told.program,
                                     {.pattern = pattern->data(),
                                      .at_return = told.kind.starts_with("kretprobe"),
                                      .session = told.kind.starts_with("kprobe.session")});
}

Result<Owned<Link>> by_system_call(const Told& told) {
  const auto name = copy_of(told.target);
  if (!name)
    return no_copy(told);
  return attach::attach_system_call(told.program, name->data(),
                                    told.kind.starts_with("kretsyscall"), 0);
}

// names_nothing is whether a section has a slash but nothing behind it, or no path there. Such a
// section says as little as one without a slash.
bool names_nothing(std::string_view target) {
  return target.empty() || target.starts_with(':');
}

Result<Owned<Link>> by_uprobe(const Told& told) {
  if (names_nothing(told.target))
    return Owned<Link>();
  const auto place = parse_user_place(told.target);
  if (!place || place->function.empty())
    return misspelled(told, "PATH:FUNCTION[+OFFSET]");
  const bool at_return = told.kind.starts_with("uretprobe");
  if (at_return && place->offset != 0)
    return offset_on_return(told);
  const auto path = copy_of(place->path);
  const auto name = copy_of(place->function);
  if (!path || !name)
    return no_copy(told);
  return attach::attach_uprobe(told.program, {.path = path->data(),
                                              .function = name->data(),
                                              .offset = place->offset,
                                              .at_return = at_return});
}

Result<Owned<Link>> by_uprobe_multi(const Told& told) {
  if (names_nothing(told.target))
    return Owned<Link>();
  const auto place = parse_user_pattern(told.target);
  if (!place || place->function.empty())
    return misspelled(told, "PATH:PATTERN");
  const auto path = copy_of(place->path);
  const auto pattern = copy_of(place->function);
  if (!path || !pattern)
    return no_copy(told);
  return attach::attach_uprobe_multi(told.program,
                                     {.path = path->data(),
                                      .pattern = pattern->data(),
                                      .at_return = told.kind.starts_with("uretprobe"),
                                      .session = told.kind.starts_with("uprobe.session")});
}

Result<Owned<Link>> by_usdt(const Program& program, const Told& told) {
  std::string_view rest = told.target;
  const auto path = copy_of(take_until(rest, ':'));
  const auto provider = copy_of(take_until(rest, ':'));
  const auto name = copy_of(take_until(rest, ':'));
  if (!path || !provider || !name)
    return no_copy(told);
  if (path->size() == 1 || provider->size() == 1 || name->size() == 1)
    return misspelled(told, "PATH:PROVIDER:NAME");
  return attach_usdt(program, {.path = path->data(), .probe = {provider->data(), name->data()}});
}

Result<Owned<Link>> by_tracepoint(const Told& told) {
  std::string_view rest = told.target;
  if (rest.find('/') == std::string_view::npos)
    return misspelled(told, "CATEGORY/NAME");
  const auto category = copy_of(take_until(rest, '/'));
  const auto name = copy_of(rest);
  if (!category || !name)
    return no_copy(told);
  return attach::attach_tracepoint(told.program, category->data(), name->data(), 0);
}

Result<Owned<Link>> by_raw_tracepoint(const Told& told) {
  if (told.target.empty())
    return misspelled(told, "NAME");
  const auto name = copy_of(told.target);
  if (!name)
    return no_copy(told);
  return attach::attach_raw_tracepoint(told.program, name->data(), 0);
}

Result<Owned<Link>> by_tracing_multi(const Told& told) {
  const KernelPlace place = parse_pattern(told.target);
  if (place.function.empty())
    return misspelled(told, "[MODULE:]PATTERN");
  const auto pattern = copy_of(place.function);
  if (!pattern)
    return no_copy(told);
  warn_of_rest(told, place.rest);
  return attach::attach_tracing_multi(told.program, {.pattern = pattern->data()});
}

Result<Owned<Link>> attach_as_told(const Program& program, const SectionKind& kind) {
  const Attachable attachable(program);
  const std::string_view section = program.section();
  const std::size_t slash = section.find('/');
  const bool is_bare = slash == std::string_view::npos;
  const Told told{attachable.program(), program.section(), section.substr(0, slash),
                  is_bare ? std::string_view() : behind(section, slash + 1)};
  // These have got their target when they were loaded.
  if (kind.automatic == Auto::btf_target)
    return attach::attach_tracing(told.program, 0);
  if (kind.automatic == Auto::iterator)
    return attach::attach_iterator(told.program, nullptr, 0);
  if (is_bare)
    return Owned<Link>();
  switch (kind.automatic) {
  case Auto::kprobe:
    return by_kprobe(told);
  case Auto::kprobe_multi:
  case Auto::kprobe_session:
    return by_kprobe_multi(told);
  case Auto::system_call:
    return by_system_call(told);
  case Auto::uprobe:
    return by_uprobe(told);
  case Auto::uprobe_multi:
    return by_uprobe_multi(told);
  case Auto::usdt:
    return by_usdt(program, told);
  case Auto::tracepoint:
    return by_tracepoint(told);
  case Auto::raw_tracepoint:
    return by_raw_tracepoint(told);
  case Auto::tracing_multi:
    return by_tracing_multi(told);
  case Auto::none:
  case Auto::btf_target:
  case Auto::iterator:
    break;
  }
  return Owned<Link>();
}

bool by_link(const Map& map) {
  return (map.plan().flags & bpf::kFlagLink) != 0;
}

Result<void> must_be_registrable(const Map& map, const Subject& subject) {
  if (!map.is_struct_ops())
    return fail(subject, Errno(EINVAL), "it cannot be attached: it is no struct_ops map");
  if (map.fd() < 0)
    return fail(subject, Errno(EINVAL),
                "it cannot be attached before it is made: load its object, with the map's "
                "autocreate on");
  return {};
}

} // namespace

Attachable::Attachable(const Program& program)
    : object_(program.object().subject()), program_{
                                               .subject = Subject(object_, "prog", program.name()),
                                               .fd = program.fd(),
                                               .type = program.plan().type,
                                               .attach_type = program.plan().attach_type,
                                               .of_module = program.plan().attach_btf_fd != 0} {}

bool can_attach(const Program& program) {
  if (program.handler() != nullptr)
    return program.handler()->attach != nullptr;
  return program.kind() != nullptr && program.kind()->automatic != Auto::none;
}

Result<Owned<Link>> attach_by_section(const Program& program) {
  if (!can_attach(program))
    return Owned<Link>();
  if (const Handler* const handler = program.handler())
    return handler->calls->attach(*handler, program);
  return attach_as_told(program, *program.kind());
}

Result<Owned<Link>> attach_map(const Map& map) {
  const Subject object = map.object().subject();
  const Subject subject(object, "map", map.name());
  if (const auto fits = must_be_registrable(map, subject); !fits)
    return fits.error();
  return attach::attach_struct_ops(map.fd(), map.ops().value.data(), by_link(map), subject);
}

Result<void> update_map(Link& link, const Map& map) {
  const Subject object = map.object().subject();
  const Subject subject(object, "map", map.name());
  if (const auto fits = must_be_registrable(map, subject); !fits)
    return fits;
  if (link.kind() != attach::LinkKind::struct_ops)
    return fail(subject, Errno(EINVAL),
                "it cannot take the place of a map that is not attached by a link: its section "
                "must be '.struct_ops.link', and the link one of bpf_map__attach_struct_ops");
  if (const auto written =
          attach::register_struct_ops(map.fd(), map.ops().value.data(), by_link(map), subject);
      !written)
    return written;
  return link.update(map.fd());
}

} // namespace ringside::object
