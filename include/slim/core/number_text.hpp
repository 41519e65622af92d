#pragma once
#include "slim/core/begin.hpp"
// Numbers as text, the same in every locale: files, logs and messages never hold the decimal comma that a program's locale asks for, as the functions of
// printf's and strtod's family, streams and std::to_string would write and expect.

#include <charconv>
#include <string>

#include "slim/core/finite.hpp"

namespace slim {

/// As printf's %.<precision>g in the C locale: 0.001, 1e-05, inf, nan.
[[gnu::cold]] inline std::string number_text(double value, int precision = 6) {
  char text[64];
  char* const end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, precision).ptr;
  const bool nan = text[0] == '-' && text[1] == 'n';  // its sign says nothing and differs between processors
  return std::string(text + nan, end);
}

/// As printf's %.<precision>f in the C locale.
inline std::string fixed_text(double value, int precision) {
  char text[400];  // the largest double has 309 digits before the point
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, precision).ptr};
}

/// What reads back as `value`, as a float where it is one: for messages, in which "found 1" must not stand for 1.0000001.
[[gnu::cold]] inline std::string exact_text(double value) {
  if (!is_finite(value)) return number_text(value);
  if (value > -1e15 && value < 1e15 && value == static_cast<double>(static_cast<long long>(value))) return fixed_text(value, 0);
  char text[64];
  if (value > -1e38 && value < 1e38 && static_cast<double>(static_cast<float>(value)) == value)
    return {text, std::to_chars(text, text + sizeof text, static_cast<float>(value)).ptr};
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace slim

#include "slim/core/end.hpp"
