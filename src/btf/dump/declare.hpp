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

  // run writes a declaration of a type, or its definition. ELOOP, ENOMEM.
  Result<void> run(std::uint32_t id, const DeclarationStyle& style, bool defines);

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
  // Frame is something that is not finished, and goes on once all above it on the stack is.
  struct Frame {
    enum class Kind { declaration, parameters, body };
    Kind kind = Kind::declaration;
    Declaration declaration;
    // Of parameters and bodies.
    std::uint32_t id = 0;
    std::uint32_t next = 0;
    int level = 0;
    std::uint64_t offset = 0; // where the last member ends, in bits
    bool is_packed = false;
    bool was_bitfield = false;
    std::uint32_t width = 0; // of the member that is being written, if it is a bit field
  };

  [[nodiscard]] const Btf& btf() const { return dump_.btf_; }
  [[nodiscard]] Writer& out() { return dump_.out_; }

  // declare writes a declaration, or as much of it as can be written before something in it is.
  Result<void> declare(std::uint32_t id, std::string_view name, int level, Declaration::End end);
  Result<bool> write_plain(std::uint32_t id, std::string_view name);
  void write_dimension(Type array);
  Result<bool> find_chain(std::uint32_t id);
  Result<void> go_on(Declaration declaration);
  Result<void> suspend(const Declaration& declaration);
  Result<void> write_link(Declaration& declaration);
  Result<bool> write_suffix(Declaration& declaration);
  Result<void> begin_parameters(std::uint32_t id, int level);
  Result<void> begin_body(std::uint32_t id, int level);
  Result<void> parameters(std::size_t at);
  Result<void> body(std::size_t at);
  Result<void> finish(Declaration::End end);

  Result<bool> write_base(Declaration& declaration);
  void write_name(const Declaration& declaration);
  void write_tag(Declaration& declaration, Type tag);
  void drop_modifiers(Declaration& declaration) const;
  Result<void> write_array(Declaration& declaration, std::uint32_t id);
  Result<void> write_function(Declaration& declaration, std::uint32_t id);

  Result<void> write_enum(std::uint32_t id, int level);
  Result<void> write_enumerator(Type type, std::uint32_t index, int level);
  Result<void> write_member(Frame& frame, Type type);
  Result<void> write_padding(const Frame& frame, std::uint64_t end, std::uint32_t next,
                             bool between_bitfields);

  Dump& dump_;
  // Of the call that is under way.
  bool strips_ = false;
  bool is_cast_ = false;
  // Empty between calls, but for their memory.
  Vector<std::uint32_t> chain_;
  Vector<Suffix> suffixes_;
  Vector<Frame> frames_;
};

} // namespace ringside::btf
