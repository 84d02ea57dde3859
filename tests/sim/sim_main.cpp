// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The main function of the simulator's own tests.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
