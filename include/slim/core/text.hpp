#pragma once
#include "slim/core/begin.hpp"
// Strings as template arguments, and the few string operations that compile-time passes need.

#include "slim/core/standard.hpp"

#include <cstddef>

namespace slim {

/// A string literal usable as a template argument: `end_point<net, "vgg_16/pool5", ...>`.
template <std::size_t Size>
struct text {
  char characters[Size]{};

  constexpr text() = default;
  constexpr text(const char (&literal)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) characters[i] = literal[i];
  }
  constexpr const char* c_str() const { return characters; }
};

constexpr int length(const char* string) {
  int n = 0;
  while (string[n] != '\0') ++n;
  return n;
}

constexpr bool equal(const char* a, const char* b) {
  int i = 0;
  for (; a[i] != '\0' && a[i] == b[i]; ++i) {}
  return a[i] == b[i];
}

constexpr bool begins(const char* string, const char* beginning) {
  int i = 0;
  while (beginning[i] != '\0' && string[i] == beginning[i]) ++i;
  return beginning[i] == '\0';
}

/// A name of bounded length assembled piece by piece. Longer names are cut.
struct name_buffer {
  static constexpr int capacity = 160;
  char characters[capacity + 1]{};
  int size = 0;

  constexpr void add(const char* string) {
    for (int i = 0; string[i] != '\0' && size < capacity; ++i) characters[size++] = string[i];
  }
  constexpr void add(int number) {
    char digits[12]{};
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    while (count > 0 && size < capacity) characters[size++] = digits[--count];
  }
  constexpr const char* c_str() const { return characters; }
};

/// Number of single-character edits between two strings (Levenshtein 1966): finds what a misspelt name meant.
constexpr int edit_distance(const char* a, const char* b) {
  const int columns = length(b);
  int row[name_buffer::capacity + 1]{};
  for (int j = 0; j <= columns; ++j) row[j] = j;
  for (int i = 1; a[i - 1] != '\0'; ++i) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= columns; ++j) {
      const int above = row[j];
      int best = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      if (above + 1 < best) best = above + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      diagonal = above;
      row[j] = best;
    }
  }
  return row[columns];
}

}  // namespace slim

#include "slim/core/end.hpp"
