// SPDX-License-Identifier: MIT
// Grey masks as people hand them in: ids stay ids, soft edges are cut, what could be meant in two ways is refused.
#include "gst/gstausmgreymask.h"

#include "grey_drawing.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

using namespace ausm::gst;
using ausm::test::GreyDrawing;

namespace {

constexpr int kWidth = 160, kHeight = 120;

GreyDrawing black() { return {kWidth, kHeight}; }

/// The test's own cut, pixel by pixel.
std::vector<std::uint8_t> cut_at_half(const MaskImage& image, int white = 255) {
    std::vector<std::uint8_t> cut;
    for (const std::uint8_t value : image.values)
        cut.push_back(value * 2 > white ? 255 : 0);
    return cut;
}

struct Drawn {
    const char* name;
    std::function<GreyDrawing()> drawing;
    int white = 255;
};

std::string name_of(const testing::TestParamInfo<Drawn>& test) { return test.param.name; }

class OneObject : public testing::TestWithParam<Drawn> {};

TEST_P(OneObject, IsCutAtHalf) {
    const MaskImage drawn = GetParam().drawing().image(GetParam().white);
    MaskImage image = drawn;
    EXPECT_EQ(settle_grey(image, GetParam().white), std::nullopt);
    EXPECT_EQ(image.values, cut_at_half(drawn, GetParam().white));
    EXPECT_EQ(mask_objects(image), (std::vector<std::uint8_t>{255}));
}

INSTANTIATE_TEST_SUITE_P(
    All, OneObject,
    testing::Values(
        Drawn{"smoothed", [] { return black().disc(80, 60, 40, 255, 1); }},
        Drawn{"withAnEdgeOfSixPixels", [] { return black().disc(80, 60, 40, 255, 6); }},
        Drawn{"withAnEdgeOfFortyPixels", [] { return black().disc(80, 60, 40, 255, 40); }},
        Drawn{"blurred", [] { return black().disc(80, 60, 40, 255).blurred(2); }},
        Drawn{"blurredWidely", [] { return black().disc(80, 60, 45, 255).blurred(8); }},
        Drawn{"halved", [] { return black().disc(81.3, 60, 40, 255).halved(); }},
        Drawn{"aBoxHalvedOnOneSide", [] { return black().box(31, 20, 100, 90, 255).halved(); }},
        Drawn{"doubled", [] { return black().disc(80, 60, 40, 255).doubled(); }},
        Drawn{"compressed", [] { return black().disc(80, 60, 40, 255).compressed(4); }},
        Drawn{"compressedStrongly", [] { return black().disc(80, 60, 40, 255).compressed(16); }},
        Drawn{"smoothedAndCompressed", [] { return black().disc(80, 60, 40, 255, 2).compressed(4); }},
        Drawn{"ofVideoLevels", [] { return black().box(0, 0, kWidth, kHeight, 16).disc(80, 60, 40, 235, 3); }},
        Drawn{"notQuiteWhite", [] { return black().disc(80, 60, 40, 240, 3); }},
        Drawn{"ofFourBits", [] { return black().disc(80, 60, 40, 255, 6); }, 15},
        Drawn{"twoDiscsOfTheSameObject", [] { return black().disc(40, 60, 30, 255, 3).disc(120, 60, 30, 255, 3); }},
        Drawn{"aThinLine", [] { return black().box(20, 60, 140, 62, 255).blurred(0.6); }},
        Drawn{"atTheEdgeOfThePicture", [] { return black().disc(0, 0, 60, 255, 5); }}),
    name_of);

class Ids : public testing::TestWithParam<Drawn> {};

TEST_P(Ids, StayAsTheyAre) {
    const MaskImage drawn = GetParam().drawing().image(GetParam().white);
    MaskImage image = drawn;
    EXPECT_EQ(settle_grey(image, GetParam().white), std::nullopt);
    EXPECT_EQ(image.values, drawn.values);
}

GreyDrawing many(int count) {
    GreyDrawing drawing = black();
    for (int i = 0; i < count; ++i)
        drawing.box(i % 16 * 10, i / 16 * 10, i % 16 * 10 + 10, i / 16 * 10 + 10, i + 1);
    return drawing;
}

/// What a data set draws around its objects: 255 belongs to nobody.
GreyDrawing with_border(int border) { return black().disc(80, 60, 40 + border, 255).disc(80, 60, 40, 15); }

INSTANTIATE_TEST_SUITE_P(
    All, Ids,
    testing::Values(
        Drawn{"nothing", black}, Drawn{"everything", [] { return black().box(0, 0, kWidth, kHeight, 255); }},
        Drawn{"hard", [] { return black().disc(80, 60, 40, 255); }},
        Drawn{"one", [] { return black().disc(80, 60, 40, 1); }},
        Drawn{"oneOfOneBit", [] { return black().disc(80, 60, 40, 255); }, 1},
        Drawn{"threeOfTwoBits",
              [] { return black().disc(30, 60, 20, 85).disc(80, 60, 20, 170).disc(130, 60, 20, 255); }, 3},
        Drawn{"oneAndTwoHard", [] { return black().disc(60, 60, 30, 1).disc(90, 60, 30, 2); }},
        Drawn{"oneAndTwoSmoothed", [] { return black().disc(40, 60, 30, 1, 1.5).disc(120, 60, 30, 2, 1.5); }},
        Drawn{"halfAndWhiteHard", [] { return black().disc(40, 60, 30, 128).disc(120, 60, 30, 255); }},
        Drawn{"greysOfAPalette",
              [] { return black().disc(40, 60, 30, 38).disc(90, 60, 30, 75).disc(130, 60, 20, 113); }},
        Drawn{"withAThinBorderOfNobody", [] { return with_border(1); }},
        Drawn{"withAThickBorderOfNobody", [] { return with_border(5); }},
        Drawn{"asManyAsThereMayBe", [] { return many(kMaxGreyObjects); }},
        Drawn{"tiny", [] { return black().box(3, 3, 5, 5, 7).box(9, 9, 11, 10, 200).box(20, 20, 21, 21, 90); }},
        Drawn{"almostHidden", [] { return black().disc(80, 60, 40, 1).disc(81, 60, 40, 2); }},
        Drawn{"aPoleBetweenTwo",
              [] { return black().box(0, 0, 80, 120, 11).box(80, 0, 82, 120, 17).box(82, 0, 160, 120, 23); }}),
    name_of);

struct Refusal {
    const char* name;
    std::function<GreyDrawing()> drawing;
    const char* says;
};

class NeitherNor : public testing::TestWithParam<Refusal> {};

TEST_P(NeitherNor, IsRefusedAndSaysWhyAndWhatToDo) {
    const MaskImage drawn = GetParam().drawing().image();
    MaskImage image = drawn;
    const std::string wrong = settle_grey(image).value_or("");
    EXPECT_NE(wrong.find(GetParam().says), std::string::npos) << wrong;
    EXPECT_NE(wrong.find("palette"), std::string::npos) << wrong;
    EXPECT_EQ(image.values, drawn.values);
}

/// Grey everywhere.
GreyDrawing photograph() {
    GreyDrawing drawing = black();
    for (int x = 0; x < kWidth; ++x)
        for (int y = 0; y < kHeight; ++y)
            drawing.box(x, y, x + 1, y + 1, 20 + (x * 7 + y * 13 + x * y) % 215);
    return drawing;
}

INSTANTIATE_TEST_SUITE_P(
    All, NeitherNor,
    testing::Values(
        Refusal{"halfAndWhiteSmoothed", [] { return black().disc(40, 60, 30, 128, 3).disc(120, 60, 30, 255, 3); },
                "not one object"},
        Refusal{"halfAndWhiteHalved", [] { return black().disc(40, 60, 30, 128).disc(121.3, 60, 30, 255).halved(); },
                "not one object"},
        Refusal{"threeIdsSmoothed",
                [] { return black().disc(30, 60, 20, 10, 2).disc(80, 60, 20, 20, 2).disc(130, 60, 20, 30, 2); },
                "half of white"},
        Refusal{"threeIdsDoubled",
                [] { return black().disc(30, 60, 20, 60).disc(80, 60, 20, 120).disc(130, 60, 20, 180).doubled(); },
                "not one object"},
        Refusal{"nothingBright", [] { return black().disc(80, 60, 40, 50, 20); }, "half of white"},
        Refusal{"aPhotograph", photograph, "neither black nor white"},
        Refusal{"tooMany", [] { return many(kMaxGreyObjects + 1); }, "at most 64 objects"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
