// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Adapting BTF. Each type is replaced by one of the same number of words, so nothing moves.
#include "object/btf_for_kernel.hpp"

#include <algorithm>
#include <string_view>

#include <linux/btf.h>

#include "base/text.hpp"
#include "btf/change.hpp"
#include "btf/edit.hpp"

namespace ringside::object {
namespace {

constexpr std::uint32_t kBitsPerByte = 8;

class Adapter {
public:
  Adapter(btf::Btf& btf, const BtfSupport& kernel) : btf_(btf), kernel_(kernel), change_(btf) {}

  Result<void> run();

private:
  Result<void> adapt(std::uint32_t id);
  [[nodiscard]] std::uint32_t* words(std::uint32_t id) { return change_.words(id); }
  void set(std::uint32_t id, btf::Kind kind, std::uint32_t elements, std::uint32_t target) {
    words(id)[btf::kInfoWord] = btf::info_of(kind, elements);
    words(id)[btf::kTargetWord] = target;
  }
  // A type of one byte fits at any offset that a variable can have.
  void make_byte(std::uint32_t id) {
    set(id, btf::kInt, 0, 1);
    words(id)[btf::kHeadWords] = kBitsPerByte;
  }
  Result<void> rename(std::uint32_t id, std::string_view replaced, std::size_t most);
  Result<void> make_struct(std::uint32_t id);
  Result<void> make_union(std::uint32_t id);

  btf::Btf& btf_;
  const BtfSupport& kernel_;
  btf::Change change_;
  std::uint32_t byte_id_ = 0;
};

// rename makes each of the characters `replaced` among the first `most` of a name an underscore.
Result<void> Adapter::rename(std::uint32_t id, std::string_view replaced, std::size_t most) {
  auto name = copy_of(btf_.name(btf_.type(id)));
  if (!name)
    return name.error();
  const std::size_t end = std::min(most, name->size() - 1);
  for (std::size_t at = 0; at < end; ++at)
    if (replaced.find((*name)[at]) != std::string_view::npos)
      (*name)[at] = '_';
  const auto offset = change_.string(name->data());
  if (!offset)
    return offset.error();
  words(id)[btf::kNameWord] = *offset;
  return {};
}

// make_struct: the variables of a DATASEC become members, by their names and offsets.
Result<void> Adapter::make_struct(std::uint32_t id) {
  const btf::Type datasec = btf_.type(id);
  const std::uint32_t count = datasec.elements();
  set(id, btf::kStruct, count, datasec.size());
  for (std::uint32_t index = 0; index < count; ++index) {
    std::uint32_t* const member = change_.element(id, index);
    const std::uint32_t var_id = member[0];
    const std::uint32_t offset = member[1];
    member[0] = btf_.type(var_id).name();
    member[1] = var_id;
    member[2] = offset * kBitsPerByte;
  }
  return rename(id, ".?", std::string_view::npos);
}

// make_union: each enumerator of an ENUM64 becomes a member of one byte.
Result<void> Adapter::make_union(std::uint32_t id) {
  if (byte_id_ == 0) {
    const auto added = btf::add_int(btf_, "enum64_placeholder", 1, 0);
    if (!added)
      return added.error();
    byte_id_ = *added;
  }
  const btf::Type type = btf_.type(id);
  const std::uint32_t count = type.elements();
  set(id, btf::kUnion, count, type.size());
  for (std::uint32_t index = 0; index < count; ++index) {
    std::uint32_t* const member = change_.element(id, index);
    member[1] = byte_id_;
    member[2] = 0;
  }
  return {};
}

Result<void> Adapter::adapt(std::uint32_t id) {
  const btf::Type type = btf_.type(id);
  switch (type.kind()) {
  case btf::kVar:
    if (!kernel_.datasec)
      make_byte(id);
    return {};
  case btf::kDatasec:
    if (!kernel_.datasec)
      return make_struct(id);
    if (!kernel_.question_mark && btf_.name(type)[0] == '?')
      return rename(id, "?", 1);
    return {};
  case btf::kFuncProto:
    // Its parameters become enumerators, with the ids as values.
    if (!kernel_.functions)
      set(id, btf::kEnum, type.elements(), sizeof(std::uint32_t));
    return {};
  case btf::kFunc:
    if (!kernel_.functions)
      set(id, btf::kTypedef, 0, type.target());
    else if (!kernel_.global_functions && type.elements() == BTF_FUNC_GLOBAL)
      set(id, btf::kFunc, BTF_FUNC_STATIC, type.target());
    return {};
  case btf::kFloat:
    if (!kernel_.floats) {
      set(id, btf::kStruct, 0, type.size());
      words(id)[btf::kNameWord] = 0;
    }
    return {};
  case btf::kDeclTag:
    if (!kernel_.decl_tags)
      make_byte(id);
    return {};
  case btf::kTypeTag:
    if (!kernel_.type_tags) {
      set(id, btf::kConst, 0, type.target());
      words(id)[btf::kNameWord] = 0;
    }
    return {};
  case btf::kEnum:
    if (!kernel_.enum64)
      set(id, btf::kEnum, type.elements(), type.size());
    return {};
  case btf::kEnum64:
    return kernel_.enum64 ? Result<void>() : make_union(id);
  default:
    return {};
  }
}

Result<void> Adapter::run() {
  if (const auto begun = change_.begin(); !begun)
    return begun;
  // A struct that replaces a DATASEC names its members after the variables, so those are changed
  // later.
  const std::uint32_t end = btf_.end_id();
  for (const bool datasecs : {true, false})
    for (std::uint32_t id = btf_.first_id(); id < end; ++id)
      if (btf_.type(id).is(btf::kDatasec) == datasecs)
        if (const auto adapted = adapt(id); !adapted)
          return adapted;
  return {};
}

} // namespace

BtfSupport needs(const btf::Btf& btf) {
  BtfSupport needed{false, false, false, false, false, false, false, false};
  for (std::uint32_t id = btf.first_id(); id < btf.end_id(); ++id) {
    const btf::Type type = btf.type(id);
    switch (type.kind()) {
    case btf::kFunc:
      needed.global_functions = needed.global_functions || type.elements() == BTF_FUNC_GLOBAL;
      [[fallthrough]];
    case btf::kFuncProto:
      needed.functions = true;
      break;
    case btf::kDatasec:
      needed.question_mark = needed.question_mark || btf.name(type)[0] == '?';
      [[fallthrough]];
    case btf::kVar:
      needed.datasec = true;
      break;
    case btf::kFloat:
      needed.floats = true;
      break;
    case btf::kDeclTag:
      needed.decl_tags = true;
      break;
    case btf::kTypeTag:
      needed.type_tags = true;
      break;
    case btf::kEnum:
      needed.enum64 = needed.enum64 || type.flag();
      break;
    case btf::kEnum64:
      needed.enum64 = true;
      break;
    default:
      break;
    }
  }
  return needed;
}

Result<void> adapt(btf::Btf& btf, const BtfSupport& kernel) {
  if (kernel == BtfSupport())
    return {};
  return Adapter(btf, kernel).run();
}

} // namespace ringside::object
