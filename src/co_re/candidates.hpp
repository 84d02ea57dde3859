// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Candidates: the types of the target that may be the ones that a program's types stand for.
#pragma once

#include <cstdint>
#include <span>

#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "co_re/match.hpp"

namespace ringside::co_re {

// Target is one BTF in which types are looked for, with the name that messages give it.
struct Target {
  const char* name = "";
  const btf::Btf* btf = nullptr;
};

// Known is what was found in a target before, for other objects too. Each function may be called by
// several threads.
struct Known {
  // find adds the types that have a name, without its flavor, and a kind. False: they are not
  // known.
  Result<bool> (*find)(void* context, std::string_view name, btf::Kind kind, const btf::Btf& target,
                       Vector<TypeRef>& found) = nullptr;
  // keep remembers them, if it can.
  void (*keep)(void* context, std::string_view name, btf::Kind kind,
               std::span<const TypeRef> found) = nullptr;
  void* context = nullptr;
};

// Targets is where types are looked for: in `main`, and then in the modules, if `main` has no type
// of the name. The modules are read when the first such name comes.
struct Targets {
  Target main;
  Result<std::span<const Target>> (*modules)(void* context) = nullptr; // null: there are none
  void* context = nullptr;
  const Known* known = nullptr; // of `main`, or null
};

// Candidates finds the target types with the plain name and kind of a local type, in the order of
// their ids. ENUM and ENUM64 are one kind.
class Candidates {
public:
  Candidates(const btf::Btf& local, const Targets& targets) : local_(local), targets_(targets) {}

  // expect looks for all of these local types in one pass over the target. Types that were not
  // expected are looked for one by one. ENOMEM.
  Result<void> expect(std::span<const std::uint32_t> ids);

  // of is the candidates for a local type, which must have a name. The caller may remove candidates
  // from the list; they stay removed. The pointer is good until the next call. Errors are those of
  // loading modules, and ENOMEM.
  Result<Vector<TypeRef>*> of(std::uint32_t id);

  // name_of says in which target a candidate lies.
  [[nodiscard]] const char* name_of(const btf::Btf* btf) const;

private:
  // Name is a plain name and kind that is looked for, and what was found.
  struct Name {
    std::string_view name;
    btf::Kind kind = btf::kVoid;
    bool open = true; // the search that is under way looks for it
    Vector<TypeRef> found;
  };
  struct List {
    std::uint32_t id = 0;
    Vector<TypeRef> candidates;
  };
  class Filter;

  [[nodiscard]] std::uint32_t find_name(std::string_view name, btf::Kind kind) const;
  Result<std::uint32_t> add_name(std::uint32_t id);
  Result<void> search(const Target& target, const Filter& filter);
  Result<void> search_main(std::span<Name> names, const Filter& filter);
  Result<void> search_all(std::size_t first);

  const btf::Btf& local_;
  Targets targets_;
  std::span<const Target> modules_;
  Vector<Name> names_;
  HashIndex name_index_;
  Vector<List> lists_;
  HashIndex list_index_;
};

} // namespace ringside::co_re
