// SPDX-License-Identifier: MIT
// Opens the model library at run time and gives engines; the plugin itself never links it.
#include "gstausmruntime.h"

#include "gstausmlibtorch.h"
#include "raii.h"

#include <dlfcn.h>
#include <gmodule.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <vector>

namespace ausm::gst {

namespace {

constexpr const char* kBuildStep =
    "Run ./setup and build the project, or set AUSM_LIBRARY to the full path of libausm.so.";
constexpr const char* kLibTorchStep =
    "A process can have one LibTorch. Build this project with the one of the application (meson setup "
    "-Dpython=INTERPRETER or -Dlibtorch=FOLDER), or run the pipeline in a process of its own.";
constexpr const char* kWeightsStep = "Set the property weights or AUSM_WEIGHTS to a safetensors file of this project.";

OpenResult failure(GQuark domain, int code, std::string message, std::string detail) {
    return {nullptr, {domain, code, std::move(message), std::move(detail)}};
}

std::string environment(const char* name) {
    const char* text = g_getenv(name);
    return text ? text : "";
}

bool is_file(const std::string& path) { return g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR); }

/// Where an installed file may lie: as far from this plugin as it was installed, so that an installation can be moved,
/// then where it was installed. One place where both are the same.
std::vector<std::string> installed_places(const char* installed) {
    namespace fs = std::filesystem;
    std::vector<std::string> places{installed};
    Dl_info self{};
    std::error_code error;
    if (dladdr(reinterpret_cast<const void*>(&installed_places), &self) == 0 || !self.dli_fname)
        return places;
    const fs::path plugin = fs::canonical(self.dli_fname, error);
    if (error)
        return places;
    const fs::path way = fs::path(installed).lexically_relative(AUSM_PLUGIN_FOLDER);
    std::string beside = (plugin.parent_path() / way).lexically_normal().string();
    if (beside != installed)
        places.insert(places.begin(), std::move(beside));
    return places;
}

struct File {
    std::string path;   // empty: none of the places has it
    std::string tried;  // places, for the message
};

File first_file(const std::vector<std::string>& places) {
    File file;
    for (const std::string& place : places) {
        file.tried += (file.tried.empty() ? "'" : " or '") + place + "'";
        if (file.path.empty() && is_file(place))
            file.path = place;
    }
    return file;
}

struct Library {
    OpenFunction* open = nullptr;
    std::string path;
    std::string tried;        // when path is empty: it is in none of these places
    std::string reason;       // of the loader, when open is null
    std::string conflict;     // in place of a reason: which LibTorch it needs, and which one is in the way
    bool is_library = false;  // it was loaded, but it is another one
};

std::string name_of(const LibTorch& one) {
    return (one.version.empty() ? "another LibTorch" : "LibTorch " + one.version) + " of '" + one.folder + "'";
}

/// Bound to another LibTorch than it was built with, the library would crash or compute nonsense.
std::string libtorch_conflict(const std::string& library) {
    const auto needed = needed_libtorch(library);
    const auto other = needed ? other_libtorch(*needed) : std::nullopt;
    return other ? "needs " + name_of(*needed) + ", but " + name_of(*other) + " is in this process already" : "";
}

/// The library stays in memory for ever: LibTorch does not survive being unloaded. It is bound at once, so that whatever
/// is missing in the LibTorch that the loader found is said here. RTLD_DEEPBIND would keep symbols of the application out,
/// but also its allocator, and memory goes both ways.
Library open_library() {
    static std::mutex mutex;  // guards opened
    static Library opened;
    const std::lock_guard lock(mutex);
    if (opened.open)
        return opened;
    Library library;
    const std::string named = environment("AUSM_LIBRARY");
    const File file = first_file(named.empty() ? installed_places(AUSM_LIBRARY) : std::vector{named});
    library.path = file.path;
    library.tried = file.tried;
    if (library.path.empty())
        return library;
    library.conflict = libtorch_conflict(library.path);
    if (!library.conflict.empty())
        return library;
    GModule* module = g_module_open(library.path.c_str(), G_MODULE_BIND_LOCAL);
    gpointer symbol = nullptr;
    if (!module || !g_module_symbol(module, kOpenSymbol, &symbol) || !symbol) {
        const char* reason = g_module_error();
        library.reason = reason ? reason : "unknown reason";
        library.is_library = module != nullptr;
        if (module)
            g_module_close(module);
        return library;
    }
    g_module_make_resident(module);
    library.open = reinterpret_cast<OpenFunction*>(symbol);
    opened = library;
    return library;
}

/// A place that was named but has no file is an error: the next place is only for when nothing was named.
File find_weights(const std::string& property) {
    const auto look = [](const std::vector<std::string>& places, const std::string& origin) {
        File file = first_file(places);
        file.tried += " (" + origin + ")";
        return file;
    };
    if (!property.empty())
        return look({property}, "property weights");
    if (const std::string variable = environment("AUSM_WEIGHTS"); !variable.empty())
        return look({variable}, "AUSM_WEIGHTS");
    File installed = look(installed_places(AUSM_DEFAULT_WEIGHTS), "installed default");
    installed.tried += "; neither the property weights nor AUSM_WEIGHTS is set";
    return installed;
}

OpenResult library_failure(const Library& library) {
    if (library.path.empty())
        return failure(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                       "The model library " + library.tried + " does not exist.", kBuildStep);
    if (!library.conflict.empty())
        return failure(GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                       "The model library '" + library.path + "' " + library.conflict + ".", kLibTorchStep);
    if (library.is_library)
        return failure(GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                       "'" + library.path + "' is not the model library: " + library.reason, kBuildStep);
    return failure(GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                   "The model library '" + library.path + "' cannot be loaded: " + library.reason,
                   "Usually LibTorch is missing or was moved. " + std::string(kBuildStep));
}

OpenResult engine_failure(OpenStatus status, const Library& library, const EngineOptions& options,
                          const std::string& reason) {
    switch (status) {
    case OpenStatus::kWrongInterface:
        return failure(GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                       "The model library '" + library.path + "' does not fit this plugin (interface " +
                           std::to_string(kInterfaceVersion) + " is needed): " + reason,
                       "Plugin and library must come from the same build. " + std::string(kBuildStep));
    case OpenStatus::kWeights:
        return failure(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
                       "The weights '" + options.weights + "' cannot be used: " + reason, kWeightsStep);
    case OpenStatus::kDevice:
        return failure(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                       "The device '" + options.device + "' cannot be used: " + reason,
                       "Set the property device to auto or cpu, or to a device that is there.");
    case OpenStatus::kPrecision:
        return failure(
            GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, "The precision cannot be used: " + reason,
            "Set the property precision, or AUSM_PRECISION where that is auto, to a precision that this device has.");
    default:
        return failure(GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED, "The model cannot be opened: " + reason,
                       "Library: " + library.path + ", weights: " + options.weights);
    }
}

}  // namespace

OpenResult open_engine(const EngineOptions& options) {
    const Library library = open_library();
    if (!library.open)
        return library_failure(library);
    const File weights = find_weights(options.weights);
    if (weights.path.empty())
        return failure(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                       "The weights of the model were not found: " + weights.tried + ".", kWeightsStep);
    EngineOptions found = options;
    found.weights = weights.path;
    OpenResult result;
    std::array<char, 2048> text{};
    const OpenStatus status = library.open(kInterfaceVersion, &found, &result.engine, text.data(), text.size());
    if (status == OpenStatus::kOk && result.engine)
        return result;
    return engine_failure(status, library, found, text.data());
}

void post_open_error(GstElement* element, const OpenError& error) {
    gst_element_message_full(element, GST_MESSAGE_ERROR, error.domain, error.code, g_strdup(error.message.c_str()),
                             g_strdup(error.detail.c_str()), __FILE__, GST_FUNCTION, __LINE__);
}

}  // namespace ausm::gst
