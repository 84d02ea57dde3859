// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Lock: a mutex for what threads share beside the rings. Reading a ring needs no lock.
#pragma once

#include <pthread.h>

namespace ringside::os {

// Lock is not recursive.
class Lock {
public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void take() { pthread_mutex_lock(&mutex_); }
  void release() { pthread_mutex_unlock(&mutex_); }

private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

// Locked holds a lock until the end of its scope.
class Locked {
public:
  explicit Locked(Lock& lock) : lock_(lock) { lock_.take(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { lock_.release(); }

private:
  Lock& lock_;
};

} // namespace ringside::os
