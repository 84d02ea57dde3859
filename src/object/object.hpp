// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Object: a BPF object, from its file to what the kernel has of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.hpp"
#include "base/array.hpp"
#include "base/byte_source.hpp"
#include "base/failure.hpp"
#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "object/map.hpp"
#include "object/parsed.hpp"
#include "object/program.hpp"
#include "os/lock.hpp"
#include "os/unique_fd.hpp"
#include "usdt/spec_table.hpp"

namespace ringside::object {

struct Loader;
struct Loading;

// Settings is what a program says when it opens an object. Texts are null if they are not given.
struct Settings {
  bool relaxed_maps = false;
  const char* pin_root = nullptr;   // folder of maps that are pinned by name; null: /sys/fs/bpf
  const char* kconfig = nullptr;    // text that is asked before the system's configuration
  const char* btf_path = nullptr;   // the target of CO-RE relocations; null: the running kernel
  const char* token_path = nullptr; // null: not said; "": no token
  // The kernel's logs go here, if a program has no log of its own.
  std::span<char> log;
  std::uint32_t log_level = 0;
};

// Phase is how far an object has come. It never goes back. After a failure the phase is `loaded`,
// with nothing in the kernel.
enum class Phase { open, prepared, loaded };

class Object : public HandleMark {
public:
  Object();
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object();

  // open reads an object; the bytes are needed during the call alone, and Settings's texts too, but
  // for the log. Of the name 15 bytes count. Errors are those of parse, of handlers, and ENOMEM,
  // with a message.
  static Result<Owned<Object>> open(const ByteSource& file, std::string_view name,
                                    const Settings& settings);

  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] Subject subject() const { return name_; }
  [[nodiscard]] const Parsed& parsed() const { return parsed_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Phase phase() const { return phase_; }

  // In the order of the file. Functions that are parts of others are not among the programs.
  [[nodiscard]] std::span<Program> programs() { return {programs_.begin(), programs_.size()}; }
  [[nodiscard]] std::span<Map> maps() { return {maps_.begin(), maps_.size()}; }
  [[nodiscard]] std::span<const Program> programs() const {
    return {programs_.begin(), programs_.size()};
  }
  [[nodiscard]] std::span<const Map> maps() const { return {maps_.begin(), maps_.size()}; }
  // Null if there is none.
  [[nodiscard]] Program* find_program(std::string_view name);
  [[nodiscard]] Map* find_map(std::string_view name);
  // entry is the program that is the function number `index`; null for a subprogram.
  [[nodiscard]] Program* entry(std::uint32_t index);

  // The BTF of the object, or null.
  [[nodiscard]] btf::Btf* btf() const { return parsed_.btf.get(); }

  // kernel_version is the object's own, or that of the running kernel.
  [[nodiscard]] std::uint32_t kernel_version() const;
  // EINVAL once it is loaded.
  Result<void> set_kernel_version(std::uint32_t version);

  // The descriptor of the object's token, or -1.
  [[nodiscard]] int token_fd() const { return token_.get(); }

  // prepare makes all that the kernel is to have but the programs; load makes the programs as well.
  // EINVAL if that was done before; else the error of what failed, with a message. After a failure
  // nothing is left in the kernel, and the object can only be read.
  Result<void> prepare();
  Result<void> load();
  // Names for all maps, for all programs, or for both, in a folder of a bpf file system. A folder
  // of null: maps that have a pin path get it. See the contract of bpf_object__pin_maps.
  Result<void> pin_maps(const char* folder);
  Result<void> unpin_maps(const char* folder);
  Result<void> pin_programs(const char* folder);
  Result<void> unpin_programs(const char* folder);
  Result<void> pin(const char* folder);
  Result<void> unpin(const char* folder);

  // After set_loader, load makes a loader and nothing in the kernel; see loader/loader.hpp. A later
  // call replaces an earlier one. EINVAL once the object is prepared.
  Result<void> set_loader(Owned<Loader> loader);
  // is_made is whether the kernel has what prepare makes.
  [[nodiscard]] bool is_made() const { return phase_ != Phase::open && !has_nothing_; }

  // usdt_table is what the object keeps of USDT probes; `open` makes it when it is first asked for.
  template <class Open>
  Result<usdt::SharedSpecTable> usdt_table(Open open) {
    const os::Locked locked(usdt_lock_);
    if (!usdt_table_) {
      auto opened = open();
      if (!opened)
        return opened.error();
      usdt_table_ = std::move(*opened);
    }
    return usdt_table_.share();
  }

  // For the steps of loading: what the object owns from then on.
  void set_token(os::UniqueFd token) { token_ = std::move(token); }
  void set_btf_fd(os::UniqueFd fd) { btf_fd_ = std::move(fd); }
  Result<int> keep_fd(os::UniqueFd fd);
  // Descriptors of BTF that calls of kernel functions name by their place here. The first is none.
  [[nodiscard]] Vector<int>& btf_fds() { return btf_fds_; }

private:
  static Result<const char*> keep(Arena& memory, const char* text);
  Result<void> keep_settings(std::string_view name, const Settings& settings);
  Result<void> make_maps();
  Result<void> make_programs();
  void drop();
  Result<void> keep_modules();
  Result<void> make_loader();
  Result<void> each_program_in(const char* folder, std::size_t count,
                               Result<void> (Program::*change)(const char* path),
                               std::size_t& done);

  // Where the texts of the settings live.
  Arena memory_;
  const char* name_ = "";
  Settings settings_;
  Parsed parsed_;
  Phase phase_ = Phase::open;
  bool has_nothing_ = false; // in the kernel: loading failed, or made a loader
  Array<Map> maps_;
  Array<Program> programs_;
  std::uint32_t kernel_version_ = 0;
  os::UniqueFd token_;
  os::Lock usdt_lock_;
  usdt::SharedSpecTable usdt_table_;
  os::UniqueFd btf_fd_;
  Vector<os::UniqueFd> more_fds_; // of maps that stand for jump tables, and of modules
  Vector<int> btf_fds_;
  Owned<Loading> loading_;
  Owned<Loader> loader_;
};

} // namespace ringside::object
