// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Handlers: what the process has registered for names of programs' sections.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "attach/link.hpp"
#include "base/array.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "bpf/attr.hpp"

namespace ringside::object {

class Program;

// Handler is one of them. Its functions belong to the process, and only the C surface in abi knows
// how to call them: `calls` is what abi gives for that.
struct Handler {
  using Function = void (*)();
  struct Calls {
    Result<void> (*set_up)(const Handler& handler, Program& program);
    // `attr` is what the program is loaded with, which may be changed.
    Result<void> (*prepare)(const Handler& handler, Program& program, bpf::ProgLoadAttr& attr);
    // Null if there is nothing to attach.
    Result<Owned<attach::Link>> (*attach)(const Handler& handler, const Program& program);
  };

  // With a section of null it is the fallback, for names that no other handler and no table knows.
  // "name" is that name alone, "name+" also "name/...", "name/" only the latter.
  Array<char> section;
  bool is_fallback = false;
  std::uint32_t prog_type = 0;
  std::uint32_t attach_type = 0;
  long cookie = 0;
  Function set_up = nullptr; // each may be null
  Function prepare = nullptr;
  Function attach = nullptr;
  const Calls* calls = nullptr;

  int id = 0;
  Handler* next = nullptr;
  std::uint32_t users = 1; // the list, and programs; counted under the lock of the list

  [[nodiscard]] bool fits(std::string_view name) const;
};

// SharedHandler keeps a handler alive, which may be unregistered at any time.
class SharedHandler {
public:
  SharedHandler() = default;
  explicit SharedHandler(Handler* handler) : handler_(handler) {}
  SharedHandler(SharedHandler&& other) noexcept
      : handler_(std::exchange(other.handler_, nullptr)) {}
  SharedHandler& operator=(SharedHandler&& other) noexcept {
    std::swap(handler_, other.handler_);
    return *this;
  }
  SharedHandler(const SharedHandler&) = delete;
  SharedHandler& operator=(const SharedHandler&) = delete;
  ~SharedHandler();

  [[nodiscard]] const Handler* get() const { return handler_; }

private:
  Handler* handler_ = nullptr;
};

// register_handler adds a copy and returns its id, from 1 on. EBUSY: there is a fallback; EINVAL:
// the section has no name; E2BIG: no ids are left; ENOMEM.
Result<int> register_handler(const char* section, Handler handler);
// EINVAL for an id below 1; ENOENT.
Result<void> unregister_handler(int id);

// find_handler is the first handler, in the order of registration, that a name fits; find_fallback
// the one for all others. Both may be empty.
SharedHandler find_handler(std::string_view section);
SharedHandler find_fallback();

} // namespace ringside::object
