// SPDX-License-Identifier: MIT
// The fields of one JSON object, read strictly: errors name the file and the field.
#pragma once

#include "io/strict_json.h"

#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace ausm::io {

class JsonFields {
public:
    /// `where` is what errors begin with: the file, and the way to the object ("nano.json: data"). Throws
    /// std::runtime_error when `value` is no object. `value` must live longer than this.
    JsonFields(const nlohmann::json& value, std::string where) : value_(value), where_(std::move(where)) {
        if (!value_.is_object())
            throw std::runtime_error(where_ + ": must be an object, not " + value_.type_name());
    }

    [[nodiscard]] bool has(const std::string& name) const { return value_.contains(name); }
    /// "nano.json: data.frames"
    [[nodiscard]] std::string where(const std::string& name) const {
        return where_ + (where_.ends_with(':') ? " " : ".") + name;
    }
    [[noreturn]] void fail(const std::string& name, const std::string& what) const {
        throw std::runtime_error(where(name) + ": " + what);
    }

    /// The raw value of a field that must be there.
    const nlohmann::json& at(const std::string& name) {
        known_.insert(name);
        const auto found = value_.find(name);
        if (found == value_.end())
            fail(name, "is missing");
        return *found;
    }
    /// A field that must be there, as a T.
    template <class T>
    T need(const std::string& name) {
        try {
            return checked<T>(at(name), name);
        } catch (const nlohmann::json::exception&) {
            fail(name, std::string("has the wrong type (") + value_.at(name).type_name() + ")");
        }
    }
    /// A field that may be missing: then `value` stays as it is.
    template <class T>
    void get(const std::string& name, T& value) {
        known_.insert(name);
        if (has(name))
            value = need<T>(name);
    }
    /// An object inside this one.
    JsonFields object(const std::string& name) { return {at(name), where(name)}; }

    /// Throws for the first field that nobody has asked for.
    void finish() const {
        for (const auto& [name, value] : value_.items())
            if (!known_.contains(name))
                fail(name, "is not known");
    }

private:
    /// nlohmann-json turns 1.5 into the int 1, -1 into a huge unsigned number and 2^32 into the int 0; here all are errors.
    template <class T>
    T checked(const nlohmann::json& value, const std::string& name) const {
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
            if (!value.is_number_integer())
                fail(name, std::string("must be a whole number, not ") + value.type_name());
            if constexpr (std::is_unsigned_v<T>) {
                static_assert(sizeof(T) == sizeof(std::uint64_t));  // so that none is too large
                if (!value.is_number_unsigned())
                    fail(name, "must not be negative");
            } else {
                using Limits = std::numeric_limits<T>;
                if (!whole_number(value, Limits::min(), Limits::max()))
                    fail(name, "must be " + std::to_string(Limits::min()) + " to " + std::to_string(Limits::max()));
            }
        }
        return value.get<T>();
    }

    const nlohmann::json& value_;
    std::string where_;
    std::set<std::string> known_;
};

}  // namespace ausm::io
