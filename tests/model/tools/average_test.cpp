// SPDX-License-Identifier: MIT
// ausm average as a process: means, halved files, and what does not fit together.
#include "process.h"
#include "training_set.h"

#include "io/safetensors.h"
#include "nn/tensor_file.h"
#include "nn/weight_map.h"

#include <ATen/ATen.h>

namespace ausm::tools {
namespace {

using test::Process;

/// Its folder holds "second": the default weights, every number doubled.
class AverageTool : public data::test::Miniature {
protected:
    void SetUp() override { write("second", 2, {}); }

    [[nodiscard]] static std::string first() { return std::getenv("AUSM_WEIGHTS"); }
    [[nodiscard]] static io::Safetensors default_weights() { return io::Safetensors::read(first()); }

    /// The default weights times `factor`, without one of their tensors.
    void write(const std::string& name, double factor, const std::string& without) {
        const auto weights = default_weights();
        TensorFile file;
        for (const auto& [key, view] : weights.tensors())
            if (key != without)
                file.add(key, factor * to_tensor(view).to(at::kFloat));
        file.write(path(name), weights.metadata());
    }
    void expect_failure(std::vector<std::string> arguments, const std::string& part) const {
        arguments.insert(arguments.begin(), {"average", path("out")});
        Process tool(arguments);
        EXPECT_NE(tool.status(), 0) << part;
        EXPECT_NE(tool.err().find(part), std::string::npos) << tool.err();
        EXPECT_FALSE(std::filesystem::exists(path("out"))) << part;
    }
};

TEST_F(AverageTool, ByShares) {
    Process tool({"average", path("out"), first(), path("second"), "--shares", "1,3", "--recipe", "by hand"});
    ASSERT_EQ(tool.status(), 0) << tool.err();
    const auto out = io::Safetensors::read(path("out")), one = default_weights();
    ASSERT_EQ(out.tensors().size(), one.tensors().size());
    for (const auto& [name, view] : out.tensors()) {
        EXPECT_EQ(view.dtype, "F32") << name;
        EXPECT_TRUE(at::allclose(to_tensor(view), 1.75 * to_tensor(one.tensors().at(name)).to(at::kFloat))) << name;
    }
    EXPECT_EQ(out.metadata("recipe"), "by hand");
    EXPECT_EQ(out.metadata("config"), one.metadata("config"));
    Process again({"average", path("out"), first(), path("second")});
    EXPECT_NE(again.status(), 0);
    EXPECT_NE(again.err().find("give --overwrite"), std::string::npos) << again.err();
    EXPECT_EQ(io::Safetensors::read(path("out")).hash(), out.hash());
}

TEST_F(AverageTool, HalvesOneFile) {
    Process tool({"average", path("out"), path("second"), "--precision", "bf16"});
    ASSERT_EQ(tool.status(), 0) << tool.err();
    EXPECT_LT(std::filesystem::file_size(path("out")), 0.53 * std::filesystem::file_size(path("second")));
    const auto out = io::Safetensors::read(path("out")), one = io::Safetensors::read(path("second"));
    for (const auto& [name, view] : out.tensors()) {
        const auto exact = to_tensor(one.tensors().at(name));
        EXPECT_EQ(view.dtype, exact.numel() < 10'000 ? "F32" : "BF16") << name;
        EXPECT_TRUE(at::allclose(to_tensor(view).to(at::kFloat), exact, 1.0 / 256, 1e-30)) << name;
    }
    Process info({"info", path("out"), "--json"});
    EXPECT_EQ(info.status(), 0) << info.err();
}

TEST_F(AverageTool, RefusesWhatDoesNotFit) {
    expect_failure({first(), "/none.safetensors"}, "/none.safetensors: cannot be opened");
    expect_failure({first(), path("second"), "--shares", "1"}, "1 shares for 2 weights files");
    expect_failure({first(), path("second"), "--shares", "1,0"}, "--shares");
    write("less", 1, "x0");
    expect_failure({first(), path("less")}, "x0");
}

}  // namespace
}  // namespace ausm::tools
