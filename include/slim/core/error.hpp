#pragma once
#include "slim/core/begin.hpp"
// The exception of the library.

#include "slim/core/config.hpp"
#include "slim/core/number_text.hpp"

#include <concepts>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slim {

/// A part of a message: text, or a number. Small, because every place that throws fills in some.
class message_part {
public:
  message_part(const char* t) : text(t), kind(is_string) {}
  message_part(std::string_view t) : text(t.data()), size(static_cast<unsigned>(t.size())), kind(is_text) {}
  message_part(const std::string& t) : message_part(std::string_view(t)) {}
  message_part(std::integral auto n)
      : whole(static_cast<unsigned long long>(n)), kind(static_cast<long long>(n) < 0 && std::signed_integral<decltype(n)> ? is_negative : is_whole) {}
  message_part(std::floating_point auto n) : number(static_cast<double>(n)), kind(is_number) {}

  [[gnu::cold]] void append_to(std::string& message) const {
    switch (kind) {
      case is_string: message += text; break;
      case is_text: message.append(text, size); break;
      case is_negative: message += '-'; [[fallthrough]];
      case is_whole: message += std::to_string(kind == is_negative ? 0 - whole : whole); break;
      case is_number: message += exact_text(number); break;
    }
  }

private:
  union {
    const char* text;
    unsigned long long whole;
    double number;
  };
  unsigned size = 0;  // of a text that does not end with a zero
  enum { is_string, is_text, is_whole, is_negative, is_number } kind;
};

/// Thrown when something outside the program (a file, a checkpoint, an argument known only at run time) is not what was
/// expected. It is the only exception type: mistakes in a network are compile-time errors and never reach it.
/// The message is one sentence for a person: "<what>: <where>: expected X, found Y; <what to do>".
class error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
  /// The message in parts. Compiled once and for size: who throws only lists them, in code that hardly ever runs.
  error(std::initializer_list<message_part> parts) : std::runtime_error(joined(parts)) {}

private:
  [[gnu::cold]] SLIM_ONE_COPY static std::string joined(std::initializer_list<message_part> parts) {
    std::string message;
    for (const message_part& part : parts) part.append_to(message);
    return message;
  }
};

}  // namespace slim

#include "slim/core/end.hpp"
