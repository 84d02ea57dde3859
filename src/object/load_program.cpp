// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading a program into the kernel, with the verifier's log.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include "bpf/new_uapi.hpp"
#include "bpf/object_name.hpp"
#include "bpf/prog.hpp"
#include "kernel/features.hpp"
#include "kernel/refusal.hpp"
#include "object/attach_target.hpp"
#include "object/loading.hpp"
#include "object/saved_log.hpp"
#include "object/verifier_log.hpp"
#include "os/file.hpp"

namespace ringside::object {
namespace {

constexpr std::uint32_t kSleepableFlag = 1U << 4; // BPF_F_SLEEPABLE
constexpr std::uint32_t kFragsFlag = 1U << 5;     // BPF_F_XDP_HAS_FRAGS
constexpr std::uint32_t kLogLines = 3;            // BPF_LOG_LEVEL: the others ask for counts

// LogBuffer is where the verifier writes: into the caller's memory, or into our own, which grows.
class LogBuffer {
public:
  LogBuffer() = default; // our own
  LogBuffer(const Program& program, const Settings& settings)
      : given_(!program.plan().log.empty() ? program.plan().log : settings.log) {}

  [[nodiscard]] bool is_own() const { return given_.empty(); }
  [[nodiscard]] bool has_memory() const { return !is_own() || own_.size() != 0; }
  [[nodiscard]] std::span<char> view() {
    return is_own() ? std::span(reinterpret_cast<char*>(own_.data()), own_.size()) : given_;
  }

  // grow makes our own, or doubles it; false if it cannot.
  bool grow() {
    if (!is_own())
      return false;
    constexpr std::size_t kFirst = std::size_t{16} << 20;
    const std::size_t size = own_.size() == 0 ? kFirst : 2 * own_.size();
    // Only the pages that the kernel writes to become memory.
    auto larger = size <= UINT32_MAX ? os::map_memory(size) : Result<os::Mapping>(Errno(ENOMEM));
    if (!larger)
      return false;
    own_ = std::move(*larger);
    return true;
  }

private:
  std::span<char> given_;
  os::Mapping own_;
};

// load_with_log loads the program. If that fails, it loads once more to get the log, and again with
// a larger buffer while our own is too small.
Result<os::UniqueFd> load_with_log(bpf::ProgLoadAttr& attr, LogBuffer& log, bool optional_type) {
  const auto set_log = [&] {
    attr.log_buf = log.view().data();
    attr.log_size = static_cast<std::uint32_t>(log.view().size());
  };
  if (attr.log_level != 0) {
    if (log.is_own() && !log.grow())
      return Errno(ENOMEM);
    set_log();
    if (!log.view().empty())
      log.view()[0] = '\0';
  }
  // Loading writes into the attributes, and may leave pointers to what it has freed.
  const auto load = [&] {
    bpf::ProgLoadAttr tried = attr;
    return bpf::load_program(tried);
  };
  auto loaded = load();
  // A kernel before 4.17 does not know attach types.
  if (!loaded && loaded.error() == Errno(E2BIG) && optional_type && !kernel::has_attach_types()) {
    attr.expected_attach_type = 0;
    loaded = load();
  }
  if (!loaded && attr.log_level == 0 && (!log.is_own() || log.grow())) {
    attr.log_level = 1;
    set_log();
    log.view()[0] = '\0';
    loaded = load();
  }
  while (!loaded && loaded.error() == Errno(ENOSPC) && log.is_own() && log.grow()) {
    set_log();
    loaded = load();
  }
  return loaded;
}

// save_refusal saves the log of a program that was refused. The caller's buffer may have no more
// than a part of it, so the verifier is asked once more.
void save_refusal(const Program& program, bpf::ProgLoadAttr attr, LogBuffer& log,
                  const Subject& subject) {
  if (log.is_own()) {
    save_log(program, text_of(log.view()), subject);
    return;
  }
  LogBuffer whole;
  if ((attr.log_level & kLogLines) == 0)
    attr.log_level |= 1;
  if (const auto loaded = load_with_log(attr, whole, false); !loaded && whole.has_memory())
    save_log(program, text_of(whole.view()), subject);
}

// put_module names the module whose BTF has the functions, for a program that attaches to many.
Result<void> put_module(Loading& loading, const Program& program, bpf::ProgLoadAttr& attr,
                        const Subject& subject) {
  const std::string_view section = program.section();
  const std::string_view target = section.substr(std::min(section.find('/'), section.size()));
  const std::size_t colon = target.find(':');
  attr.attach_target_fd = 0;
  if (colon == std::string_view::npos)
    return {};
  const std::string_view module = target.substr(1, colon - 1);
  if (const auto read = loading.read_kernel(); !read)
    return read.error();
  const auto all = loading.all_modules();
  if (!all)
    return all.error();
  for (const kernel::ModuleBtf& one : *all)
    if (module == one.name.data()) {
      attr.attach_target_fd = static_cast<std::uint32_t>(one.fd.get());
      return {};
    }
  return fail(subject, Errno(EINVAL), "its section '%s' names a module that has no BTF: load it",
              program.section());
}

bool is_for_many(std::uint32_t attach_type) {
  return attach_type == bpf::kTraceFentryMulti || attach_type == bpf::kTraceFexitMulti ||
         attach_type == bpf::kTraceFsessionMulti;
}

// put_kind adds what the section's name says about loading.
Result<void> put_kind(Loading& loading, Program& program, bpf::ProgLoadAttr& attr,
                      const Subject& subject) {
  const SectionKind* const kind = program.kind();
  if (kind == nullptr)
    return {};
  put_kind_flags(program, attr, false);
  if (is_for_many(attr.expected_attach_type))
    return put_module(loading, program, attr, subject);
  if ((kind->flags & kBtfTarget) == 0 || attr.attach_btf_id != 0)
    return {};
  const auto target = find_section_target(loading, program, subject);
  if (!target)
    return target.error();
  attr.attach_btf_id = target->id;
  if (target->fd != 0)
    attr.attach_target_fd = static_cast<std::uint32_t>(target->fd);
  return {};
}

// Triple is records of one kind: an address, how many, and the size of one.
struct Triple {
  bpf::Address bpf::ProgLoadAttr::*records;
  std::uint32_t bpf::ProgLoadAttr::*count;
  std::uint32_t bpf::ProgLoadAttr::*size;
};
constexpr Triple kTriples[] = {
    {&bpf::ProgLoadAttr::func_info, &bpf::ProgLoadAttr::func_info_cnt,
     &bpf::ProgLoadAttr::func_info_rec_size},
    {&bpf::ProgLoadAttr::line_info, &bpf::ProgLoadAttr::line_info_cnt,
     &bpf::ProgLoadAttr::line_info_rec_size},
};
// What a clone may have other than its program, apart from records and descriptors.
constexpr std::uint32_t bpf::ProgLoadAttr::*kChangeable[] = {
    &bpf::ProgLoadAttr::kern_version,     &bpf::ProgLoadAttr::prog_flags,
    &bpf::ProgLoadAttr::prog_ifindex,     &bpf::ProgLoadAttr::expected_attach_type,
    &bpf::ProgLoadAttr::prog_btf_fd,      &bpf::ProgLoadAttr::attach_btf_id,
    &bpf::ProgLoadAttr::attach_target_fd, &bpf::ProgLoadAttr::prog_token_fd,
};

// put_change puts the members of `change` that are not 0 into `attr`, and the log.
Result<void> put_change(bpf::ProgLoadAttr& attr, const bpf::ProgLoadAttr& change,
                        const Subject& subject) {
  for (const auto member : kChangeable)
    if (change.*member != 0)
      attr.*member = change.*member;
  if (!change.fd_array.is_null()) {
    attr.fd_array = change.fd_array;
    attr.fd_array_cnt = change.fd_array_cnt;
  }
  for (const Triple& triple : kTriples) {
    const bool is_there = !(change.*triple.records).is_null();
    if ((change.*triple.count != 0) != is_there || (change.*triple.size != 0) != is_there)
      return fail(subject, Errno(EINVAL),
                  "records need an address, a count and a size, of which some are missing");
    if (!is_there)
      continue;
    attr.*triple.records = change.*triple.records;
    attr.*triple.count = change.*triple.count;
    attr.*triple.size = change.*triple.size;
  }
  attr.log_level = change.log_level;
  attr.log_size = change.log_size;
  attr.log_buf = change.log_buf;
  return {};
}

} // namespace

void put_kind_flags(Program& program, bpf::ProgLoadAttr& attr, bool newest) {
  const SectionKind* const kind = program.kind();
  if (kind == nullptr)
    return;
  if ((kind->flags & kSleepable) != 0)
    attr.prog_flags |= kSleepableFlag;
  if ((kind->flags & kFrags) != 0 && attr.prog_type == BPF_PROG_TYPE_XDP)
    attr.prog_flags |= kFragsFlag;
  if ((kind->flags & kMultiIfPossible) != 0 && (newest || kernel::has_uprobe_multi())) {
    program.attach_to_many();
    attr.expected_attach_type = program.plan().attach_type;
  }
}

Result<void> Program::check_plan(const Subject& subject) const {
  if (plan_.type == BPF_PROG_TYPE_UNSPEC) {
    if (const SectionKind* const meant = meant_section_kind(section()))
      return fail(
          subject, Errno(EINVAL),
          "its section '%s' does not say what type of program it is: write SEC(\"%.*s%s\"), "
          "if that is meant",
          section(), static_cast<int>(meant->name.size()), meant->name.data(),
          meant->may_have_target ? "/..." : "");
    return fail(subject, Errno(EINVAL),
                "its section '%s' does not say what type of program it is: use a name that does, "
                "or set the type before loading",
                section());
  }
  if (plan_.type == BPF_PROG_TYPE_STRUCT_OPS && plan_.attach_btf_id == 0)
    return fail(subject, Errno(EINVAL),
                "no struct_ops map names it: put it into one, or leave it out by "
                "bpf_program__set_autoload");
  if (insns().empty())
    return fail(subject, Errno(EINVAL), "it has no instructions");
  return {};
}

bpf::ProgLoadAttr Program::planned_attr() const {
  bpf::ProgLoadAttr attr{
      .prog_type = plan_.type,
      .insn_cnt = static_cast<std::uint32_t>(insns().size()),
      .insns = insns().data(),
      .license = object_->parsed().license.data(),
      .log_level = plan_.log_level,
      .kern_version = object_->kernel_version(),
      .prog_flags = plan_.flags,
      .prog_ifindex = ifindex_,
      .expected_attach_type = plan_.attach_type,
      .attach_btf_id = plan_.attach_btf_id,
      .attach_target_fd = static_cast<std::uint32_t>(
          plan_.attach_program_fd != 0 ? plan_.attach_program_fd : plan_.attach_btf_fd),
      .fd_array = object_->btf_fds().data()};
  bpf::set_name(attr.prog_name, name());
  put_token(*object_, attr.prog_flags, attr.prog_token_fd);
  const btf::Btf* const btf = object_->btf();
  if (btf == nullptr || btf->fd() < 0 || code_ == nullptr || code_->functions.empty())
    return attr;
  attr.prog_btf_fd = static_cast<std::uint32_t>(btf->fd());
  attr.func_info = code_->functions.data();
  attr.func_info_rec_size = code_->function_words * sizeof(std::uint32_t);
  attr.func_info_cnt = static_cast<std::uint32_t>(code_->functions.size() / code_->function_words);
  if (code_->line_words != 0) {
    attr.line_info = code_->lines.data();
    attr.line_info_rec_size = code_->line_words * sizeof(std::uint32_t);
    attr.line_info_cnt = static_cast<std::uint32_t>(code_->lines.size() / code_->line_words);
  }
  return attr;
}

Result<void> Program::ask_handler(bpf::ProgLoadAttr& attr, const Subject& subject) {
  if (handler() == nullptr || handler()->prepare == nullptr)
    return {};
  if (const auto prepared = handler()->calls->prepare(*handler(), *this, attr); !prepared)
    return fail(subject, prepared.error(), "the handler of its section refuses to load it");
  attr.insns = insns().data();
  attr.insn_cnt = static_cast<std::uint32_t>(insns().size());
  return {};
}

Result<void> Program::load(Loading& loading) {
  const Subject subject(loading.subject, "prog", parsed().name);
  if (const auto checked = check_plan(subject); !checked)
    return checked;
  const Object& object = loading.object;
  bpf::ProgLoadAttr attr = planned_attr();
  if (const auto put = put_kind(loading, *this, attr, subject); !put)
    return put;
  if (const auto asked = ask_handler(attr, subject); !asked)
    return asked;

  LogBuffer log(*this, object.settings());
  const std::uint32_t log_level = attr.log_level;
  const bool optional_type = kind_ != nullptr && (kind_->flags & kOptionalType) != 0;
  auto loaded = with_token(loading, attr.prog_flags, attr.prog_token_fd, [&] {
    attr.log_level = log_level;
    return load_with_log(attr, log, optional_type);
  });
  const std::string_view text = text_of(log.view());
  if (!loaded) {
    if (saves_logs() && log.has_memory())
      save_refusal(*this, attr, log, subject);
    explain_log(loading, *this, log.view());
    const std::string_view explained = text_of(log.view());
    if (log.is_own() && !explained.empty())
      show_log(LogLevel::warn, subject, explained);
    const Refusal refusal = find_refusal(explained);
    summarize_log(*this, explained, refusal, subject, log.is_own());
    // The reason is the program, not what the process may do.
    if (loaded.error() != Errno(EPERM) && refusal.insn)
      return fail(subject, loaded.error(), "loading it failed: the verifier refuses it, error %d",
                  loaded.error().value());
    return kernel::refused(subject, {"loading it", kernel::RefusedCall::bpf_make}, loaded.error());
  }
  if (log.is_own() && !text.empty())
    show_log(LogLevel::debug, subject, text);
  fd_ = std::move(*loaded);
  return bind_constants(subject);
}

Result<os::UniqueFd> Program::clone(const bpf::ProgLoadAttr& change, int attempts) {
  const Subject object = object_->subject();
  const Subject subject(object, "prog", parsed().name);
  if (!object_->is_made())
    return fail(subject, Errno(EINVAL),
                "it cannot be loaded once more: its object is not prepared, or failed to load");
  if (const auto checked = check_plan(subject); !checked)
    return checked.error();
  bpf::ProgLoadAttr attr = planned_attr();
  if (const auto put = put_change(attr, change, subject); !put)
    return put.error();
  // The look-up may open the BTF of a module, which must stay open until the program is loaded.
  Loading loading(*object_);
  if (const auto put = put_kind(loading, *this, attr, subject); !put)
    return put.error();
  if (const auto asked = ask_handler(attr, subject); !asked)
    return asked.error();
  auto loaded = bpf::load_program(attr, attempts);
  if (!loaded)
    return kernel::refused(subject, {"loading it once more", kernel::RefusedCall::bpf_make},
                           loaded.error());
  return loaded;
}

// bind_constants binds the maps of constants to the program: the kernel keeps them as long as it.
Result<void> Program::bind_constants(const Subject& subject) {
  for (const Map& map : object_->maps()) {
    if (map.kind() != MapKind::rodata || map.fd() < 0)
      continue;
    const auto bound =
        bpf::run(BPF_PROG_BIND_MAP, bpf::BindMapAttr{.prog_fd = fd_.get(), .map_fd = map.fd()});
    // A kernel before 5.10 does not know the command.
    if (!bound && bound.error() != Errno(EINVAL))
      kernel::refused(Subject(subject, "map", map.name()),
                      {"binding it to the program", kernel::RefusedCall::bpf_make}, bound.error());
  }
  return {};
}

Result<void> load_programs(Loading& loading) {
  for (Program& program : loading.object.programs())
    if (program.plan().autoload)
      if (const auto loaded = program.load(loading); !loaded)
        return loaded;
  return {};
}

} // namespace ringside::object
