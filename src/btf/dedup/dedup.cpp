// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// dedup: the passes in their order, on copies. What comes out replaces the Btf's types at the end.
#include "btf/dedup/dedup.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/failure.hpp"
#include "btf/change.hpp"
#include "btf/check.hpp"
#include "btf/dedup/composites.hpp"
#include "btf/dedup/references.hpp"
#include "btf/dedup/state.hpp"
#include "btf/dedup/strings.hpp"
#include "btf/dedup/values.hpp"

namespace ringside::btf::dedup {
namespace {

constexpr Subject kDedupSubject("dedup");

// check_words: each word of all types and of `ext` means something. Those of a Btf that was changed
// may not.
Result<void> check_words(const Btf& btf, Ext* ext) {
  std::uint32_t highest_id = 0;
  std::uint32_t highest_string = 0;
  const auto see_id = [&](std::uint32_t id) { highest_id = std::max(highest_id, id); };
  const auto see_string = [&](std::uint32_t string) {
    highest_string = std::max(highest_string, string);
  };
  for (std::uint32_t id = 1; id < btf.end_id(); ++id) {
    const Type type = btf.type(id);
    if (const auto known = check_kind(id, type, kDedupSubject); !known)
      return known;
    each_reference(type.words(), see_string, see_id);
  }
  if (ext != nullptr) {
    ext->each_id(see_id);
    ext->each_string(see_string);
  }
  if (highest_id >= btf.end_id())
    return fail(kDedupSubject, Errno(EINVAL), "something refers to type %u of %u", highest_id,
                btf.end_id());
  if (highest_string >= btf.end_string())
    return fail(kDedupSubject, Errno(EINVAL), "something has a string at %u, but they end at %u",
                highest_string, btf.end_string());
  return {};
}

// Passes is the passes over types.
class Passes {
public:
  explicit Passes(State& state)
      : state_(state), values_(state), composites_(state), references_(state) {}

  Result<void> run() {
    if (const auto begun = composites_.init(); !begun)
      return begun;
    if (const auto entered = enter_base(); !entered)
      return entered;
    keep_variables();
    if (const auto merged = merge(values_); !merged)
      return merged;
    if (const auto merged = merge(composites_); !merged)
      return merged;
    composites_.end();
    if (const auto resolved = resolve_forwards(); !resolved)
      return resolved;
    return merge(references_);
  }

private:
  template <class Part>
  Result<void> merge(Part& part) {
    for (std::uint32_t id = state_.first_id(); id < state_.end_id(); ++id)
      if (Part::takes(state_.type(id).kind()))
        if (const auto merged = part.merge(id); !merged)
          return merged;
    return {};
  }
  Result<void> enter_base();
  void keep_variables();
  Result<void> resolve_forwards();

  State& state_;
  Values values_;
  Composites composites_;
  References references_;
};

// All of the base stays, and so do variables, which would be told from each other by their places.
Result<void> Passes::enter_base() {
  state_.map(0) = 0;
  for (std::uint32_t id = 1; id < state_.first_id(); ++id) {
    const Kind kind = state_.type(id).kind();
    state_.map(id) = id;
    Result<void> entered;
    if (Values::takes(kind))
      entered = values_.enter(id);
    else if (Composites::takes(kind))
      entered = composites_.enter(id);
    else if (References::takes(kind))
      entered = references_.enter(id);
    if (!entered)
      return entered;
  }
  return {};
}

void Passes::keep_variables() {
  for (std::uint32_t id = state_.first_id(); id < state_.end_id(); ++id)
    if (const Type type = state_.type(id); type.is(kVar) || type.is(kDatasec))
      state_.map(id) = id;
}

// A forward declaration that nothing was compared with is that of the one type of its name.
Result<void> Passes::resolve_forwards() {
  struct Named {
    std::uint32_t id;
    bool is_alone;
  };
  Vector<Named> named;
  HashIndex index;
  const auto find = [&](std::uint32_t name) {
    return index.find(hash_bytes(&name, sizeof(name)), [&](std::uint32_t number) {
      return state_.type(named[number].id).name() == name;
    });
  };
  for (std::uint32_t id = 1; id < state_.end_id(); ++id) {
    const Type type = state_.type(id);
    if (!type.is_composite() || state_.map(id) != id)
      continue;
    if (const std::uint32_t number = find(type.name()); number != HashIndex::kNone) {
      named[number].is_alone = false;
      continue;
    }
    const std::uint32_t name = type.name();
    const auto number = static_cast<std::uint32_t>(named.size());
    if (const auto added = named.append({id, true}); !added)
      return added;
    if (const auto added = index.insert(hash_bytes(&name, sizeof(name)), number); !added)
      return added;
  }
  for (std::uint32_t id = state_.first_id(); id < state_.end_id(); ++id) {
    const Type type = state_.type(id);
    if (!type.is(kFwd) || state_.map(id) != id)
      continue;
    const std::uint32_t number = find(type.name());
    if (number != HashIndex::kNone && named[number].is_alone &&
        state_.type(named[number].id).is(type.flag() ? kUnion : kStruct))
      state_.map(id) = named[number].id;
  }
  return {};
}

// Numbering gives the types that stay new ids without holes.
class Numbering {
public:
  explicit Numbering(const State& state) : state_(state) {}

  // init numbers them, and makes room for them. ENOMEM.
  Result<void> init() {
    auto ids = Array<std::uint32_t>::of_size(state_.end_id());
    if (!ids)
      return ids.error();
    ids_ = std::move(*ids);
    std::uint32_t next = state_.first_id();
    std::size_t size = 0;
    std::uint32_t* const numbers = ids_.data();
    for (std::uint32_t id = 0; id < state_.end_id(); ++id) {
      numbers[id] = id;
      if (state_.is_own(id) && state_.map(id) == id) {
        numbers[id] = next++;
        size += words_of(state_.type(id).info());
      }
    }
    // What does not stay has the number of what it has become.
    for (std::uint32_t id = 0; id < state_.end_id(); ++id)
      if (state_.map(id) != id)
        numbers[id] = numbers[state_.resolve(id)];
    if (const auto room = starts_.reserve(next - state_.first_id()); !room)
      return room;
    return words_.append_unset(size);
  }
  // of is the new id of what a type has become.
  [[nodiscard]] std::uint32_t of(std::uint32_t id) const { return ids_[id]; }

  // copy_types puts the types that stay together, with their new ids in them. words and starts are
  // what it has made.
  void copy_types() {
    const std::uint32_t* const numbers = ids_.data();
    std::uint32_t* const begin = words_.data();
    std::uint32_t* to = begin;
    for (std::uint32_t id = state_.first_id(); id < state_.end_id(); ++id) {
      if (state_.map(id) != id)
        continue;
      const std::uint32_t* const from = state_.words(id);
      const std::size_t size = words_of(from[kInfoWord]);
      std::copy_n(from, size, to);
      each_id(to, [&](std::uint32_t& other) { other = numbers[other]; });
      check(static_cast<bool>(starts_.append(static_cast<std::uint32_t>(to - begin))));
      to += size;
    }
  }
  Vector<std::uint32_t>& words() { return words_; }
  Vector<std::uint32_t>& starts() { return starts_; }

private:
  const State& state_;
  Array<std::uint32_t> ids_;
  Vector<std::uint32_t> words_;
  Vector<std::uint32_t> starts_;
};

Result<void> run_checked(Btf& btf, Ext* ext) {
  State state(btf);
  Strings strings(btf);
  const bool moves_strings = !btf.strings_are_unique();
  if (const auto begun = state.begin(moves_strings); !begun)
    return begun;
  if (moves_strings)
    if (const auto collected = strings.collect(state, ext); !collected)
      return collected;
  if (ext == nullptr)
    strings.forget_moved();
  if (const auto merged = Passes(state).run(); !merged)
    return merged;
  Numbering numbering(state);
  if (const auto numbered = numbering.init(); !numbered)
    return numbered;

  Change change(btf);
  if (const auto begun = change.begin_replacing(moves_strings); !begun)
    return begun;
  // From here on nothing fails.
  if (ext != nullptr) {
    ext->each_id([&](std::uint32_t& id) { id = numbering.of(id); });
    if (moves_strings)
      ext->each_string([&](std::uint32_t& offset) { offset = strings.moved(offset); });
    ext->drop_foreign();
  }
  numbering.copy_types();
  change.replace_types(std::move(numbering.words()), std::move(numbering.starts()));
  if (moves_strings)
    change.replace_strings(strings.take());
  return {};
}

} // namespace

Result<void> run(Btf& btf, Ext* ext) {
  if (const auto sound = check_words(btf, ext); !sound)
    return sound;
  const auto done = run_checked(btf, ext);
  if (!done && done.error() == Errno(ENOMEM))
    return no_memory(kDedupSubject, "what it needs beside the types");
  return done;
}

} // namespace ringside::btf::dedup
