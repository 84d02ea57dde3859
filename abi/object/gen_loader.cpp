// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Asking for a loader. It is apart from loading, because only programs that do so carry the code
// that makes one.
#include <cerrno>

#include "abi/boundary/options.hpp"
#include "abi/object/handles.hpp"
#include "object/loader/loader.hpp"

RINGSIDE_OPTIONS(gen_loader_opts);

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::is_foreign;
using ringside::Options;
using ringside::pass_on;
using ringside::object::Loader;

namespace {

// deliver tells the caller of bpf_object__gen_loader where the loader is.
void deliver(const Loader& loader, void* target) {
  using Opts = gen_loader_opts;
  auto options = Options<Opts>::read(static_cast<Opts*>(target));
  if (!options)
    return;
  // The interface has bytes and instructions as characters.
  options->put(&Opts::data, reinterpret_cast<const char*>(loader.data.data()));
  options->put(&Opts::data_sz, static_cast<__u32>(loader.data.size()));
  options->put(&Opts::insns, reinterpret_cast<const char*>(loader.insns.data()));
  options->put(&Opts::insns_sz, static_cast<__u32>(loader.insns.size()));
}

} // namespace

extern "C" LIBBPF_API int bpf_object__gen_loader(struct bpf_object* obj,
                                                 struct gen_loader_opts* opts) {
  if (is_foreign(obj))
    return pass_on(bpf_object__gen_loader, Called(), obj, opts);
  const Entry entry;
  if (obj == nullptr)
    return entry.fail(fail("object", Errno(EINVAL), "it is NULL"));
  if (opts == nullptr)
    return entry.fail(fail("gen_loader_opts", Errno(EFAULT), "it is NULL"));
  const auto options = Options<gen_loader_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  auto loader = ringside::make<Loader>();
  if (loader == nullptr)
    return entry.fail(no_memory(core(obj).subject(), "its loader"));
  loader->generate = ringside::object::generate;
  loader->is_signed = options->get(&gen_loader_opts::gen_hash);
  loader->deliver = deliver;
  loader->target = opts;
  return entry.leave(core(obj).set_loader(std::move(loader)));
}
