// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// `ringside fits`: one object, kernel by kernel.
#include "fits/fits_command.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/files.hpp"
#include "fits/kernels.hpp"
#include "fits/messages.hpp"
#include "fits/report.hpp"
#include "object/fit.hpp"

namespace ringside::tool::fits {
namespace {

// Object is the file, read once.
struct Object {
  std::string path;
  std::string name; // as the object is called: the file's, up to the first dot
  std::string bytes;
};

Object read_object(const std::string& path) {
  std::string name = std::filesystem::path(path).filename();
  name.resize(std::min(name.size(), name.find('.')));
  return {path, std::move(name), read_file(path)};
}

Column compare(const Object& object, const Kernel& kernel, Types types) {
  const Messages messages;
  Column column{kernel.name, "", types.modules.size() != 0, {}};
  const auto bytes = std::as_bytes(std::span(object.bytes.data(), object.bytes.size()));
  auto fit = object::find_fit(bytes, object.name, {types.kernel.get(), std::move(types.modules)});
  if (!fit)
    throw std::runtime_error(messages.reason(object.path, fit.error()));
  column.fit = std::move(*fit);
  return column;
}

// column_of is for one kernel. That its types cannot be read is an answer: there may be others.
Column column_of(const Object& object, const Kernel& kernel) {
  Types types;
  try {
    types = read_types(kernel);
  } catch (const std::runtime_error& error) {
    return {kernel.name, error.what(), false, {}};
  }
  return compare(object, kernel, std::move(types));
}

int status_of(const Report& report) {
  const auto any = [&](const auto& holds) {
    return std::any_of(report.columns.begin(), report.columns.end(), holds);
  };
  if (any([](const Column& column) { return column.count(object::Answer::missing) != 0; }))
    return kDoesNotFit;
  return any([](const Column& column) { return !column.error.empty(); }) ? kUnknown : kFits;
}

} // namespace

int run_fits(const FitsOptions& options) {
  if (options.verbose)
    say_all();
  const Object object = read_object(options.object);
  Kernels kernels;
  if (!options.only_given)
    kernels.kernels.push_back(find_running());
  for (const std::string& path : options.kernels)
    find_kernels(path, kernels);
  if (kernels.kernels.empty())
    throw std::runtime_error("there is no kernel to compare with: give the BTF of some");

  Report report{options.object, {}, std::move(kernels.left_out)};
  for (const Kernel& kernel : kernels.kernels) {
    Column column = column_of(object, kernel);
    // That this kernel has no types is no answer where others are asked about.
    if (kernel.is_running && !column.error.empty() && kernels.kernels.size() > 1)
      report.left_out.push_back(column.error);
    else
      report.columns.push_back(std::move(column));
  }
  fmt::print("{}", options.json ? json_of(report) : text_of(report));
  return status_of(report);
}

std::function<int()> define_fits(CLI::App& command) {
  auto options = std::make_shared<FitsOptions>();
  command.add_option("FILE", options->object, "the BPF object")->required();
  command.add_option("BTF", options->kernels,
                     "types of other kernels: BTF files, raw or ELF, and folders of them");
  command.add_flag("--only-given", options->only_given, "do not compare with this kernel");
  command.add_flag("--json", options->json, "print the result as JSON, and nothing else");
  command.add_flag("--verbose", options->verbose,
                   "print what the code that loads objects says, on standard error");
  return [options] { return run_fits(*options); };
}

} // namespace ringside::tool::fits
