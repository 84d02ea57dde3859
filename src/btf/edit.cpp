// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Adding types to a Btf, one at a time.
#include "btf/edit.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <initializer_list>

#include "base/failure.hpp"
#include "btf/change.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kEditSubject("BTF");
constexpr std::uint32_t kMaxBitOffset = 0xffffff;
constexpr std::uint32_t kMaxBitSize = 0xff;

using Words = std::initializer_list<std::uint32_t>;

// last_type is the last own type, or void.
Type last_type(const Btf& btf) {
  const std::size_t count = btf.data().starts.size();
  return count != 0 ? btf.data().type(count - 1) : Type();
}

// Arguments checks what a function was given, in the order of the calls. The first thing that is
// wrong is told, and is the error.
class Arguments {
public:
  explicit Arguments(const char* what) : what_(what) {}

  Arguments& name(const char* name) {
    return rule(name != nullptr && name[0] != '\0', "it needs a name");
  }
  Arguments& id(int id) {
    if (sound() && id < 0) [[unlikely]]
      refuse(Errno(EINVAL), "%d is not the id of a type", id);
    return *this;
  }
  Arguments& linkage(std::uint32_t linkage) {
    if (sound() && linkage > 2) [[unlikely]]
      refuse(Errno(EINVAL), "linkage %u is none of 0 (static), 1 (global), 2 (extern)", linkage);
    return *this;
  }
  Arguments& size(std::size_t size, std::initializer_list<std::size_t> sizes) {
    if (sound() && std::find(sizes.begin(), sizes.end(), size) == sizes.end()) [[unlikely]]
      refuse(Errno(EINVAL), "it cannot have %zu bytes", size);
    return *this;
  }
  // part_of: the last type, which an element is added to, is of a kind that has such.
  Arguments& part_of(Type last, bool has_such) {
    if (sound() && !has_such) [[unlikely]]
      refuse(Errno(EINVAL), "the last type is a %s, which has none", kind_name(last.kind()));
    return *this;
  }
  // rule: what must hold besides.
  Arguments& rule(bool holds, const char* otherwise, Errno error = Errno(EINVAL)) {
    if (sound() && !holds) [[unlikely]]
      refuse(error, "%s", otherwise);
    return *this;
  }

  [[nodiscard]] bool sound() const { return error_ == Errno(0); }
  [[nodiscard]] Errno error() const { return error_; }

private:
  template <class... Values>
  void refuse(Errno error, const char* format, Values... values) {
    error_ = refusal(what_, error, format, values...);
  }
  // refusal is out of line, so that what is right goes past few instructions; and static, so that
  // the members need no place in memory.
  template <class... Values>
  [[gnu::cold, gnu::noinline]] static Errno refusal(const char* what, Errno error,
                                                    const char* format, Values... values) {
    return fail({kEditSubject, "adding", what}, error, format, values...);
  }

  const char* what_;
  Errno error_{0};
};

// add adds a type: its name, and the words behind that.
Result<std::uint32_t> add(Btf& btf, const Arguments& given, const char* name, Words rest) {
  if (!given.sound())
    return given.error();
  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun.error();
  const auto offset = change.string(name);
  if (!offset)
    return offset;
  std::uint32_t words[kHeadWords + 3] = {*offset};
  std::copy(rest.begin(), rest.end(), words + 1);
  return change.append({words, 1 + rest.size()});
}

// add_element adds an element to the last type: its name, and the words behind that. With the flag
// the type's kind flag is set, or stays so.
template <std::size_t Count>
[[gnu::always_inline]] inline Result<void>
add_element(Btf& btf, const Arguments& given, const char* name, const std::uint32_t (&rest)[Count],
            bool flag = false) {
  if (!given.sound())
    return given.error();
  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun.error();
  const auto offset = change.string(name);
  if (!offset)
    return offset.error();
  std::uint32_t words[1 + Count] = {*offset};
  std::copy_n(rest, Count, words + 1);
  if (const auto added = change.append_element(words); !added)
    return added;
  if (flag)
    change.words(btf.end_id() - 1)[kInfoWord] |= kFlagBit;
  return {};
}

std::uint32_t id_of(int id) {
  return static_cast<std::uint32_t>(id);
}

bool has_far_member(Type composite) {
  for (std::uint32_t index = 0; index < composite.elements(); ++index)
    if (composite.member(index).bit_offset > kMaxBitOffset)
      return true;
  return false;
}

} // namespace

Result<std::uint32_t> add_int(Btf& btf, const char* name, std::size_t size, int encoding) {
  constexpr int kKnownBits = 7; // signed, char, bool
  Arguments given("INT");
  given.name(name).size(size, {1, 2, 4, 8, 16});
  given.rule((encoding & ~kKnownBits) == 0, "its encoding has bits besides signed, char and bool");
  const auto bits = static_cast<std::uint32_t>(size * 8);
  return add(btf, given, name,
             {info_of(kInt), static_cast<std::uint32_t>(size),
              static_cast<std::uint32_t>(encoding) << 24 | bits});
}

Result<std::uint32_t> add_float(Btf& btf, const char* name, std::size_t size) {
  Arguments given("FLOAT");
  given.name(name).size(size, {2, 4, 8, 12, 16});
  return add(btf, given, name, {info_of(kFloat), static_cast<std::uint32_t>(size)});
}

Result<std::uint32_t> add_reference(Btf& btf, Kind kind, const char* name, int target, bool flag) {
  Arguments given(kind_name(kind));
  if (kind == kTypedef || kind == kTypeTag)
    given.name(name);
  given.id(target);
  return add(btf, given, name, {info_of(kind, 0, flag), id_of(target)});
}

Result<std::uint32_t> add_array(Btf& btf, int index, int element, std::uint32_t count) {
  Arguments given("ARRAY");
  given.id(index).id(element);
  return add(btf, given, nullptr, {info_of(kArray), 0, id_of(element), id_of(index), count});
}

Result<std::uint32_t> add_composite(Btf& btf, Kind kind, const char* name, std::uint32_t size) {
  return add(btf, Arguments(kind_name(kind)), name, {info_of(kind), size});
}

Result<void> add_member(Btf& btf, const char* name, int type, std::uint32_t bit_offset,
                        std::uint32_t bit_size) {
  const bool is_bit_field = bit_size != 0 || bit_offset % 8 != 0;
  const Type last = last_type(btf);
  Arguments given("member");
  given.part_of(last, last.is_composite()).id(type);
  given.rule(!is_bit_field || (bit_size != 0 && bit_size <= kMaxBitSize),
             "a bit field has 1 to 255 bits");
  given.rule(!is_bit_field || bit_offset <= kMaxBitOffset, "a bit field ends below 2 MiB");
  given.rule(!last.is(kUnion) || bit_offset == 0, "members of a union begin at 0");
  // Of a struct with bit fields the upper bits of each offset are a size.
  given.rule(!last.flag() || bit_offset <= kMaxBitOffset,
             "in a struct with bit fields members begin below 2 MiB");
  if (given.sound() && is_bit_field && !last.flag())
    given.rule(!has_far_member(last),
               "in a struct with a member beyond 2 MiB there can be no bit field");
  return add_element(btf, given, name, {id_of(type), bit_offset | bit_size << 24}, is_bit_field);
}

Result<std::uint32_t> add_enum(Btf& btf, Kind kind, const char* name, std::uint32_t size,
                               bool is_signed) {
  Arguments given(kind_name(kind));
  given.size(size, {1, 2, 4, 8});
  return add(btf, given, name, {info_of(kind, 0, is_signed), size});
}

Result<void> add_enumerator(Btf& btf, const char* name, std::int64_t value) {
  Arguments given("enumerator");
  given.part_of(last_type(btf), last_type(btf).is(kEnum)).name(name);
  given.rule(value >= INT_MIN && value <= UINT_MAX, "its value does not fit into 32 bits",
             Errno(E2BIG));
  return add_element(btf, given, name, {static_cast<std::uint32_t>(value)}, value < 0);
}

Result<void> add_enumerator64(Btf& btf, const char* name, std::uint64_t value) {
  Arguments given("enumerator");
  given.part_of(last_type(btf), last_type(btf).is(kEnum64)).name(name);
  return add_element(btf, given, name,
                     {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)});
}

Result<std::uint32_t> add_forward(Btf& btf, const char* name, Kind kind) {
  Arguments given("forward declaration");
  given.name(name);
  given.rule(kind == kStruct || kind == kUnion || kind == kEnum,
             "it is of no STRUCT, UNION or ENUM");
  if (kind == kEnum)
    return add(btf, given, name, {info_of(kEnum), sizeof(int)});
  return add(btf, given, name, {info_of(kFwd, 0, kind == kUnion), 0});
}

Result<std::uint32_t> add_func(Btf& btf, const char* name, std::uint32_t linkage, int prototype) {
  Arguments given("FUNC");
  given.name(name).linkage(linkage).id(prototype);
  return add(btf, given, name, {info_of(kFunc, linkage), id_of(prototype)});
}

Result<std::uint32_t> add_prototype(Btf& btf, int returned) {
  Arguments given("FUNC_PROTO");
  given.id(returned);
  return add(btf, given, nullptr, {info_of(kFuncProto), id_of(returned)});
}

Result<void> add_parameter(Btf& btf, const char* name, int type) {
  Arguments given("parameter");
  given.id(type).part_of(last_type(btf), last_type(btf).is(kFuncProto));
  return add_element(btf, given, name, {id_of(type)});
}

Result<std::uint32_t> add_var(Btf& btf, const char* name, int linkage, int type) {
  Arguments given("VAR");
  given.name(name).linkage(static_cast<std::uint32_t>(linkage)).id(type);
  return add(btf, given, name, {info_of(kVar), id_of(type), static_cast<std::uint32_t>(linkage)});
}

Result<std::uint32_t> add_datasec(Btf& btf, const char* name, std::uint32_t size) {
  Arguments given("DATASEC");
  given.name(name);
  return add(btf, given, name, {info_of(kDatasec), size});
}

Result<void> add_variable(Btf& btf, int var, std::uint32_t offset, std::uint32_t size) {
  Arguments given("variable");
  given.part_of(last_type(btf), last_type(btf).is(kDatasec)).id(var);
  if (!given.sound())
    return given.error();
  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun.error();
  const std::uint32_t words[] = {id_of(var), offset, size};
  return change.append_element(words);
}

Result<std::uint32_t> add_decl_tag(Btf& btf, const char* name, int target, int component,
                                   bool flag) {
  Arguments given("DECL_TAG");
  given.name(name).id(target);
  given.rule(component >= -1, "its component is below -1");
  return add(btf, given, name, {info_of(kDeclTag, 0, flag), id_of(target), id_of(component)});
}

} // namespace ringside::btf
