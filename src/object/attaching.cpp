// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attaching by the name of the section: what stands behind the first slash, kind by kind.
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
#include "object/usdt_maps.hpp"

namespace ringside::object {
namespace {

using attach::Link;

constexpr std::string_view kNames =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

// Told is what the name of a section says of what the program is attached to.
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

// take_run removes characters that are letters, digits, '_' or of `more`.
std::string_view take_run(std::string_view& text, std::string_view more) {
  std::size_t size = 0;
  while (size < text.size() && (kNames.find(text[size]) != std::string_view::npos ||
                                more.find(text[size]) != std::string_view::npos))
    ++size;
  const std::string_view run = text.substr(0, size);
  text.remove_prefix(size);
  return run;
}

// take_offset removes a number as C writes it: decimal, octal behind a 0, hexadecimal behind 0x.
std::optional<std::uint64_t> take_offset(std::string_view& text) {
  constexpr unsigned kOctal = 8;
  constexpr unsigned kHexadecimal = 16;
  std::string_view rest = text;
  if (take_text(rest, "0x") || take_text(rest, "0X")) {
    if (const auto number = take_number(rest, kHexadecimal)) {
      text = rest;
      return number;
    }
    rest = text;
  }
  return take_number(text, rest.starts_with('0') ? kOctal : 10);
}

void warn_of_rest(const Told& told, std::string_view rest) {
  if (!rest.empty())
    say(LogLevel::warn, told.subject(), "'%.*s' at the end of its section '%s' means nothing",
        static_cast<int>(rest.size()), rest.data(), told.section);
}

Errno no_copy(const Told& told) {
  return no_memory(told.subject(), "the name of what it is attached to");
}

Result<Owned<Link>> by_kprobe(const Told& told) {
  constexpr const char* kForm = "FUNCTION[+OFFSET]";
  const bool at_return = told.kind.starts_with("kretprobe");
  std::string_view rest = told.target;
  const auto function = copy_of(take_run(rest, ".:"));
  if (!function)
    return no_copy(told);
  if (function->size() == 1)
    return misspelled(told, kForm);
  std::uint64_t offset = 0;
  if (take_text(rest, "+")) {
    if (rest.starts_with('-'))
      return misspelled(told, kForm);
    if (const auto number = take_offset(rest))
      offset = *number;
  }
  if (at_return && offset != 0)
    return fail(told.subject(), Errno(EINVAL),
                "its section '%s' has an offset, which a probe on return cannot have",
                told.section);
  warn_of_rest(told, rest);
  return attach::attach_kprobe(
      told.program, {.function = function->data(), .offset = offset, .at_return = at_return});
}

Result<Owned<Link>> by_kprobe_multi(const Told& told) {
  std::string_view rest = told.target;
  const auto pattern = copy_of(take_run(rest, ".:*?"));
  if (!pattern)
    return no_copy(told);
  if (pattern->size() == 1)
    return misspelled(told, "PATTERN");
  warn_of_rest(told, rest);
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

Result<Owned<Link>> by_uprobe(const Told& told) {
  constexpr const char* kForm = "PATH:FUNCTION[+OFFSET]";
  if (told.target.empty())
    return Owned<Link>();
  std::string_view function = told.target;
  if (function.find(':') == std::string_view::npos)
    return misspelled(told, kForm);
  const auto path = copy_of(take_until(function, ':'));
  std::uint64_t offset = 0;
  // A '+' may be a part of the function's name.
  if (const std::size_t plus = function.rfind('+'); plus != std::string_view::npos) {
    std::string_view rest = behind(function, plus + 1);
    if (const auto number = take_offset(rest); number && rest.empty()) {
      offset = *number;
      function = function.substr(0, plus);
    }
  }
  const bool at_return = told.kind.starts_with("uretprobe");
  if (at_return && offset != 0)
    return fail(told.subject(), Errno(EINVAL),
                "its section '%s' has an offset, which a probe on return cannot have",
                told.section);
  const auto name = copy_of(function);
  if (!path || !name)
    return no_copy(told);
  return attach::attach_uprobe(
      told.program,
      {.path = path->data(), .function = name->data(), .offset = offset, .at_return = at_return});
}

Result<Owned<Link>> by_uprobe_multi(const Told& told) {
  if (told.target.empty())
    return Owned<Link>();
  std::string_view rest = told.target;
  if (rest.find(':') == std::string_view::npos)
    return misspelled(told, "PATH:PATTERN");
  const auto path = copy_of(take_until(rest, ':'));
  const auto pattern = copy_of(rest);
  if (!path || !pattern)
    return no_copy(told);
  return attach::attach_uprobe_multi(told.program,
                                     {.path = path->data(),
                                      .pattern = pattern->data(),
                                      .at_return = told.kind.starts_with("uretprobe"),
                                      .session = told.kind.starts_with("uprobe.session")});
}

Result<Owned<Link>> by_usdt(Program& program, const Told& told) {
  std::string_view rest = told.target;
  const auto path = copy_of(take_until(rest, ':'));
  const auto provider = copy_of(take_until(rest, ':'));
  const auto name = copy_of(take_until(rest, ':'));
  if (!path || !provider || !name)
    return no_copy(told);
  if (path->size() == 1 || provider->size() == 1 || name->size() == 1)
    return misspelled(told, "PATH:PROVIDER:NAME");
  return attach_usdt(program,
                     {.path = path->data(), .provider = provider->data(), .name = name->data()});
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
  std::string_view rest = told.target;
  const auto pattern = copy_of(take_run(rest, ".:*?"));
  if (!pattern)
    return no_copy(told);
  if (pattern->size() == 1)
    return misspelled(told, "[MODULE:]PATTERN");
  warn_of_rest(told, rest);
  return attach::attach_tracing_multi(told.program, {.pattern = pattern->data()});
}

Result<Owned<Link>> attach_as_told(Program& program, const SectionKind& kind) {
  const Attachable attachable(program);
  const std::string_view section = program.section();
  const std::size_t slash = section.find('/');
  const bool is_bare = slash == std::string_view::npos;
  const Told told{attachable.program(), program.section(), section.substr(0, slash),
                  is_bare ? std::string_view() : behind(section, slash + 1)};
  // These have their target since they were loaded.
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

Result<Owned<Link>> attach_by_section(Program& program) {
  if (!can_attach(program))
    return Owned<Link>();
  if (const Handler* const handler = program.handler())
    return handler->calls->attach(*handler, program);
  return attach_as_told(program, *program.kind());
}

Result<Owned<Link>> attach_map(Map& map) {
  const Subject object = map.object().subject();
  const Subject subject(object, "map", map.name());
  if (const auto fits = must_be_registrable(map, subject); !fits)
    return fits.error();
  return attach::attach_struct_ops(map.fd(), map.ops().value.data(), by_link(map), subject);
}

Result<void> update_map(Link& link, Map& map) {
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
