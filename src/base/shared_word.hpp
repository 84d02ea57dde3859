// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Words that another party writes while we run: the kernel, or another thread. This is the only
// file that names memory orders. Each call says at its place which access it pairs with.
#pragma once

#include <cstdint>

namespace ringside {

// The kernel stores ring positions in 64 bits, also for 32-bit programs. A load in two halves could
// see half of an update.
static_assert(__atomic_always_lock_free(sizeof(std::uint64_t), nullptr),
              "ring positions need single 64-bit loads and stores");

template <class T>
[[nodiscard]] T load_acquire(const T& word) {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}

template <class T>
[[nodiscard]] T load_relaxed(const T& word) {
  return __atomic_load_n(&word, __ATOMIC_RELAXED);
}

template <class T>
void store_relaxed(T& word, T value) {
  __atomic_store_n(&word, value, __ATOMIC_RELAXED);
}

template <class T>
void store_release(T& word, T value) {
  __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

template <class T>
T exchange(T& word, T value) {
  return __atomic_exchange_n(&word, value, __ATOMIC_ACQ_REL);
}

// fetch_add adds to a word, and returns what it was. It orders no other memory.
template <class T>
T fetch_add(T& word, T more) {
  return __atomic_fetch_add(&word, more, __ATOMIC_RELAXED);
}

// replace stores `value` if the word is `expected`, and says whether it was.
template <class T>
bool replace(T& word, T expected, T value) {
  return __atomic_compare_exchange_n(&word, &expected, value, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE);
}

} // namespace ringside
