// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Epoll: membership, the ready list, and sets within sets.
#include "sim/kernel/epoll/epoll.hpp"

#include <algorithm>
#include <cerrno>

namespace ringside::sim {
namespace {

// Bits of epoll_event::events that say how to wait, not for what.
constexpr std::uint32_t kHow = EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE;

} // namespace

Epoll::~Epoll() {
  for (Item& item : items_)
    if (auto file = item.file.lock())
      file->remove_watcher(&item);
}

void Epoll::Item::woken() {
  if ((event.events & ~kHow) == 0)
    return;
  owner->put_on_list(*this);
  owner->wake();
}

void Epoll::Item::file_gone(const File*) {
  owner->remove(*this);
}

std::uint32_t Epoll::Item::ask() const {
  auto held = file.lock();
  return held ? held->ask() & event.events : 0;
}

Epoll::Item* Epoll::find(const File* file, int fd) {
  auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& item) {
    return item.identity == file && item.fd == fd;
  });
  return found == items_.end() ? nullptr : &*found;
}

void Epoll::put_on_list(Item& item) {
  if (!item.ready)
    ready_.push_back(&item);
  item.ready = true;
}

void Epoll::take_off_list(Item& item) {
  if (item.ready)
    ready_.remove(&item);
  item.ready = false;
}

void Epoll::remove(Item& item) {
  take_off_list(item);
  items_.remove_if([&](const Item& other) { return &other == &item; });
}

void Epoll::check_new(Item& item) {
  if (item.ask() == 0)
    return;
  put_on_list(item);
  wake();
}

int Epoll::control(int operation, const std::shared_ptr<File>& file, int fd,
                   const epoll_event* event) {
  Item* item = find(file.get(), fd);
  if (operation == EPOLL_CTL_DEL) {
    if (item == nullptr)
      return -ENOENT;
    file->remove_watcher(item);
    remove(*item);
    return 0;
  }
  if (operation != EPOLL_CTL_ADD && operation != EPOLL_CTL_MOD)
    return -EINVAL;
  if (operation == EPOLL_CTL_ADD) {
    if (item != nullptr)
      return -EEXIST;
    const auto* inner = dynamic_cast<const Epoll*>(file.get());
    if (inner != nullptr && inner->reaches(this))
      return -ELOOP;
    item = &items_.emplace_back();
    item->owner = this;
    item->file = file;
    item->identity = file.get();
    item->fd = fd;
    file->add_watcher(item);
  } else if (item == nullptr) {
    return -ENOENT;
  }
  item->event = *event;
  item->event.events |= EPOLLERR | EPOLLHUP;
  check_new(*item);
  return 0;
}

std::vector<epoll_event> Epoll::collect(int max_events) {
  std::vector<epoll_event> found;
  std::list<Item*> scanned;
  scanned.swap(ready_);
  while (!scanned.empty() && found.size() < static_cast<std::size_t>(max_events)) {
    Item& item = *scanned.front();
    scanned.pop_front();
    item.ready = false;
    std::uint32_t events = item.ask();
    if (events == 0)
      continue;
    found.push_back({events, item.event.data});
    if ((item.event.events & EPOLLONESHOT) != 0)
      item.event.events &= kHow;
    else if ((item.event.events & EPOLLET) == 0)
      put_on_list(item); // Level-triggered: the next wait asks again.
  }
  ready_.splice(ready_.begin(), scanned);
  return found;
}

bool Epoll::holds_simulated() const {
  return std::any_of(items_.begin(), items_.end(), [](const Item& item) {
    auto file = item.file.lock();
    const auto* inner = dynamic_cast<const Epoll*>(file.get());
    return inner == nullptr || inner->holds_simulated();
  });
}

bool Epoll::holds_real() const {
  return real_members > 0 || std::any_of(items_.begin(), items_.end(), [](const Item& item) {
           auto file = item.file.lock();
           const auto* inner = dynamic_cast<const Epoll*>(file.get());
           return inner != nullptr && inner->holds_real();
         });
}

bool Epoll::reaches(const File* file) const {
  return file == this || std::any_of(items_.begin(), items_.end(), [&](const Item& item) {
           auto member = item.file.lock();
           const auto* inner = dynamic_cast<const Epoll*>(member.get());
           return inner != nullptr && inner->reaches(file);
         });
}

// A set is readable when a member is. Asking uses up that member's answer but leaves it on the
// list; members before it that say no come off.
std::uint32_t Epoll::ask() {
  while (!ready_.empty()) {
    Item& item = *ready_.front();
    if (item.ask() != 0)
      return EPOLLIN | EPOLLRDNORM;
    take_off_list(item);
  }
  return 0;
}

} // namespace ringside::sim
