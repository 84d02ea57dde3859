// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Dump: types as C text, in an order in which a compiler takes them. Typed data is in data.hpp.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/alignments.hpp"
#include "btf/btf.hpp"
#include "btf/dump/names.hpp"
#include "btf/dump/writer.hpp"

namespace ringside::btf {

// How a declaration is written.
struct DeclarationStyle {
  std::string_view name;        // what is declared; may be empty
  int level = 0;                // of the line, for the members of an unnamed struct in it
  bool strip_modifiers = false; // no const, volatile, restrict, and no type tags
  bool is_cast = false;         // unnamed structs, unions and enums as a keyword alone
};

class Order;
class Show;
class Declare;

// Dump prints the types of a Btf, which must outlive it and may get more types meanwhile. It
// remembers what it has printed, and prints each definition once.
class Dump {
public:
  // make begins a dump. EINVAL: a type is of a kind that is not known; ENOMEM.
  static Result<Owned<Dump>> make(const Btf& btf, Writer::Print print, void* context);

  Dump(const Btf& btf, Writer::Print print, void* context);
  Dump(const Dump&) = delete;
  Dump& operator=(const Dump&) = delete;
  ~Dump();

  // type prints the definition of a type, and before it all that it needs. EINVAL: no such type;
  // ELOOP: a type contains itself; ENOMEM. What fails in the order of definitions prints nothing
  // and leaves no trace.
  Result<void> type(std::uint32_t id);

  // is_done: type would print nothing for a type, as is known of it. So it is for most types of a
  // kernel: they were printed with another, or are functions.
  bool is_done(std::uint32_t id) {
    if (id >= states_.size())
      return false;
    State& known = states_.data()[id];
    if (known.is_settled || !known.is_never_due)
      return known.is_settled;
    known.is_settled = true;
    return true;
  }
  // settles_at_once is the same, as a look at what a type refers to shows. Types that were added
  // are not looked at.
  bool settles_at_once(std::uint32_t id);

  // declaration prints one declaration of a type and nothing else. A type that cannot be declared
  // prints nothing, with a warning. EINVAL: no such type; ELOOP; ENOMEM.
  Result<void> declaration(std::uint32_t id, const DeclarationStyle& style);

  // cast is a declaration in the middle of other text.
  Result<void> cast(std::uint32_t id, const DeclarationStyle& style);

  [[nodiscard]] const Btf& btf() const { return btf_; }
  [[nodiscard]] Writer& out() { return out_; }
  [[nodiscard]] std::uint32_t pointer_bytes() const { return pointer_bytes_; }
  // begin_call comes first in a call that writes. EINVAL, ENOMEM, as grow.
  Result<void> begin_call();

private:
  friend class Order;
  friend class Show;
  friend class Declare;
  struct Passes; // one of each

  // State is what is known of one type.
  struct State {
    static constexpr std::uint8_t kUnknown = 0xff;

    // Which use of its name the type is: the first has the bare name, as has one whose uses are not
    // counted. 0: it was not used yet.
    std::uint32_t number = 0;
    std::uint8_t alignment = kUnknown; // once it was asked for
    // By the types before looked_through_.
    bool is_referenced : 1 = false;
    bool is_never_due : 1 = false;
    // For the order of definitions.
    bool is_settled : 1 = false;
    bool is_under_way : 1 = false;
    bool is_on_stack : 1 = false;
    bool is_on_stack_by_pointer : 1 = false;
    // For printing.
    bool is_open : 1 = false;
    bool is_printed : 1 = false;
    bool is_forward_out : 1 = false;
    bool is_being_written : 1 = false;
  };

  // Needs is what must stand before a definition: definitions, or only what has to be declared.
  enum class Needs { nothing, declarations, definitions };

  // state is that of void for an id that no type has: those of types that were added are not
  // checked.
  [[nodiscard]] State& state(std::uint32_t id) { return states_[id < states_.size() ? id : 0]; }
  // alignment is that of a type, with the Btf's pointers as they were when the call began. ENOMEM.
  Result<std::uint32_t> alignment(std::uint32_t id) {
    const std::uint8_t known = state(id).alignment;
    return known != State::kUnknown ? std::uint32_t{known} : find_alignment(id);
  }
  Result<std::uint32_t> find_alignment(std::uint32_t id);
  // is_packed: the members of a struct or union do not lie where a compiler would put them. ENOMEM.
  Result<bool> is_packed(std::uint32_t id, Type type);
  std::uint8_t near_alignment(std::uint32_t id, int depth);
  std::uint8_t composite_alignment(std::uint32_t id, int depth);
  void forget_alignments();
  // grow makes room for types that were added to the Btf. EINVAL: one is of a kind that is not
  // known; ENOMEM.
  Result<void> grow() { return states_.size() >= btf_.end_id() ? Result<void>() : look_at_new(); }
  Result<void> look_at_new();
  // look_through_new notes what new types say of themselves and of others.
  void look_through_new();
  // is_referenced: another type refers to a type, and does not only return it.
  bool is_referenced(std::uint32_t id);
  // begin_text comes before anything is written. It forgets what a callback that did not return
  // has left.
  void begin_text();
  // name is the name of a type, with the suffix that its first use gave it: a text of the BTF, or
  // one in the buffer. ENOMEM.
  Result<std::string_view> name(std::uint32_t id, Type type, char (&buffer)[kSuffixedSize]);
  // tag writes "struct NAME", "union NAME" or "enum NAME", of a FWD as well. ENOMEM.
  Result<void> tag(std::uint32_t id, Type type);
  Result<void> show_all();
  bool is_due(std::uint32_t id, Type type);
  Needs needs_of(Type type);
  Result<void> show_alone(std::uint32_t id, Type type, Needs needs);

  const Btf& btf_;
  Writer out_;
  Names names_;
  Owned<Alignments> alignments_;
  std::uint32_t alignment_pointer_bytes_;
  std::uint32_t pointer_bytes_;
  Vector<State> states_;
  std::uint32_t looked_through_ = 1; // the types before this id
  // Definitions that are due, by pass 1 for pass 2.
  Vector<std::uint32_t> list_;
  Owned<Passes> passes_;
};

// keyword_of is "struct", "union" or "enum", with a space behind it.
inline std::string_view keyword_of(Type type) {
  if (type.is_enum())
    return "enum ";
  const bool is_union = type.is(kFwd) ? type.flag() : type.is(kUnion);
  return is_union ? "union " : "struct ";
}
// without_space is a word without the space behind it.
inline std::string_view without_space(std::string_view word) {
  return word.substr(0, word.size() - 1);
}

} // namespace ringside::btf
