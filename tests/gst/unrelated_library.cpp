// SPDX-License-Identifier: MIT
// A shared library that is not the model library.
extern "C" int unrelated() { return 1; }
