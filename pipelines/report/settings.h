// SPDX-License-Identifier: MIT
// What a report shall run on, where its files go, and the failure that ends it.
#pragma once

#include <stdexcept>
#include <string>

namespace ausm::report {

/// Ends the program: the text says what is wrong and what to do next.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Settings {
    std::string input;                           ///< file, URI or /dev/videoN
    std::string box, points, mask, prompts;      ///< as ausmprompt has them; mask and prompts are files
    std::string mode = "auto";                   ///< of ausmsegment
    std::string style = "both";                  ///< of maskoverlay
    std::string encoder;                         ///< empty: the best that is there
    std::string directory = ".", name = "demo";  ///< DIRECTORY/NAME.mp4 and DIRECTORY/NAME.png
    std::string caption;                         ///< under the contact sheet
    std::string prefix;                          ///< before the launch line that is printed
    int frames = 0;                              ///< stop after so many; 0: no limit
    double seconds = 0;                          ///< stop after so much of the video; 0: no limit

    bool prompted() const { return !(box.empty() && points.empty() && mask.empty() && prompts.empty()); }
};

/// Reads the command line; prints the help and exits for --help. Throws Failure.
Settings read_settings(int argc, char** argv);

}  // namespace ausm::report
