// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The second pass of a dump: the definitions that are due, and the forward declarations that they
// need.
#include "btf/dump/show.hpp"

#include <cinttypes>

#include "base/log.hpp"
#include "btf/dump/declare.hpp"

namespace ringside::btf {

namespace {

// Integers of gcc on arm64 that C does not know by their names.
struct Alias {
  std::string_view name;
  std::string_view meaning;
};
constexpr Alias kAliases[] = {
    {"__Poly8_t", "unsigned char"},
    {"__Poly16_t", "unsigned short"},
    {"__Poly64_t", "unsigned long long"},
    {"__Poly128_t", "unsigned __int128"},
};

} // namespace

Result<void> Show::show_int(std::uint32_t id, Type type) {
  state(id).is_printed = true;
  const std::string_view name = btf_.name(type);
  if (name.empty())
    return {};
  const auto number = dump_.names_.use(type.name(), name, NameSpace::tags);
  if (!number)
    return number.error();
  for (const Alias& alias : kAliases)
    if (*number == 1 && name == alias.name) {
      dump_.out_.text("typedef ", alias.meaning, " ", name);
      dump_.out_.end_line(";\n");
    }
  return {};
}

Result<void> Show::define_typedef(std::uint32_t id, Type type) {
  dump_.out_.text("typedef ");
  if (type.target() == 0 && std::strcmp(btf_.name(type), "__gnuc_va_list") == 0) {
    dump_.out_.text("__builtin_va_list __gnuc_va_list");
  } else {
    // Its name is needed before those in what it stands for.
    char buffer[kSuffixedSize];
    const auto name = dump_.name(id, type, buffer);
    if (!name)
      return name.error();
    DeclarationStyle style;
    style.name = *name;
    if (const auto written = declare_.run(type.target(), style); !written)
      return written;
  }
  dump_.out_.end_line(";\n");
  return {};
}

Result<void> Show::define(std::uint32_t id, Type type) {
  if (!type.is(kTypedef)) {
    if (const auto written = declare_.define(id, type); !written)
      return written;
    dump_.out_.end_line(";\n");
  } else if (!is_builtin(type)) {
    if (const auto defined = define_typedef(id, type); !defined)
      return defined;
  }
  state(id).is_printed = true;
  return {};
}

Result<void> Show::forward(std::uint32_t id, Type type) {
  if (const auto written = dump_.tag(id, type); !written)
    return written;
  dump_.out_.end_line(";\n");
  state(id).is_forward_out = true;
  return {};
}

// behind_links is the type that pointers, modifiers and arrays lead to. The first pass finds a loop
// of these, unless one of them came later than what it was asked for. Then the type is as good as
// void here, and its declaration fails.
std::uint32_t Show::behind_links(std::uint32_t id) const {
  for (std::uint32_t links = 0; links <= btf_.end_id(); ++links) {
    const Type type = btf_.type(id);
    switch (type.kind()) {
    case kPtr:
    case kConst:
    case kVolatile:
    case kRestrict:
    case kTypeTag:
      id = type.target();
      continue;
    case kArray:
      id = type.array().element;
      continue;
    default:
      return id;
    }
  }
  return 0;
}

// enter begins with a type that was not shown yet.
Result<void> Show::enter(std::uint32_t id, std::uint32_t owner) {
  const Type type = btf_.type(id);
  Dump::State& known = state(id);
  std::uint32_t owner_of_children = owner;
  switch (type.kind()) {
  case kInt:
    return show_int(id, type);
  case kEnum:
  case kEnum64:
    if (owner == 0)
      return define(id, type);
    known.is_printed = true;
    return {};
  case kFwd:
    known.is_printed = true;
    return forward(id, type);
  case kFuncProto:
    break;
  case kTypedef:
    if (known.is_open)
      return enter_open_typedef(id, type);
    known.is_open = true;
    owner_of_children = id;
    break;
  case kStruct:
  case kUnion: {
    const bool is_named = btf_.name(type)[0] != '\0';
    if (known.is_open && owner == id)
      return {};
    if (is_named && (known.is_open || owner != 0))
      return forward(id, type);
    if (known.is_open) {
      log(LogLevel::warn, "btf_dump: type [%" PRIu32 "], which has no name, is in itself\n", id);
      return {};
    }
    known.is_open = true;
    if (is_named)
      owner_of_children = id;
    break;
  }
  default:
    return {};
  }
  return frames_.append({type, Children(type), id, owner, owner_of_children});
}

Result<void> Show::enter_open_typedef(std::uint32_t id, Type type) {
  if (is_builtin(type))
    return {};
  if (const auto defined = define_typedef(id, type); !defined)
    return defined;
  state(id).is_forward_out = true;
  return {};
}

// are_shown: all types of a function are printed, or have a forward declaration.
bool Show::are_shown(Type function) const {
  bool are = true;
  for (Children children(function); are && children.next();)
    are = state(children.id()).is_printed || is_out(behind_links(children.id()));
  return are;
}

std::optional<std::uint32_t> Show::unshown(std::uint32_t id) {
  const std::uint32_t end = behind_links(id);
  if (!is_out(end)) {
    const Type type = btf_.type(end);
    if (!type.is(kFuncProto) || !are_shown(type))
      return end;
  }
  // A link to it prints nothing either, from now on.
  if (end != id)
    state(id).is_printed = true;
  return {};
}

// next_child is the next type that has to be shown. All types that are shown here have an owner.
std::optional<std::uint32_t> Show::next_child(Children& children) {
  Children next = children;
  std::optional<std::uint32_t> found;
  while (!found && next.next())
    if (!state(next.id()).is_printed)
      found = unshown(next.id());
  children = next;
  return found;
}

// leave ends with a frame whose children are shown.
Result<void> Show::leave(const Frame& frame) {
  Dump::State& known = state(frame.id);
  const bool is_typedef = frame.type.is(kTypedef);
  if (is_typedef && known.is_forward_out)
    known.is_printed = true;
  else if (is_typedef || (frame.type.is_composite() && frame.owner == 0))
    return define(frame.id, frame.type);
  else if (frame.type.is_composite())
    known.is_open = false;
  return {};
}

Result<void> Show::run(std::uint32_t first) {
  frames_.clear();
  const Dump::State& known = state(first);
  if (known.is_printed || (known.is_open && known.is_forward_out))
    return {};
  Result<void> result = enter(first, 0);
  while (result && !frames_.empty()) {
    Frame& frame = frames_.back();
    const auto child = next_child(frame.children);
    result = child ? enter(*child, frame.owner_of_children) : leave(frames_.take_last());
  }
  return result;
}

} // namespace ringside::btf
