#pragma once
#include "slim/core/begin.hpp"
// Regular expressions as users of Python write them, by the matcher of POSIX. std::regex would cost every user seconds of compile time.

#include <bitset>
#include <memory>
#include <string>
#include <string_view>

#include <regex.h>

#include "slim/core/error.hpp"

namespace slim {

namespace detail {

/// Translates a pattern of Python's `re` into an extended regular expression of POSIX: classes such as \d, escapes in brackets, groups that are not kept,
/// lazy repetitions (which match the same texts). Throws slim::error for what has no translation.
class posix_pattern {
public:
  posix_pattern(std::string_view python, const std::string& place) : pattern(python), where(place) {
    while (at < pattern.size()) {
      const char c = pattern[at++];
      if (c == '\0') fail("a zero byte, which is in no name");
      else if (c == '\\') translated += outside(taken("\\"));
      else if (c == '[') translated += bracket();
      else if (c == '(') open_group();
      else if (c == ')') close_group();
      else if (c == '{') count();
      else if (c == '}') translated += "\\}";
      else if (c == '*' || c == '+' || c == '?') repeat(c);
      else translated += c;
    }
  }
  std::string translated;

private:
  using set = std::bitset<128>;

  [[noreturn]] void fail(std::string_view problem, std::string_view what = {}, std::string_view rest = {}) const {
    std::string text = where;
    for (const std::string_view part : {std::string_view(": expected a regular expression, found '"), pattern, std::string_view("' ("), problem, what, rest,
                                        std::string_view("); escape characters such as ( and [ with \\")})
      text += part;
    throw error(text);
  }
  bool next_is(char c) const { return at < pattern.size() && pattern[at] == c; }
  char taken(const char* before) {
    if (at == pattern.size()) fail("nothing behind the last ", before);
    return pattern[at++];
  }

  /// The members of a class \d, \w or \s, or of its complement in capitals; none for another letter.
  static set members(char letter) {
    set found;
    for (int c = 1; c < 128; ++c) {
      const bool digit = c >= '0' && c <= '9', word = digit || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z'), space = c == ' ' || (c >= 9 && c <= 13);
      found[static_cast<std::size_t>(c)] = letter == 'd'   ? digit
                                           : letter == 'w' ? word
                                           : letter == 's' ? space
                                           : letter == 'D' ? !digit
                                           : letter == 'W' ? !word
                                                           : letter == 'S' && !space;
    }
    return found;
  }

  /// The character that \<c> stands for: control characters, \xhh, and all that is neither letter nor digit.
  char character(char c) {
    switch (c) {
      case 't': return '\t';
      case 'n': return '\n';
      case 'r': return '\r';
      case 'f': return '\f';
      case 'v': return '\v';
      case 'a': return '\a';
      case 'x': {
        int code = 0;
        for (int i = 0; i < 2; ++i) {
          const char digit = taken("\\x"), lower = static_cast<char>(digit | 32);
          if (digit >= '0' && digit <= '9') code = code * 16 + digit - '0';
          else if (lower >= 'a' && lower <= 'f') code = code * 16 + lower - 'a' + 10;
          else fail("two hexadecimal digits belong behind \\x");
        }
        if (code == 0) fail("\\x00 is in no name");
        return static_cast<char>(code);
      }
      default:
        if (members('w')[static_cast<unsigned char>(c) & 127u] && c != '_') fail("unknown escape \\", {&c, 1});
        return c;
    }
  }

  std::string outside(char c) {
    if (const set whole = members(c); whole.any()) return c >= 'a' ? written(whole, "") : written(~whole, "", true);  // \D has what is not ASCII, too
    if (c == 'A') return "^";
    if (c == 'Z') return "$";
    if (c == 'b' || c == 'B') return std::string("\\") + c;  // of GNU's matcher
    if (c >= '1' && c <= '9') fail("references such as \\", {&c, 1}, " to a group are not supported");
    const char meant = character(c);
    return std::string_view("^.[]$()|*+?{}\\").find(meant) != std::string_view::npos ? std::string("\\") + meant : std::string(1, meant);
  }

  void open_group() {
    ++depth;
    translated += '(';
    if (!next_is('?')) return;
    ++at;
    const char kind = taken("(?");
    if (kind == ':') return;
    const std::size_t end = kind == 'P' && next_is('<') ? pattern.find('>', at) : std::string_view::npos;  // a group with a name
    if (end == std::string_view::npos) fail("groups of the kind (?", {&kind, 1}, " are not supported");
    at = end + 1;
  }

  void close_group() {
    if (depth-- == 0) fail("a ) without its (");
    translated += ')';
  }

  /// {2}, {2,}, {,3} or {2,3}; other braces are characters as any.
  void count() {
    const std::size_t end = pattern.find('}', at);
    const std::string_view limits = pattern.substr(at, end == std::string_view::npos ? 0 : end - at);
    const std::size_t comma = limits.find(',');
    if (limits.empty() || limits.find_first_not_of("0123456789,") != std::string_view::npos ||
        (comma != std::string_view::npos && limits.find(',', comma + 1) != std::string_view::npos)) {
      translated += "\\{";
      return;
    }
    at = end + 1;
    repeat(comma == 0 ? "{0" + std::string(limits) + '}' : '{' + std::string(limits) + '}');
  }

  /// A repetition, without the ? that makes it lazy.
  void repeat(const std::string& how) {
    translated += how;
    if (next_is('?')) ++at;
    if (next_is('*') || next_is('+') || next_is('?')) fail("repetitions of repetitions are not supported");
  }
  void repeat(char how) { repeat(std::string(1, how)); }

  /// A bracket expression, spelt so that POSIX, which knows no escapes there, understands it.
  std::string bracket() {
    set chosen;
    std::string classes;  // [:digit:] and bytes beyond ASCII, as they are
    bool beyond = false;  // all that is not ASCII is chosen
    const bool complement = next_is('^');
    at += complement;
    for (bool first = true; first || !next_is(']'); first = false) {
      if (at == pattern.size()) fail("a [ without its ]");
      char c = pattern[at++];
      if (c == '\0') fail("a zero byte, which is in no name");
      if (c == '[' && next_is(':')) {
        const std::size_t end = pattern.find(":]", at);
        if (end == std::string_view::npos) fail("a [: without its :]");
        classes += '[' + std::string(pattern.substr(at, end + 2 - at));
        at = end + 2;
        continue;
      }
      if (c == '\\') {
        c = taken("\\");
        if (const set whole = members(c); whole.any()) {
          if (next_is('-') && at + 1 < pattern.size() && pattern[at + 1] != ']') fail("a class begins no range");
          chosen |= whole;
          beyond = beyond || c < 'a';
          continue;
        }
        c = character(c);
      }
      const bool range = next_is('-') && at + 1 < pattern.size() && pattern[at + 1] != ']';
      char last = c;
      if (range) {
        ++at;
        last = pattern[at++];
        if (last == '\\') {
          const char escaped = taken("\\");
          if (members(escaped).any()) fail("a class ends no range");
          last = character(escaped);
        }
        if (static_cast<unsigned char>(last) < static_cast<unsigned char>(c)) fail("a range from a larger to a smaller character");
      }
      if (static_cast<unsigned char>(c) > 127 || static_cast<unsigned char>(last) > 127) {
        classes += c;
        if (range) classes += '-', classes += last;
      } else {
        for (int one = c; one <= last; ++one) chosen[static_cast<std::size_t>(one)] = true;
      }
    }
    ++at;
    if (!beyond) return written(chosen, classes, complement);
    if (!classes.empty()) fail("classes such as \\D are not supported beside [: :] and characters that are not ASCII");
    chosen.flip().reset(0);
    if (chosen.none() && complement) fail("brackets that no character is in");
    return chosen.none() ? "." : written(chosen, classes, !complement);
  }

  /// Brackets around a set: ] comes first in them, ^ not, and - last.
  static std::string written(const set& chosen, const std::string& classes, bool complement = false) {
    std::string text = complement ? "[^" : "[";
    if (chosen[']']) text += ']';
    for (int c = 1; c < 128; ++c)
      if (chosen[static_cast<std::size_t>(c)] && c != ']' && c != '^' && c != '-' && c != '[') text += static_cast<char>(c);
    text += classes;
    if (chosen['[']) text += '[';
    if (text == "[" && chosen['^']) return chosen['-'] ? "[-^]" : "\\^";
    if (chosen['^']) text += '^';
    if (chosen['-']) text += '-';
    return text + ']';
  }

  std::string_view pattern;
  const std::string& where;
  std::size_t at = 0;
  int depth = 0;  // of open groups
};

}  // namespace detail

/// A regular expression in the syntax of Python's `re`, without references to groups and looking around.
class regular_expression {
public:
  /// Throws slim::error for a malformed pattern, or one that cannot be translated; `place` begins its message.
  regular_expression(const std::string& pattern, const std::string& place) {
    auto expression = std::make_unique<regex_t>();
    const std::string translated = detail::posix_pattern(pattern, place).translated;
    if (const int code = regcomp(expression.get(), translated.c_str(), REG_EXTENDED); code != 0) {
      char reason[128];
      regerror(code, expression.get(), reason, sizeof reason);
      throw error(place + ": expected a regular expression, found '" + pattern + "' (" + reason + "); escape characters such as ( and [ with \\");
    }
    compiled.reset(expression.release());
  }

  /// True when a part of `text` matches.
  bool is_in(const std::string& text) const { return regexec(compiled.get(), text.c_str(), 0, nullptr, 0) == 0; }
  /// True when a part of `text` from its first character on matches.
  bool begins(const std::string& text) const {
    regmatch_t leftmost;
    return regexec(compiled.get(), text.c_str(), 1, &leftmost, 0) == 0 && leftmost.rm_so == 0;
  }

private:
  struct release {
    void operator()(regex_t* expression) const {
      regfree(expression);
      delete expression;
    }
  };
  std::unique_ptr<regex_t, release> compiled;
};

}  // namespace slim

#include "slim/core/end.hpp"
