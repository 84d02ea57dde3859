// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Declarations in C: a type around a name. Bodies of structs, unions and enums are in
// declare_body.cpp.
#include "btf/dump/declare.hpp"

#include <cerrno>
#include <cinttypes>

#include "base/log.hpp"

namespace ringside::btf {
namespace {

// comma_before is what stands before a parameter.
Padded<2> comma_before(std::uint32_t index) {
  return {", ", index > 0 ? std::size_t{2} : 0};
}

} // namespace

// find_chain puts the chain of types from `id` to its base on the stack of chains; false: the type
// cannot be declared.
Result<bool> Declare::find_chain(std::uint32_t id) {
  for (std::uint32_t links = 0; links <= btf().end_id(); ++links) {
    const Type type = btf().type(id);
    const bool is_left_out = strips_ && (is_qualifier(type) || type.is(kTypeTag));
    if (!is_left_out)
      if (const auto added = chain_.append(id); !added)
        return added.error();
    switch (type.kind()) {
    case kPtr:
    case kConst:
    case kVolatile:
    case kRestrict:
    case kTypeTag:
    case kFuncProto:
      id = type.target();
      break;
    case kArray:
      id = type.array().element;
      break;
    case kVar:
    case kFunc:
    case kDatasec:
    case kDeclTag:
      log(LogLevel::warn, "btf_dump: type [%" PRIu32 "] is a %s, which no declaration can name\n",
          id, kind_name(type.kind()));
      return false;
    default:
      return true;
    }
  }
  // There are not as many types: they lead to each other.
  return Errno(ELOOP);
}

void Declare::write_dimension(Type array) {
  out().text("[", Decimal(array.array().count), "]");
}

Result<void> Declare::declare_chain(std::string_view before, std::uint32_t id,
                                    std::string_view name, int level, Declaration::End end) {
  out().text(before);
  Declaration declaration{.chain_begin = chain_.size(),
                          .suffix_begin = suffixes_.size(),
                          .name = name,
                          .level = level,
                          .end = end};
  const auto found = find_chain(id);
  if (!found)
    return found.error();
  if (!*found) {
    chain_.truncate(declaration.chain_begin);
    finish(end);
    return {};
  }
  declaration.at = chain_.size() - 1;
  return go_on(declaration);
}

// write_base prints what the chain ends in, with the modifiers around it. Each function of this
// kind returns whether the declaration can go on at once.
Result<bool> Declare::write_base(Declaration& declaration) {
  const std::uint32_t id = chain_[declaration.at];
  while (declaration.at > declaration.chain_begin &&
         is_qualifier(btf().type(chain_[declaration.at - 1]))) {
    --declaration.at;
    out().text(qualifier_of(btf().type(chain_[declaration.at])));
  }
  declaration.is_base_out = true;
  const Type type = btf().type(id);
  switch (type.kind()) {
  case kInt:
  case kFloat:
    out().text(btf().name(type));
    return true;
  case kVoid:
    out().text("void");
    return true;
  case kTypedef: {
    char buffer[kSuffixedSize];
    const auto name = dump_.name(id, type, buffer);
    if (!name)
      return name.error();
    out().text(*name);
    return true;
  }
  default:
    break;
  }
  if (type.is(kFwd) || btf().name(type)[0] != '\0') {
    if (const auto written = dump_.tag(id, type); !written)
      return written.error();
    return true;
  }
  if (is_cast_) {
    out().text(type.is_enum() ? keyword_of(type) : without_space(keyword_of(type)));
    return true;
  }
  if (const auto suspended = suspend(declaration); !suspended)
    return suspended.error();
  if (const auto begun = begin_body(id, type, declaration.level); !begun)
    return begun.error();
  return false;
}

void Declare::write_name(const Declaration& declaration) {
  if (declaration.name.empty())
    return;
  if (!declaration.is_after_star)
    out().text(" ");
  out().text(declaration.name);
}

// write_tag prints a type tag. The modifiers directly around it come before it.
void Declare::write_tag(Declaration& declaration, Type tag) {
  while (declaration.at > declaration.chain_begin &&
         is_qualifier(btf().type(chain_[declaration.at - 1]))) {
    --declaration.at;
    const std::string_view word = qualifier_of(btf().type(chain_[declaration.at]));
    out().text(declaration.is_after_star ? "" : " ");
    out().text(declaration.is_after_star ? word : without_space(word));
  }
  out().text(tag.flag() ? " __attribute__((" : " __attribute__((btf_type_tag(\"");
  out().text(btf().name(tag));
  out().text(tag.flag() ? "))" : "\")))");
  declaration.is_after_star = false;
}

// drop_modifiers goes over those directly around an array or a function, which C cannot say.
void Declare::drop_modifiers(Declaration& declaration) const {
  while (declaration.at > declaration.chain_begin) {
    const Type type = btf().type(chain_[declaration.at - 1]);
    if (!is_qualifier(type) && !type.is(kTypeTag))
      return;
    --declaration.at;
  }
}

// write_array and write_function print what stands before the rest of the chain, and leave what
// stands behind it for the end.
Result<void> Declare::write_array(Declaration& declaration, std::uint32_t id) {
  drop_modifiers(declaration);
  Suffix suffix{id, false};
  if (declaration.at > declaration.chain_begin) {
    if (!declaration.name.empty() && !declaration.is_after_star)
      out().text(" ");
    suffix.closes = !btf().type(chain_[declaration.at - 1]).is(kArray);
    if (suffix.closes)
      out().text("(");
    declaration.is_after_star = true;
  }
  return suffixes_.append(suffix);
}

Result<void> Declare::write_function(Declaration& declaration, std::uint32_t id) {
  drop_modifiers(declaration);
  const bool has_rest = declaration.at > declaration.chain_begin;
  if (has_rest) {
    out().text(" (");
    declaration.is_after_star = true;
  }
  return suffixes_.append({id, has_rest});
}

// suspend has a declaration go on when what is put on the stack next is finished.
Result<void> Declare::suspend(const Declaration& declaration) {
  if (const auto suspended = suspended_.append(declaration); !suspended)
    return suspended;
  return frames_.append({});
}

Result<void> Declare::write_link(Declaration& declaration) {
  const std::uint32_t id = chain_[--declaration.at];
  const Type type = btf().type(id);
  switch (type.kind()) {
  case kPtr:
    out().text(declaration.is_after_star ? "*" : " *");
    declaration.is_after_star = true;
    return {};
  case kArray:
    return write_array(declaration, id);
  case kFuncProto:
    return write_function(declaration, id);
  case kTypeTag:
    write_tag(declaration, type);
    return {};
  default:
    out().text(" ");
    out().text(without_space(qualifier_of(type)));
    declaration.is_after_star = false;
    return {};
  }
}

Result<bool> Declare::write_suffix(Declaration& declaration) {
  const Suffix suffix = suffixes_.take_last();
  if (suffix.closes)
    out().text(")");
  const Type type = btf().type(suffix.id);
  if (type.is(kArray)) {
    write_dimension(type);
    return true;
  }
  if (const auto suspended = suspend(declaration); !suspended)
    return suspended.error();
  if (const auto begun =
          begin_parameters(suffix.id, type, declaration.level, Declaration::End::nothing);
      !begun)
    return begun.error();
  return false;
}

// go_on writes the base, the links of the chain outwards, the name, and what stands behind it.
Result<void> Declare::go_on(Declaration declaration) {
  if (!declaration.is_base_out) {
    const auto goes_on = write_base(declaration);
    if (!goes_on || !*goes_on)
      return goes_on ? Result<void>() : goes_on.error();
  }
  while (declaration.at > declaration.chain_begin)
    if (const auto written = write_link(declaration); !written)
      return written;
  if (!declaration.is_name_out) {
    write_name(declaration);
    declaration.is_name_out = true;
  }
  while (suffixes_.size() > declaration.suffix_begin) {
    const auto goes_on = write_suffix(declaration);
    if (!goes_on || !*goes_on)
      return goes_on ? Result<void>() : goes_on.error();
  }
  chain_.truncate(declaration.chain_begin);
  finish(declaration.end);
  return {};
}

Result<void> Declare::begin_parameters(std::uint32_t id, Type function, int level,
                                       Declaration::End end) {
  if (function.elements() == 0 || (function.elements() == 1 && function.parameter(0).type == 0)) {
    out().text("(void)");
    finish(end);
    return {};
  }
  if (dump_.state(id).is_being_written)
    return Errno(ELOOP);
  out().text("(");
  Frame frame{
      .kind = Frame::Kind::parameters, .level = level, .id = id, .type = function, .end = end};
  if (const auto written = plain_parameters(frame); !written)
    return written;
  // Most have no other parameters.
  if (frame.next != function.elements())
    return push(frame);
  end_parameters(frame);
  return {};
}

// plain_parameters writes parameters up to one whose type is not plain, or void.
Result<void> Declare::plain_parameters(Frame& frame) {
  for (; frame.next < frame.type.elements(); ++frame.next) {
    const Parameter parameter = frame.type.parameter(frame.next);
    const auto plain = parameter.type != 0 ? this->plain(parameter.type) : nullptr;
    if (!plain)
      return plain.error();
    if (*plain == nullptr)
      break;
    const std::string_view name = text_of(parameter.name);
    out().text(comma_before(frame.next), (*plain)->before(name), name, (*plain)->behind());
  }
  return {};
}

Result<void> Declare::write_parameter(Frame& frame) {
  const Padded<2> before = comma_before(frame.next);
  const Parameter parameter = frame.type.parameter(frame.next++);
  if (parameter.type == 0 && frame.next == frame.type.elements()) {
    out().text(before, "...");
    return {};
  }
  return declare(before, parameter.type, text_of(parameter.name), frame.level,
                 Declaration::End::nothing);
}

Result<void> Declare::parameters(std::size_t at) {
  while (frames_[at].next != frames_[at].type.elements()) {
    if (const auto written = write_parameter(frames_[at]); !written || frames_.size() != at + 1)
      return written;
    if (const auto written = plain_parameters(frames_[at]); !written)
      return written;
  }
  end_parameters(pop());
  return {};
}

void Declare::end_parameters(const Frame& frame) {
  out().text(")");
  finish(frame.end);
}

void Declare::begin() {
  chain_.clear();
  suffixes_.clear();
  frames_.clear();
  suspended_.clear();
}

Result<void> Declare::run(std::uint32_t id, const DeclarationStyle& style) {
  begin();
  strips_ = style.strip_modifiers;
  is_cast_ = style.is_cast;
  return finish_frames(declare("", id, style.name, style.level, Declaration::End::nothing));
}

Result<void> Declare::define(std::uint32_t id, Type type) {
  begin();
  strips_ = false;
  is_cast_ = false;
  return finish_frames(begin_body(id, type, 0));
}

Result<void> Declare::finish_frames(Result<void> result) {
  while (result && !frames_.empty()) {
    const std::size_t last = frames_.size() - 1;
    switch (frames_[last].kind) {
    case Frame::Kind::declaration:
      frames_.truncate(last);
      result = go_on(suspended_.take_last());
      break;
    case Frame::Kind::parameters:
      result = parameters(last);
      break;
    case Frame::Kind::body:
      result = body(last);
      break;
    }
  }
  for (const Frame& frame : frames_)
    if (frame.kind != Frame::Kind::declaration)
      dump_.state(frame.id).is_being_written = false;
  return result;
}

} // namespace ringside::btf
