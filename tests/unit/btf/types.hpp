// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Types: a BTF written down as C would have it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include <catch2/catch.hpp>
#include <linux/btf.h>

#include "btf/btf.hpp"
#include "btf/edit.hpp"

namespace ringside::test {

// A member at an offset in bits; with a size in bits it is a bit field.
struct FieldOf {
  const char* name;
  std::uint32_t type;
  std::uint32_t bit_offset;
  std::uint32_t bits = 0;
};
struct ParameterOf {
  const char* name;
  std::uint32_t type;
};
struct EnumeratorOf {
  const char* name;
  std::int64_t value;
};

class Types {
public:
  Types() : btf_(made()) { btf_->set_pointer_size(8); }

  [[nodiscard]] const btf::Btf& btf() const { return *btf_; }

  std::uint32_t integer(const char* name, std::uint32_t size, int encoding = 0) {
    return id(btf::add_int(*btf_, name, size, encoding));
  }
  std::uint32_t signed_integer(const char* name, std::uint32_t size) {
    return integer(name, size, 1);
  }
  std::uint32_t floating(const char* name, std::uint32_t size) {
    return id(btf::add_float(*btf_, name, size));
  }
  std::uint32_t pointer(std::uint32_t target) { return reference(btf::kPtr, nullptr, target); }
  std::uint32_t reference(btf::Kind kind, const char* name, std::uint32_t target) {
    return id(btf::add_reference(*btf_, kind, name, static_cast<int>(target)));
  }
  std::uint32_t array(std::uint32_t element, std::uint32_t count) {
    return id(btf::add_array(*btf_, static_cast<int>(element), static_cast<int>(element), count));
  }
  std::uint32_t composite(btf::Kind kind, const char* name, std::uint32_t size,
                          std::initializer_list<FieldOf> fields) {
    const std::uint32_t added = id(btf::add_composite(*btf_, kind, name, size));
    for (const FieldOf& field : fields)
      REQUIRE(btf::add_member(*btf_, field.name, static_cast<int>(field.type), field.bit_offset,
                              field.bits));
    return added;
  }
  std::uint32_t structure(const char* name, std::uint32_t size,
                          std::initializer_list<FieldOf> fields) {
    return composite(btf::kStruct, name, size, fields);
  }
  std::uint32_t variable(const char* name, std::uint32_t type) {
    return id(btf::add_var(*btf_, name, BTF_VAR_GLOBAL_ALLOCATED, static_cast<int>(type)));
  }
  // section is one of a single variable, at its begin.
  std::uint32_t section(const char* name, std::uint32_t size, std::uint32_t variable) {
    const std::uint32_t added = id(btf::add_datasec(*btf_, name, size));
    REQUIRE(btf::add_variable(*btf_, static_cast<int>(variable), 0, size));
    return added;
  }
  std::uint32_t forward(const char* name, btf::Kind kind) {
    return id(btf::add_forward(*btf_, name, kind));
  }
  std::uint32_t enumeration(const char* name, std::uint32_t size,
                            std::initializer_list<EnumeratorOf> enumerators) {
    const std::uint32_t added = id(btf::add_enum(*btf_, btf::kEnum, name, size, false));
    for (const EnumeratorOf& enumerator : enumerators)
      REQUIRE(btf::add_enumerator(*btf_, enumerator.name, enumerator.value));
    return added;
  }
  // enumerator adds one to the last type.
  void enumerator(const char* name, std::int64_t value) {
    REQUIRE(btf::add_enumerator(*btf_, name, value));
  }
  std::uint32_t enumeration64(const char* name, std::initializer_list<EnumeratorOf> enumerators) {
    const std::uint32_t added = id(btf::add_enum(*btf_, btf::kEnum64, name, 8, false));
    for (const EnumeratorOf& enumerator : enumerators)
      REQUIRE(btf::add_enumerator64(*btf_, enumerator.name,
                                    static_cast<std::uint64_t>(enumerator.value)));
    return added;
  }
  std::uint32_t function(std::uint32_t result, std::initializer_list<ParameterOf> parameters) {
    const std::uint32_t added = id(btf::add_prototype(*btf_, static_cast<int>(result)));
    for (const ParameterOf& parameter : parameters)
      REQUIRE(btf::add_parameter(*btf_, parameter.name, static_cast<int>(parameter.type)));
    return added;
  }
  std::uint32_t datasec(const char* name) { return id(btf::add_datasec(*btf_, name, 0)); }
  void set_pointer_size(std::uint32_t size) { btf_->set_pointer_size(size); }

private:
  static Owned<btf::Btf> made() {
    auto btf = btf::Btf::empty(nullptr);
    REQUIRE(btf);
    return std::move(*btf);
  }
  static std::uint32_t id(const Result<std::uint32_t>& added) {
    REQUIRE(added);
    return *added;
  }

  Owned<btf::Btf> btf_;
};

} // namespace ringside::test
