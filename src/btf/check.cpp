// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Checks of the types of a BTF. Each is made twice: fast over all types, and once more, to find the
// words for a message, where something is wrong.
#include "btf/check.hpp"

#include <algorithm>
#include <cerrno>

#include "btf/btf.hpp"

namespace ringside::btf {
namespace {

// Layouts are those that can say how long a type of an unknown kind is.
struct Layouts {
  Layout own, base;

  // words is how many words the type takes that has this info word; 0 if that cannot be known.
  [[nodiscard, gnu::always_inline]] std::uint64_t words(std::uint32_t info) const {
    if (is_known(kind_of(info))) [[likely]]
      return words_of(info);
    return words_of_unknown(info);
  }

private:
  [[nodiscard, gnu::noinline]] std::uint64_t words_of_unknown(std::uint32_t info) const {
    if (const auto words = own.words(info))
      return *words;
    return base.words(info).value_or(0);
  }
};

Errno bad_size(std::span<const std::uint32_t> words, std::size_t at, std::uint32_t id,
               std::uint64_t size, const Subject& subject) {
  const Subject type(subject, "type", id);
  if (words.size() - at < kHeadWords)
    return fail(type, Errno(EINVAL), "%zu bytes are left for it, which is less than a type has",
                (words.size() - at) * 4);
  const Kind kind = kind_of(words[at + kInfoWord]);
  if (size == 0)
    return fail(type, Errno(EINVAL), "kind %u is not known, and no layout says how long it is",
                kind);
  return fail(type, Errno(EINVAL), "a %s with %u elements does not fit into the %zu bytes left",
              kind_name(kind), elements_of(words[at + kInfoWord]), (words.size() - at) * 4);
}

// Limits are the ends of all ids and string offsets, those of the base included.
struct Limits {
  std::uint32_t id_end;
  std::uint32_t string_end;
};

// Checker looks for the first word of a type that is wrong.
class Checker {
public:
  Checker(const Data& data, const Place& place, const Subject& subject)
      : data_(data), place_(place),
        subject_(subject), limits_{place.first_id + static_cast<std::uint32_t>(data.starts.size()),
                                   place.first_string +
                                       static_cast<std::uint32_t>(data.strings.size())} {}

  // all_sound is whether nothing is wrong.
  [[nodiscard]] bool all_sound() const {
    std::uint32_t highest_id = 0;
    std::uint32_t highest_string = 0;
    bool functions_sound = true;
    for (const std::uint32_t start : data_.starts) {
      const std::uint32_t* const type = data_.words.data() + start;
      const Kind kind = kind_of(type[kInfoWord]);
      if (!is_known(kind)) {
        highest_string = std::max(highest_string, type[kNameWord]);
        continue;
      }
      each_reference(
          type, [&](std::uint32_t string) { highest_string = std::max(highest_string, string); },
          [&](std::uint32_t id) { highest_id = std::max(highest_id, id); });
      if (kind == kFunc)
        functions_sound = functions_sound && is_prototype(type[kTargetWord]);
    }
    return functions_sound && highest_id < limits_.id_end && highest_string < limits_.string_end;
  }

  // first_fault tells of the first fault, of which there must be one.
  [[nodiscard]] Errno first_fault() const {
    for (std::size_t index = 0; index < data_.starts.size(); ++index)
      if (const Type type = data_.type(index); !is_sound(type))
        return tell(place_.first_id + static_cast<std::uint32_t>(index), type);
    return Errno(EINVAL);
  }

private:
  [[nodiscard]] bool is_prototype(std::uint32_t id) const {
    if (id < place_.first_id)
      return place_.base != nullptr && place_.base->type(id).is(kFuncProto);
    return id < limits_.id_end && data_.type(id - place_.first_id).is(kFuncProto);
  }

  [[nodiscard]] bool is_sound(Type type) const {
    bool sound = type.name() < limits_.string_end;
    if (!is_known(type.kind()))
      return sound;
    each_string(type.words(),
                [&](std::uint32_t string) { sound = sound && string < limits_.string_end; });
    each_id(type.words(), [&](std::uint32_t id) { sound = sound && id < limits_.id_end; });
    return sound && (!type.is(kFunc) || is_prototype(type.target()));
  }

  [[nodiscard]] Errno tell(std::uint32_t id, Type type) const {
    const Subject of_type(subject_, "type", id);
    const char* const kind = kind_name(type.kind());
    if (type.name() >= limits_.string_end)
      return fail(of_type, Errno(EINVAL), "%s: its name is at %u, but the strings end at %u", kind,
                  type.name(), limits_.string_end);
    const char* const name = name_of(type);
    const KindLine& line = kKinds[type.kind()];
    for (std::uint32_t left = line.ids, word = 0; left != 0; left >>= 1, ++word)
      if ((left & 1) != 0 && type.words()[word] >= limits_.id_end)
        return fail(of_type, Errno(EINVAL), "%s '%s': it refers to type %u of %u", kind, name,
                    type.words()[word], limits_.id_end);
    for (std::uint32_t index = 0; index < type.elements(); ++index) {
      const std::uint32_t* const element = type.element(index);
      if (line.element_is_named && *element >= limits_.string_end)
        return fail(of_type, Errno(EINVAL),
                    "%s '%s': element %u: its name is at %u, but the strings end at %u", kind, name,
                    index, *element, limits_.string_end);
      if (line.element_id != KindLine::kNoId && element[line.element_id] >= limits_.id_end)
        return fail(of_type, Errno(EINVAL), "%s '%s': element %u: it refers to type %u of %u", kind,
                    name, index, element[line.element_id], limits_.id_end);
    }
    return fail(of_type, Errno(EINVAL), "FUNC '%s': its type %u is not a FUNC_PROTO", name,
                type.target());
  }

  [[nodiscard]] const char* name_of(Type type) const {
    if (type.name() >= place_.first_string)
      return data_.strings.data() + (type.name() - place_.first_string);
    return place_.base->string(type.name());
  }

  const Data& data_;
  const Place& place_;
  const Subject& subject_;
  Limits limits_;
};

} // namespace

Result<Vector<std::uint32_t>> find_starts(std::span<const std::uint32_t> words, Layout own,
                                          const Place& place, const Subject& subject) {
  // A type of a kernel has six words, and some more.
  constexpr std::size_t kUsualWords = 6;
  const Layouts layouts{own, place.base != nullptr ? place.base->layout() : Layout()};
  Vector<std::uint32_t> starts;
  bool has_room = static_cast<bool>(starts.reserve(words.size() / kUsualWords));
  for (std::size_t at = 0; has_room && at < words.size();) {
    const std::size_t left = words.size() - at;
    const std::uint64_t size = left >= kHeadWords ? layouts.words(words[at + kInfoWord]) : 0;
    if (size - 1 >= left) // 0, too
      return bad_size(words, at, place.first_id + static_cast<std::uint32_t>(starts.size()), size,
                      subject);
    has_room = static_cast<bool>(starts.append(static_cast<std::uint32_t>(at)));
    at += static_cast<std::size_t>(size);
  }
  if (!has_room)
    return no_memory(subject, "where the types begin");
  return starts;
}

Result<void> check_kind(std::uint32_t id, Type type, const Subject& subject) {
  if (!is_known(type.kind()))
    return fail(subject, Errno(EINVAL), "type %u is of kind %u, which is not known", id,
                type.kind());
  return {};
}

Result<void> check_types(const Data& data, const Place& place, const Subject& subject) {
  const Checker checker(data, place, subject);
  if (!checker.all_sound())
    return checker.first_fault();
  return {};
}

} // namespace ringside::btf
