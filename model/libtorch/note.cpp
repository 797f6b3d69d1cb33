// SPDX-License-Identifier: MIT
// Which LibTorch libausm was built with, as an ELF note: whoever opens libausm can read it from the file before that.
#include <torch/version.h>

#include <cstdint>

namespace {

// Version and folder, each ended by 0.
#define AUSM_NOTE_TEXT TORCH_VERSION "\0" AUSM_LIBTORCH_FOLDER

struct Note {
    std::uint32_t name_size, text_size, type;
    char name[8];
    char text[(sizeof(AUSM_NOTE_TEXT) + 3) / 4 * 4];
};

[[gnu::section(".note.ausm"), gnu::used, gnu::aligned(4)]] const Note note{sizeof(Note::name), sizeof(Note::text), 1,
                                                                           "AUSM-LT", AUSM_NOTE_TEXT};

}  // namespace
