// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Where the header is compiled for: Meson wants a file that includes it.
