// SPDX-License-Identifier: MIT
// ausm data as its users run it: a pack that trains, a picture of clips, clips in the layout of DAVIS.
#include "process.h"
#include "training_set.h"

#include "data/davis_sequences.h"

namespace ausm::tools {
namespace {

using test::Process;

class DataTool : public test::TrainingSet {
protected:
    void SetUp() override {
        TrainingSet::SetUp();
        write_recipe("recipe.json", R"({"name": "set", "format": "id-maps", "path": "set", "role": "picture"})");
    }
    void write_recipe(const std::string& name, const std::string& source) const {
        text(name, "{\"sources\": [" + source + R"(], "clips": {"frames": 8, "height": 64, "width": 96,
            "overlays": {"on_picture": [0]}}, "train": {"steps": 1, "batch": 1}})");
    }
};

TEST_F(DataTool, APackCanBeTrainedOn) {
    Process pack({"data", "pack", path("recipe.json"), path("packs/all"), "--data", path("data"), "--mib", "1"});
    ASSERT_EQ(pack.status(), 0) << pack.err();
    EXPECT_NE(pack.out().find("set "), std::string::npos) << pack.out();
    write_recipe("packed.json", R"({"name": "pack", "format": "packed", "path": "all"})");
    Process train({"train", path("packed.json"), "--data", path("packs"), "--out", path("run"), "--threads", "1"});
    EXPECT_EQ(train.status(), 0) << train.err();
}

TEST_F(DataTool, PreviewIsAPicture) {
    Process preview(
        {"data", "preview", path("recipe.json"), path("clips.png"), "--data", path("data"), "--count", "2"});
    ASSERT_EQ(preview.status(), 0) << preview.err();
    EXPECT_GT(std::filesystem::file_size(path("clips.png")), 1000U);
}

TEST_F(DataTool, ExportedClipsAreADavisDataSet) {
    Process clips({"data", "export", path("recipe.json"), path("made"), "--data", path("data"), "--count", "2"});
    ASSERT_EQ(clips.status(), 0) << clips.err();
    const auto sequences = data::davis_sequences(path("made"), {}, false);
    ASSERT_EQ(sequences.size(), 2U);
    EXPECT_EQ(sequences[0].pictures.size(), 8U);
    Process again({"data", "export", path("recipe.json"), path("made"), "--data", path("data")});
    EXPECT_NE(again.status(), 0);
    EXPECT_NE(again.err().find("choose another folder"), std::string::npos) << again.err();
}

TEST_F(DataTool, ErrorsSayWhatToDo) {
    Process none({"data", "preview", path("recipe.json"), "--data", path("nowhere")});
    EXPECT_NE(none.status(), 0);
    EXPECT_NE(none.err().find("nowhere"), std::string::npos) << none.err();
    Process absent(
        {"data", "export", path("recipe.json"), path("made"), "--data", path("data"), "--absent", "--count", "1"});
    EXPECT_NE(absent.status(), 0);
    EXPECT_NE(absent.err().find("raise clips.occlusion.probability"), std::string::npos) << absent.err();
}

}  // namespace
}  // namespace ausm::tools
