// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_sites: the files of this machine, beside what readelf says of them.
#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "os/whole_file.hpp"
#include "usdt/probes.hpp"

namespace ringside::test {
namespace {

using ReadProbe = std::tuple<std::string, std::string, std::uint64_t, std::string>;

// What readelf says of the probes of a file; nothing where one of them is not there.
std::vector<ReadProbe> readelf_probes(const std::string& path) {
  const std::string command = "LC_ALL=C readelf -n " + path + " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::vector<ReadProbe> probes;
  char line[1024];
  const auto value = [&line](const std::string& key) {
    const std::string text(line);
    const std::size_t at = text.find(key);
    if (at == std::string::npos)
      return std::string();
    return text.substr(at + key.size(), text.find('\n') - at - key.size());
  };
  while (std::fgets(line, sizeof(line), pipe.get()) != nullptr) {
    if (const std::string provider = value("    Provider: "); !provider.empty())
      probes.emplace_back(provider, "", 0, "");
    if (const std::string name = value("    Name: "); !name.empty() && !probes.empty())
      std::get<1>(probes.back()) = name;
    if (const std::string place = value("    Location: "); !place.empty() && !probes.empty())
      std::get<2>(probes.back()) = std::stoull(place, nullptr, 16);
    if (const std::string text = value("    Arguments: "); !text.empty() && !probes.empty())
      std::get<3>(probes.back()) = text.substr(0, text.find_last_not_of(' ') + 1);
  }
  return probes;
}

} // namespace

TEST_CASE("the files of this machine have the probes that readelf shows") {
  for (const std::string path : {"/usr/bin/python3.11", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                                 "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so"}) {
    const std::vector<ReadProbe> known = readelf_probes(path);
    auto fd = os::open_to_read(path.c_str());
    if (known.empty() || !fd)
      continue;
    const auto file = usdt::open_traced(*os::source_of(*fd), "x");
    // Files of another class or byte order than ours are not traced.
    if (sizeof(void*) != sizeof(std::uint64_t) || kNativeOrder != ByteOrder::little) {
      CHECK(file.error() == Errno(EBADF));
      continue;
    }
    REQUIRE(file);
    std::map<std::pair<std::string, std::string>, std::vector<ReadProbe>> by_name;
    for (const ReadProbe& probe : known)
      by_name[{std::get<0>(probe), std::get<1>(probe)}].push_back(probe);
    for (const auto& [name, probes] : by_name) {
      const auto sites = usdt::find_sites(*file, {name.first, name.second},
                                          usdt::ProbeFeatures{.counts_references = true});
      REQUIRE(sites);
      std::vector<ReadProbe> found;
      for (const usdt::Site& site : sites->list)
        found.emplace_back(name.first, name.second, site.address, site.arguments);
      CHECK(found == probes);
    }
  }
}

} // namespace ringside::test
