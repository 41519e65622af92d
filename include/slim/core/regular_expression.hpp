#pragma once
// Regular expressions of POSIX, the extended ones. std::regex would cost every user seconds of compile time.

#include <memory>
#include <string>

#include <regex.h>

#include "slim/core/error.hpp"

namespace slim {

class regular_expression {
public:
  /// Throws slim::error for a malformed pattern; `place` begins its message.
  regular_expression(const std::string& pattern, const std::string& place) {
    auto expression = std::make_unique<regex_t>();
    if (const int code = regcomp(expression.get(), pattern.c_str(), REG_EXTENDED); code != 0) {
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
