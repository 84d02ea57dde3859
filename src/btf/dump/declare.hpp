// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Declare: writing one declaration or definition. Structs without a name and functions as
// parameters nest without bound, so what is not finished lies on stacks of its own.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/dump/dump.hpp"

namespace ringside::btf {

class Declare {
public:
  explicit Declare(Dump& dump) : dump_(dump) {}

  // run writes a declaration of a type, and define its definition. ELOOP, ENOMEM.
  Result<void> run(std::uint32_t id, const DeclarationStyle& style);
  Result<void> define(std::uint32_t id, Type type);

  // make_places comes when there are new types, of which there are `count` in all: an id that no
  // type had may be that of one now. ENOMEM.
  Result<void> make_places(std::size_t count);
  // forget_plain comes when pointers have another size.
  void forget_plain();

private:
  // Declaration is a chain of types from the declared one to its base. C writes it from the base
  // outwards, with the name in the middle.
  struct Declaration {
    enum class End { nothing, member }; // what is written behind it
    std::size_t chain_begin = 0;
    std::size_t at = 0; // the link that was written last
    std::size_t suffix_begin = 0;
    std::string_view name;
    int level = 0;
    End end = End::nothing;
    bool is_base_out = false;
    bool is_name_out = false;
    bool is_after_star = false; // or at the start of a parenthesis
  };
  // Suffix is what stands behind the name for an array or a function.
  struct Suffix {
    std::uint32_t id;
    bool closes; // with a parenthesis before it
  };
  // Plain is a type whose declarations are its text and a name: something with a name itself,
  // perhaps with a qualifier, or a pointer to that; or an array of such, whose dimensions stand
  // behind the name.
  struct Plain {
    static constexpr std::uint32_t kNone = UINT32_MAX;
    static constexpr std::size_t kMostText = 40;
    static constexpr std::size_t kMostDimensions = 8;

    std::uint32_t id = kNone;
    bool is_pointer = false;
    std::uint8_t length = 0; // 0: it is not plain
    std::uint8_t dimensions_length = 0;
    std::uint64_t bits = 0;    // its size
    char text[kMostText] = {}; // ends with a star or a space
    char dimensions[kMostDimensions] = {};

    // These are what stands before a name, and behind it.
    [[nodiscard]] Padded<kMostText> before(std::string_view name) const {
      return {text, std::size_t{length} - (name.empty() && !is_pointer ? 1 : 0)};
    }
    [[nodiscard]] Padded<kMostDimensions> behind() const { return {dimensions, dimensions_length}; }
  };
  // Frame is something that is not finished, and goes on once all above it on the stack is. What a
  // declaration needs for that lies on a stack of its own.
  struct Frame {
    enum class Kind { declaration, parameters, body };
    Kind kind = Kind::declaration;
    int level = 0;
    std::uint32_t id = 0;
    std::uint32_t next = 0; // which element comes next
    Type type;
    Declaration::End end = Declaration::End::nothing; // is written behind parameters
    // Of bodies.
    std::uint64_t offset = 0; // where the last member ends, in bits
    std::uint32_t width = 0;  // of the member that was begun last, if it is a bit field
    bool is_packed = false;
  };

  [[nodiscard]] const Btf& btf() const { return dump_.btf_; }
  [[nodiscard]] Writer& out() { return dump_.out_; }

  // declare writes some text and then a declaration, or as much of it as can be written before
  // something in it is.
  Result<void> declare(std::string_view before, std::uint32_t id, std::string_view name, int level,
                       Declaration::End end);
  Result<bool> declare_function(std::string_view before, Type pointer, std::string_view name,
                                int level, Declaration::End end);
  Result<void> declare_chain(std::string_view before, std::uint32_t id, std::string_view name,
                             int level, Declaration::End end);
  void write_dimension(Type array);
  // plain is a type as it stands before a name; null if it is not plain. ENOMEM.
  Result<const Plain*> plain(std::uint32_t id) {
    if (strips_)
      return nullptr;
    Plain& plain = plains_[id & (plains_.size() - 1)];
    if (plain.id != id) {
      plain.id = Plain::kNone;
      if (const auto made = make_plain(id, plain); !made)
        return made.error();
      plain.id = id;
    }
    return plain.length != 0 ? &plain : nullptr;
  }
  Result<void> make_plain(std::uint32_t id, Plain& plain);
  bool make_dimensions(std::uint32_t& id, Plain& plain);
  // bits_of is the size of a type in bits, 0 if it has none.
  [[nodiscard]] std::uint64_t bits_of(std::uint32_t id) const;
  Result<bool> find_chain(std::uint32_t id);
  Result<void> go_on(Declaration declaration);
  Result<void> suspend(const Declaration& declaration);
  Result<void> write_link(Declaration& declaration);
  Result<bool> write_suffix(Declaration& declaration);
  Result<void> begin_parameters(std::uint32_t id, Type function, int level, Declaration::End end);
  Result<void> begin_body(std::uint32_t id, Type type, int level);
  Result<void> plain_parameters(Frame& frame);
  Result<void> write_parameter(Frame& frame);
  Result<void> parameters(std::size_t at);
  void end_parameters(const Frame& frame);
  Result<void> body(std::size_t at);
  Result<void> end_body(const Frame& frame);
  // push and pop are for frames of parameters and bodies. A type that is on the stack cannot be
  // begun again.
  Result<void> push(const Frame& frame) {
    const auto pushed = frames_.append(frame);
    dump_.state(frame.id).is_being_written = static_cast<bool>(pushed);
    return pushed;
  }
  Frame pop() {
    const Frame frame = frames_.take_last();
    dump_.state(frame.id).is_being_written = false;
    return frame;
  }
  // begin comes before anything is written. It forgets what a call that failed has left.
  void begin();
  // finish_frames goes on until all frames are finished, or something has failed.
  Result<void> finish_frames(Result<void> result);
  // finish writes what stands behind a declaration: of a member, its width and the end of the line.
  void finish(Declaration::End end) {
    if (end == Declaration::End::member)
      end_member(frames_.back().width);
  }

  Result<bool> write_base(Declaration& declaration);
  void write_name(const Declaration& declaration);
  void write_tag(Declaration& declaration, Type tag);
  void drop_modifiers(Declaration& declaration) const;
  Result<void> write_array(Declaration& declaration, std::uint32_t id);
  Result<void> write_function(Declaration& declaration, std::uint32_t id);

  Result<void> write_enum(std::uint32_t id, Type type, int level);
  Result<void> write_enumerators(Type type, int level);
  Result<void> plain_members(Frame& frame);
  Result<void> write_member(Frame& frame);
  // begin_member fills the gap before a member of some size.
  Result<void> begin_member(Frame& frame, const Member& member, std::uint64_t bits) {
    const bool is_bitfield = member.bit_size != 0;
    Result<void> written;
    if (frame.offset < member.bit_offset) [[unlikely]]
      written =
          write_padding(frame, member.bit_offset, member.type, frame.width != 0 && is_bitfield);
    frame.width = member.bit_size;
    frame.offset = std::uint64_t{member.bit_offset} + (is_bitfield ? member.bit_size : bits);
    return written;
  }
  // end_member ends the line of a member with some texts, and the width of a bit field.
  template <class... Texts>
  [[gnu::always_inline]] void end_member(std::uint32_t width, const Texts&... texts) {
    if (width == 0) [[likely]]
      out().end_line(texts..., ";");
    else
      out().end_line(texts..., ": ", Decimal(width), ";");
  }
  // text_of is a string, empty if there is none.
  [[nodiscard]] std::string_view text_of(std::uint32_t string) const {
    const char* const text = btf().string(string);
    return text != nullptr ? text : "";
  }
  Result<void> write_padding(const Frame& frame, std::uint64_t end, std::uint32_t next,
                             bool between_bitfields);

  Dump& dump_;
  // Of the call that is under way.
  bool strips_ = false;
  bool is_cast_ = false;
  // Most members and parameters are of a few types. These were written last, by id; another type
  // may take the place of one.
  static constexpr std::size_t kMostPlains = 2048;
  Vector<Plain> plains_; // as many as a power of 2
  // Empty between calls, but for their memory.
  Vector<std::uint32_t> chain_;
  Vector<Suffix> suffixes_;
  Vector<Frame> frames_;
  Vector<Declaration> suspended_;
};

inline bool is_qualifier(Type type) {
  return type.is(kConst) || type.is(kVolatile) || type.is(kRestrict);
}
// qualifier_of is the word for a qualifier, with a space behind it.
inline std::string_view qualifier_of(Type type) {
  return type.is(kConst) ? "const " : type.is(kVolatile) ? "volatile " : "restrict ";
}

} // namespace ringside::btf
