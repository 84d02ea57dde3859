// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// prepare and load: the steps from a plan to what the kernel has.
#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "bpf/command.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/refusal.hpp"
#include "object/loader/loader.hpp"
#include "object/loading.hpp"
#include "os/whole_file.hpp"

namespace ringside::object {
namespace {

using LoadStep = Result<void> (*)(Loading&);

// Where a token is looked for without being told.
constexpr char kBpfFileSystem[] = "/sys/fs/bpf";

Result<os::UniqueFd> token_of(const os::UniqueFd& folder) {
  return bpf::open(bpf::kTokenCreate, bpf::TokenAttr{.bpffs_fd = folder.get()});
}

constexpr LoadStep kPrepareSteps[] = {
    check_order,     make_token,         read_kernel_types, resolve_kconfig,
    resolve_symbols, lay_out_struct_ops, relocate_core,     compose_programs,
    load_object_btf, create_maps,        fill_maps_of_maps, relocate_programs,
};
constexpr LoadStep kLoadSteps[] = {
    complete_programs,
    load_programs,
    fill_program_slots,
    fill_struct_ops,
};

// Those of them that a program needs which is switched on later.
constexpr LoadStep kLateSteps[] = {
    read_kernel_types, resolve_symbols, relocate_core, compose_programs, relocate_programs,
};

Result<void> run(std::span<const LoadStep> steps, Loading& loading) {
  for (const LoadStep step : steps)
    if (const auto done = step(loading); !done)
      return done;
  return {};
}

} // namespace

Result<std::span<const kernel::ModuleBtf>> Loading::all_modules() {
  if (!has_modules) {
    auto read = kernel::read_modules(*kernel, object.token_fd(), subject);
    if (!read)
      return read.error();
    modules = std::move(*read);
    has_modules = true;
  }
  return std::span<const kernel::ModuleBtf>(modules.begin(), modules.size());
}

Result<void> Loading::begin_code() {
  const std::size_t functions = object.parsed().programs.size();
  if (changed_code.empty() &&
      (!changed_code.append_default(functions) || !failures.append_default(functions)))
    return no_memory(subject, "its instructions");
  return {};
}

Result<void> Loading::read_kernel() {
  if (kernel != nullptr)
    return {};
  const auto found = kernel::kernel_btf(subject);
  if (!found)
    return found.error();
  kernel = *found;
  return {};
}

Result<TargetType> Loading::find_type(const char* name, btf::Kind kind, std::string_view module) {
  const bool is_kernels = module == "vmlinux";
  if (module.empty() || is_kernels)
    if (const auto id = kernel->find(name, kind))
      return TargetType{kernel, *id, nullptr};
  if (is_kernels)
    return TargetType{};
  const auto all = all_modules();
  if (!all)
    return all.error();
  for (const kernel::ModuleBtf& one : *all) {
    if (!module.empty() && module != one.name.data())
      continue;
    // The BTF of a module finds the kernel's types as well.
    if (const auto id = one.btf->find(name, kind); id && *id >= one.btf->first_id())
      return TargetType{one.btf.get(), *id, &one};
  }
  return TargetType{};
}

bool Loading::is_wanted(std::uint32_t program) const {
  const Program* const entry = object.entry(program);
  return entry == nullptr || entry->plan().autoload;
}

Result<void> complete_programs(Loading& loading) {
  const auto programs = loading.object.programs();
  const bool is_late = std::any_of(programs.begin(), programs.end(), [](const Program& program) {
    return program.plan().autoload && program.code() == nullptr;
  });
  return is_late ? run(kLateSteps, loading) : Result<void>();
}

Result<void> check_order(Loading& loading) {
  if (loading.object.parsed().order == kNativeOrder)
    return {};
  return fail(loading.subject, kErrnoEndian,
              "it is of the other byte order: compile it with -target bpf%s for this machine",
              kNativeOrder == ByteOrder::little ? "el" : "eb");
}

Result<void> make_token(Loading& loading) {
  const char* const path = loading.object.settings().token_path;
  if (path == nullptr || path[0] == '\0')
    return {};
  const Subject subject(loading.subject, "token", path);
  const auto folder = os::open_to_read(path);
  if (!folder)
    return kernel::refused(subject, {"opening the bpf file system"}, folder.error());
  auto token = token_of(*folder);
  if (!token)
    return kernel::refused(subject, {"making it", kernel::RefusedCall::bpf_token}, token.error());
  loading.object.set_token(std::move(*token));
  return {};
}

void put_token(const Object& object, std::uint32_t& flags, std::uint32_t& fd) {
  if (object.token_fd() < 0)
    return;
  flags |= bpf::kTokenFd;
  fd = static_cast<std::uint32_t>(object.token_fd());
}

bool find_token(Loading& loading) {
  Object& object = loading.object;
  if (object.settings().token_path != nullptr || object.token_fd() >= 0 ||
      std::exchange(loading.has_looked_for_token, true))
    return false;
  const auto folder = os::open_to_read(kBpfFileSystem);
  auto token = folder ? token_of(*folder) : Result<os::UniqueFd>(folder.error());
  if (!token) {
    say(LogLevel::debug, Subject(loading.subject, "token", kBpfFileSystem),
        "none can be made there (error %d)", token.error().value());
    return false;
  }
  object.set_token(std::move(*token));
  return true;
}

Result<void> Object::prepare() {
  if (phase_ != Phase::open)
    return fail(subject(), Errno(EINVAL), "it is %s already",
                phase_ == Phase::loaded ? "loaded" : "prepared");
  // For a loader, load does all the work.
  if (loader_ != nullptr) {
    phase_ = Phase::prepared;
    return {};
  }
  loading_ = make<Loading>(*this);
  if (loading_ == nullptr)
    return no_memory(subject(), "what loading needs");
  if (const auto done = run(kPrepareSteps, *loading_); !done) {
    // An object of the other byte order stays as it was opened.
    if (done.error() == kErrnoEndian)
      loading_.reset();
    else
      drop();
    return done;
  }
  phase_ = Phase::prepared;
  return {};
}

Result<void> Object::load() {
  if (phase_ == Phase::loaded)
    return fail(subject(), Errno(EINVAL), "it is loaded already");
  if (phase_ == Phase::open)
    if (const auto prepared = prepare(); !prepared)
      return prepared;
  if (loader_ != nullptr)
    return make_loader();
  auto done = run(kLoadSteps, *loading_);
  if (done)
    done = keep_modules();
  if (!done) {
    drop();
    return done;
  }
  loading_.reset();
  phase_ = Phase::loaded;
  return {};
}

Result<void> Object::set_loader(Owned<Loader> loader) {
  if (phase_ == Phase::loaded)
    return {};
  if (phase_ == Phase::prepared && loader_ == nullptr)
    return fail(subject(), Errno(EINVAL),
                "it is prepared, so the kernel has its maps: ask for a loader before that");
  loader_ = std::move(loader);
  return {};
}

Result<void> Object::make_loader() {
  Loading loading(*this);
  loading.is_for_another_kernel = true;
  if (const auto done = loader_->generate(loading, *loader_); !done) {
    drop();
    return done;
  }
  phase_ = Phase::loaded;
  has_nothing_ = true;
  loader_->deliver(*loader_, loader_->target);
  return {};
}

// keep_modules keeps the BTF of modules whose functions and variables the programs name: they may
// be loaded once more.
Result<void> Object::keep_modules() {
  for (kernel::ModuleBtf& module : loading_->modules) {
    const int fd = module.fd.get();
    const bool is_used =
        std::any_of(loading_->externs.begin(), loading_->externs.end(),
                    [fd](const LiveExtern& external) { return external.btf_fd == fd; });
    if (!is_used)
      continue;
    if (const auto kept = keep_fd(std::move(module.fd)); !kept)
      return kept.error();
  }
  return {};
}

// drop lets go of all that the kernel has of the object.
void Object::drop() {
  loading_.reset();
  phase_ = Phase::loaded;
  has_nothing_ = true;
  for (Program& program : programs_)
    program.unload();
  for (Map& map : maps_)
    map.drop();
}

} // namespace ringside::object
