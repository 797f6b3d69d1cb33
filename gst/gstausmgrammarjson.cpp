// SPDX-License-Identifier: MIT
// The JSON text form of the grammar, with the place of every mistake.
#include "gstausmgrammarjson.h"
#include "model/io/strict_json.h"
#include "raii.h"

#include <algorithm>

namespace ausm::gst {

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 8;

/// Column of a key of the outermost object, counted from 1; that of the object itself when there is no such key.
int column_of(std::string_view text, std::string_view key) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size() && !key.empty(); ++i) {
        if (text[i] == '{' || text[i] == '[')
            ++depth;
        else if (text[i] == '}' || text[i] == ']')
            --depth;
        if (text[i] != '"')
            continue;
        const std::size_t start = ++i;
        while (i < text.size() && text[i] != '"')
            i += text[i] == '\\' ? 2 : 1;
        const std::size_t after = text.find_first_not_of(" \t\r\n", i + 1);
        const bool is_key = depth == 1 && after != std::string_view::npos && text[after] == ':';
        if (is_key && text.substr(start, i - start) == key)
            return static_cast<int>(start);
    }
    const std::size_t object = text.find_first_not_of(" \t\r\n");
    return object == std::string_view::npos ? 1 : static_cast<int>(object) + 1;
}

/// The library's text without its own prefix and place.
std::string plain(const json::exception& failure) {
    std::string text = failure.what();
    if (const auto end = text.find("] "); end != std::string::npos)
        text.erase(0, end + 2);
    if (text.rfind("parse error at ", 0) == 0) {
        if (const auto end = text.find(": "); end != std::string::npos)
            text.erase(0, end + 2);
    }
    return text;
}

/// Runs a parser; every way in which bad text can fail becomes a PromptError.
template <typename Parsed, typename Parse>
Parsed parse_at(std::string_view text, int line, Parse&& parse) {
    if (text.size() > kMaxLineBytes)
        return PromptError{line, 1, "longer than " + std::to_string(kMaxLineBytes) + " bytes"};
    try {
        return parse();
    } catch (const json::parse_error& failure) {
        return prompt_error(line, static_cast<int>(failure.byte), plain(failure));
    } catch (const json::exception& failure) {
        return prompt_error(line, 1, plain(failure));
    } catch (const GrammarFailure& failure) {
        return prompt_error(line, column_of(text, failure.key), failure.what());
    }
}

void resolve(std::string& path, const std::string& folder) {
    if (path.empty() || folder.empty() || g_path_is_absolute(path.c_str()))
        return;
    path = Owned<char>(g_build_filename(folder.c_str(), path.c_str(), nullptr)).get();
}

/// "1,2;3,4" as the JSON [[1,2],[3,4]]; JSON of one row gets its outer brackets.
std::string rows_as_json(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return "[]";
    std::string json_text(text.substr(begin));
    if (json_text[0] == '[') {
        const std::size_t next = json_text.find_first_not_of(" \t\r\n", 1);
        return next != std::string::npos && json_text[next] == '[' ? json_text : "[" + json_text + "]";
    }
    std::string rows = "[[";
    for (const char c : json_text)
        c == ';' ? rows += "],[" : rows += c;
    return rows + "]]";
}

Rows read_rows(const json& value) {
    Rows rows;
    if (value.size() > kMaxPoints)
        throw GrammarFailure("", "more than " + std::to_string(kMaxPoints) + " rows");
    for (const json& row : value) {
        std::vector<double> numbers;
        if (!row.is_array() || row.empty() || row.size() > 4)
            throw GrammarFailure("", "every row has 1 to 4 numbers");
        for (const json& number : row) {
            if (!number.is_number())
                throw GrammarFailure("", "only numbers are allowed");
            numbers.push_back(number.get<double>());
        }
        rows.push_back(std::move(numbers));
    }
    return rows;
}

}  // namespace

PromptError prompt_error(int line, int column, const std::string& text) {
    const std::size_t most = 400;
    const Owned<char> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(std::min(text.size(), most))));
    return {line, column, valid.get() + std::string(text.size() > most ? " ..." : "")};
}

json read_json(std::string_view text) {
    try {
        return io::parse_json(text, kMaxDepth);
    } catch (const io::JsonRuleError& broken) {
        throw GrammarFailure(broken.key(), broken.what());
    }
}

TextParse parse_text(std::string_view text, int line, const std::string& folder) {
    return parse_at<TextParse>(text, line, [&]() -> TextParse {
        const json value = read_json(text);
        if (value.is_object() && !value.contains("op") && value.contains("fresh"))
            return read_frame(value);
        PromptLine prompt = read_prompt(value);
        resolve(prompt.mask_path, folder);
        return prompt;
    });
}

std::variant<Rows, PromptError> parse_rows(std::string_view text) {
    return parse_at<std::variant<Rows, PromptError>>(text, 0, [&]() -> std::variant<Rows, PromptError> {
        try {
            return read_rows(read_json(rows_as_json(text)));
        } catch (const json::parse_error&) {
            throw GrammarFailure("", "numbers like 0.1,0.2,0.3,0.4;... or JSON [[0.1, 0.2], ...] are needed");
        }
    });
}

}  // namespace ausm::gst
