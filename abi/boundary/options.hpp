// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RINGSIDE_OPTIONS: which option structs of the interface Options<T> may read. Each entry-point
// file has a line for each struct that it reads.
#pragma once

#include <cstddef>

#include "base/options.hpp"

// The last field comes from the public header: `struct T` has T__last_field beside it. Some
// functions have the name of the struct that they take. Used at file scope, outside of any
// namespace.
#define RINGSIDE_OPTIONS(T)                                                                        \
  template <>                                                                                      \
  struct ringside::OptionsType<struct T> {                                                         \
    static constexpr const char* kName = #T;                                                       \
    static constexpr std::size_t kEnd = offsetof(struct T, T##__last_field) +                      \
                                        ringside::member_size<decltype(T::T##__last_field)>();     \
  }
