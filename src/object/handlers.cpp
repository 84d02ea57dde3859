// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The list of handlers, which all threads share.
#include "object/handlers.hpp"

#include <cerrno>
#include <climits>
#include <cstring>

#include "base/failure.hpp"
#include "base/owned.hpp"
#include "base/text.hpp"
#include "os/lock.hpp"

namespace ringside::object {
namespace {

constexpr Subject kSubject("program section handler");

os::Lock lock;
Handler* first = nullptr;
int last_id = 0;

// let_go removes one user. The caller holds the lock.
void let_go(Handler* handler) {
  if (--handler->users == 0)
    Owned<Handler> gone(handler);
}

template <class Fits>
SharedHandler find(Fits fits) {
  const os::Locked locked(lock);
  for (Handler* handler = first; handler != nullptr; handler = handler->next)
    if (fits(*handler)) {
      ++handler->users;
      return SharedHandler(handler);
    }
  return {};
}

} // namespace

bool Handler::fits(std::string_view name) const {
  if (is_fallback)
    return false;
  std::string_view wanted = section.data();
  const char end = wanted.back();
  if (end != '+' && end != '/')
    return name == wanted;
  wanted.remove_suffix(1);
  if (!name.starts_with(wanted))
    return false;
  name.remove_prefix(wanted.size());
  return name.empty() ? end == '+' : name[0] == '/';
}

SharedHandler::~SharedHandler() {
  if (handler_ == nullptr)
    return;
  const os::Locked locked(lock);
  let_go(handler_);
}

Result<int> register_handler(const char* section, Handler handler) {
  handler.is_fallback = section == nullptr;
  if (section != nullptr) {
    if (section[0] == '\0')
      return fail(kSubject, Errno(EINVAL), "the name of the section is empty");
    auto copy = copy_of(section);
    if (!copy)
      return no_memory(kSubject, "its section's name");
    handler.section = std::move(*copy);
  }
  Owned<Handler> made = make<Handler>(std::move(handler));
  if (made == nullptr)
    return no_memory(kSubject, "it");

  const os::Locked locked(lock);
  Handler** end = &first;
  for (; *end != nullptr; end = &(*end)->next)
    if (made->is_fallback && (*end)->is_fallback)
      return fail(kSubject, Errno(EBUSY),
                  "there is a handler for all sections that are not known: unregister it first");
  if (last_id == INT_MAX)
    return fail(kSubject, Errno(E2BIG), "all ids have been given away");
  made->id = ++last_id;
  *end = made.release();
  return last_id;
}

Result<void> unregister_handler(int id) {
  if (id <= 0)
    return fail(kSubject, Errno(EINVAL), "ids are above 0, and %d is not", id);
  const os::Locked locked(lock);
  Handler** found = &first;
  while (*found != nullptr && (*found)->id != id)
    found = &(*found)->next;
  Handler* const handler = *found;
  if (handler == nullptr)
    return fail(kSubject, Errno(ENOENT), "there is none with the id %d", id);
  *found = handler->next;
  let_go(handler);
  return {};
}

SharedHandler find_handler(std::string_view section) {
  return find([section](const Handler& handler) { return handler.fits(section); });
}

SharedHandler find_fallback() {
  return find([](const Handler& handler) { return handler.is_fallback; });
}

} // namespace ringside::object
