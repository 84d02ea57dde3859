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
// may not. `strings` sees those that are used.
Result<void> check_words(const Btf& btf, Ext* ext, Strings& strings) {
  std::uint32_t highest_id = 0;
  std::uint32_t highest_string = 0;
  const auto see_id = [&](std::uint32_t id) { highest_id = std::max(highest_id, id); };
  const auto see_string = [&](std::uint32_t string) {
    highest_string = std::max(highest_string, string);
    strings.see(string);
  };
  for (std::uint32_t id = 1; id < btf.end_id(); ++id) {
    const Type type = btf.type(id);
    if (!is_known(type.kind()))
      return check_kind(id, type, kDedupSubject);
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
      : state_(state), values_(state, lists_), composites_(state, lists_),
        references_(state, lists_) {}

  Result<void> run() {
    if (const auto begun = lists_.init(state_.end_id()); !begun)
      return begun;
    if (const auto begun = composites_.init(); !begun)
      return begun;
    if (const auto entered = enter_base(); !entered)
      return entered;
    if (const auto merged = merge(values_); !merged)
      return merged;
    if (const auto merged = merge(composites_); !merged)
      return merged;
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
  Result<void> resolve_forwards();

  State& state_;
  Lists lists_;
  Values values_;
  Composites composites_;
  References references_;
};

// All of the base stays.
Result<void> Passes::enter_base() {
  state_.map(0) = 0;
  for (std::uint32_t id = 1; id < state_.first_id(); ++id) {
    const Kind kind = state_.type(id).kind();
    state_.map(id) = id;
    if (Values::takes(kind)) {
      if (const auto entered = values_.enter(id); !entered)
        return entered;
    } else if (Composites::takes(kind)) {
      composites_.enter(id);
    } else if (References::takes(kind)) {
      references_.enter(id);
    }
  }
  return {};
}

// A forward declaration that nothing was compared with is that of the one type of its name.
Result<void> Passes::resolve_forwards() {
  struct Name {
    std::uint32_t name;
    std::uint32_t full = State::kNone; // the last type of the name that stays
    bool is_alone = true;
  };
  Vector<Name> names;
  HashIndex index;
  const auto hash_of = [](std::uint32_t name) { return hash_bytes(&name, sizeof(name)); };
  const auto find = [&](std::uint32_t name) {
    return index.find(hash_of(name), [&](std::uint32_t at) { return names[at].name == name; });
  };
  for (const std::uint32_t id : values_.forwards()) {
    const std::uint32_t name = state_.type(id).name();
    if (!state_.stays(id) || find(name) != HashIndex::kNone)
      continue;
    const auto number = static_cast<std::uint32_t>(names.size());
    if (const auto added = names.append({name}); !added)
      return added;
    if (const auto added = index.insert(hash_of(name), number); !added)
      return added;
  }
  for (std::uint32_t id = 1; !names.empty() && id < state_.end_id(); ++id) {
    const Type type = state_.type(id);
    if (!type.is_composite() || !state_.stays(id))
      continue;
    if (const std::uint32_t number = find(type.name()); number != HashIndex::kNone) {
      names[number].is_alone = names[number].full == State::kNone;
      names[number].full = id;
    }
  }
  for (const std::uint32_t id : values_.forwards()) {
    const Type type = state_.type(id);
    if (!state_.stays(id))
      continue;
    const Name& name = names[find(type.name())];
    if (name.full != State::kNone && name.is_alone &&
        state_.type(name.full).is(type.flag() ? kUnion : kStruct))
      state_.map(id) = name.full;
  }
  return {};
}

// Numbering gives the types that stay new ids without holes.
class Numbering {
public:
  explicit Numbering(const State& state) : state_(state) {}

  // init numbers them, finds where they will begin, and makes room for them. ENOMEM.
  Result<void> init() {
    auto ids = Array<std::uint32_t>::of_size(state_.end_id());
    if (!ids)
      return ids.error();
    ids_ = std::move(*ids);
    std::uint32_t next = state_.first_id();
    for (std::uint32_t id = 0; id < state_.end_id(); ++id)
      ids_[id] = state_.is_own(id) && state_.stays(id) ? next++ : id;
    if (const auto room = starts_.append_unset(next - state_.first_id()); !room)
      return room;
    std::uint32_t size = 0;
    for (std::uint32_t id = 0; id < state_.end_id(); ++id) {
      if (!state_.stays(id)) {
        ids_[id] = ids_[state_.resolve(id)];
      } else if (state_.is_own(id)) {
        starts_[ids_[id] - state_.first_id()] = size;
        size += static_cast<std::uint32_t>(state_.own(id, id + 1).size());
      }
    }
    return words_.append_unset(size);
  }
  // of is the new id of what a type has become.
  [[nodiscard]] std::uint32_t of(std::uint32_t id) const { return ids_[id]; }

  // copy_types puts the types that stay together, with their new ids in them. words and starts are
  // what it has made.
  void copy_types() {
    std::uint32_t* to = words_.data();
    for (std::uint32_t id = state_.first_id(); id < state_.end_id(); ++id) {
      // As many as stay one behind another are copied at once.
      const std::uint32_t begin = id;
      while (id < state_.end_id() && state_.stays(id))
        ++id;
      const auto words = state_.own(begin, id);
      to = std::copy(words.begin(), words.end(), to);
    }
    for (const std::uint32_t start : starts_)
      each_id(words_.data() + start, [&](std::uint32_t& other) { other = ids_.data()[other]; });
  }
  Vector<std::uint32_t>& words() { return words_; }
  Vector<std::uint32_t>& starts() { return starts_; }

private:
  const State& state_;
  Array<std::uint32_t> ids_;
  Vector<std::uint32_t> words_;
  Vector<std::uint32_t> starts_;
};

Result<void> run_passes(Btf& btf, Ext* ext) {
  State state(btf);
  Strings strings(btf);
  const bool moves_strings = !btf.strings_are_unique();
  if (moves_strings)
    if (const auto begun = strings.begin(); !begun)
      return begun;
  if (const auto sound = check_words(btf, ext, strings); !sound)
    return sound;
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
  const auto done = run_passes(btf, ext);
  if (!done && done.error() == Errno(ENOMEM))
    return no_memory(kDedupSubject, "what it needs beside the types");
  return done;
}

} // namespace ringside::btf::dedup
