// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Links: what all kinds of them have in common.
#include "attach/link.hpp"

#include <cerrno>

#include "abi/object/handles.hpp"
#include "base/error_text.hpp"
#include "base/failure.hpp"
#include "object/attaching.hpp"

using ringside::Called;
using ringside::callers_own;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::handle;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::attach::Link;
using ringside::object::Attachable;

extern "C" LIBBPF_API struct bpf_link* bpf_link__open(const char* path) {
  if (auto* const own = callers_own(bpf_link__open, Called()))
    return own(path);
  const Entry entry;
  if (path == nullptr)
    return entry.fail_null<bpf_link>(Errno(EINVAL));
  auto link = Link::open(path);
  if (!link) {
    char text[64];
    ringside::error_text(link.error().value(), text, sizeof(text));
    ringside::fail("bpf_link__open", link.error(), "'%s' cannot be opened: %s", path, text);
  }
  return handle<bpf_link>(entry.leave(std::move(link)));
}

extern "C" LIBBPF_API int bpf_link__destroy(struct bpf_link* link) {
  if (is_foreign(link))
    return pass_on(bpf_link__destroy, Called(), link);
  const Entry entry;
  if (link == nullptr || ringside::is_error(link))
    return entry.give(0);
  const ringside::Owned<Link> gone(&core(link));
  return entry.leave(gone->close());
}

extern "C" LIBBPF_API void bpf_link__disconnect(struct bpf_link* link) {
  if (is_foreign(link))
    return pass_on(bpf_link__disconnect, Called(), link);
  if (link != nullptr)
    core(link).disconnect();
}

extern "C" LIBBPF_API int bpf_link__detach(struct bpf_link* link) {
  if (is_foreign(link))
    return pass_on(bpf_link__detach, Called(), link);
  const Entry entry;
  return link != nullptr ? entry.leave(core(link).detach()) : entry.fail(Errno(EINVAL));
}

extern "C" LIBBPF_API int bpf_link__fd(const struct bpf_link* link) {
  if (is_foreign(link))
    return pass_on(bpf_link__fd, Called(), link);
  return link != nullptr ? core(link).fd() : Entry().fail(Errno(EINVAL));
}

extern "C" LIBBPF_API const char* bpf_link__pin_path(const struct bpf_link* link) {
  if (is_foreign(link))
    return pass_on(bpf_link__pin_path, Called(), link);
  return link != nullptr ? core(link).path() : Entry().fail_null<const char>(Errno(EINVAL));
}

extern "C" LIBBPF_API int bpf_link__pin(struct bpf_link* link, const char* path) {
  if (is_foreign(link))
    return pass_on(bpf_link__pin, Called(), link, path);
  const Entry entry;
  if (link == nullptr || path == nullptr)
    return entry.fail(Errno(EINVAL));
  return entry.leave(core(link).pin(path));
}

extern "C" LIBBPF_API int bpf_link__unpin(struct bpf_link* link) {
  if (is_foreign(link))
    return pass_on(bpf_link__unpin, Called(), link);
  const Entry entry;
  return link != nullptr ? entry.leave(core(link).unpin()) : entry.fail(Errno(EINVAL));
}

extern "C" LIBBPF_API int bpf_link__update_program(struct bpf_link* link,
                                                   struct bpf_program* prog) {
  if (is_foreign(link, prog))
    return pass_on(bpf_link__update_program, Called(), link, prog);
  const Entry entry;
  if (link == nullptr || prog == nullptr)
    return entry.fail(Errno(EINVAL));
  const Attachable program(core(prog));
  if (const auto loaded = ringside::attach::must_be_loaded(program.program()); !loaded)
    return entry.fail(loaded.error());
  return entry.leave(core(link).update(core(prog).fd()));
}

extern "C" LIBBPF_API int bpf_link__update_map(struct bpf_link* link, const struct bpf_map* map) {
  if (is_foreign(link, map))
    return pass_on(bpf_link__update_map, Called(), link, map);
  const Entry entry;
  if (link == nullptr || map == nullptr)
    return entry.fail(Errno(EINVAL));
  return entry.leave(ringside::object::update_map(core(link), core(map)));
}
