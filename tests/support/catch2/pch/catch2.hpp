// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What unit tests include that takes long to compile: it is compiled once for each program. A test
// includes what it needs by itself, too.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
