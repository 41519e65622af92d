#pragma once
#include "slim/core/begin.hpp"
// Tables of numbers in text files, plain or compressed. Link with zlib.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slim/data/byte_source.hpp"

namespace slim::data {

/// Rows of equal length.
struct number_table {
  std::vector<std::string> names;  ///< of the columns; empty if the file has no header
  int rows = 0, columns = 0;
  std::vector<double> values;  ///< rows * columns, row by row

  double at(int row, int column) const { return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column)]; }
};

namespace detail {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Walks over the lines of a table. A cell in quotes (RFC 4180) may hold separators, line ends and, doubled, quotes.
class csv_lines {
public:
  csv_lines(byte_source& from, std::string_view text, char between) : source(from), content(text), separator(between) {
    if (content.substr(0, 3) == "\xef\xbb\xbf") at = 3;  // the mark that some programs put before UTF-8
    if (content.substr(0, 2) == "\xff\xfe" || content.substr(0, 2) == "\xfe\xff")
      source.fail(0, "expected a text in ASCII or UTF-8, found UTF-16; save it as UTF-8");
  }

  /// Puts the cells of the next line that is not empty into `cells`, blanks around them dropped; false at the end.
  bool next(std::vector<std::string>& cells) {
    while (at < content.size()) {
      read_line(cells);
      if (cells.size() > 1 || !cells[0].empty() || quoted_any) return true;
    }
    return false;
  }

  [[noreturn]] void fail(const std::string& problem) const { source.fail(start, "line " + std::to_string(line) + ": " + problem + "; correct the file"); }

private:
  void read_line(std::vector<std::string>& cells) {
    start = at, line = next_line++;
    cells.assign(1, "");
    bool quoted = false, closed = false;  // inside of quotes; behind them
    quoted_any = false;
    const auto finish_cell = [&] {
      if (!closed) cells.back() = std::string(trim(cells.back()));
    };
    for (; at < content.size(); ++at) {
      const char c = content[at];
      const bool line_end = c == '\n' || c == '\r';
      if (line_end && c == '\r' && content.substr(at + 1, 1) == "\n") ++at;
      if (quoted) {
        if (c != '"') {
          cells.back().push_back(line_end ? '\n' : c);
          next_line += line_end;
        } else if (content.substr(at + 1, 1) == "\"") {
          cells.back().push_back(content[++at]);
        } else {
          quoted = false, closed = true;
        }
      } else if (line_end) {
        ++at;
        break;
      } else if (c == separator) {
        finish_cell();
        cells.emplace_back();
        closed = false;
      } else if (c == '"') {
        if (closed || !trim(cells.back()).empty()) fail("column " + std::to_string(cells.size()) + ": expected quotes around a whole cell, found one inside");
        cells.back().clear();
        quoted = quoted_any = true;
      } else if (!closed) {
        cells.back().push_back(c);
      } else if (!is_blank(c)) {
        fail("column " + std::to_string(cells.size()) + ": expected the end of the cell behind its quotes, found more text");
      }
    }
    if (quoted) fail("column " + std::to_string(cells.size()) + ": expected a quote at the end of the cell, found the end of the file");
    finish_cell();
  }

  byte_source& source;
  std::string_view content;
  char separator;
  std::size_t at = 0, start = 0, line = 0, next_line = 1;
  bool quoted_any = false;
};

inline bool parse_number(std::string_view text, double& value) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc::result_out_of_range) {  // 1e-400 is 0 as in C, 1e400 is no number
    long double wide = 1;
    if (std::from_chars(text.data(), text.data() + text.size(), wide).ec != std::errc() || wide > 1 || wide < -1) return false;
    value = static_cast<double>(wide);
    return end == text.data() + text.size();
  }
  return problem == std::errc() && end == text.data() + text.size();
}

/// A cell for a message, without what a terminal does not show.
inline std::string shown(std::string cell) {
  cell.resize(std::min<std::size_t>(cell.size(), 40));
  for (char& c : cell)
    if (static_cast<unsigned char>(c) < ' ') c = '?';
  return cell;
}

/// Whether a first line gives names: none of its cells is a number, and not all of them begin as one (a row with another separator does).
inline bool is_header(const std::vector<std::string>& cells) {
  bool name = false;
  for (const std::string& cell : cells) {
    double ignored;
    if (parse_number(cell, ignored)) return false;
    const std::size_t first = cell.find_first_not_of("+-.");
    name = name || (first != std::string::npos && (cell[first] < '0' || cell[first] > '9'));
  }
  return name;
}

}  // namespace detail

/// Reads a table of numbers. A first line of names is the header; empty lines are skipped; lines end as on any system. Numbers are written as in C,
/// whatever the locale; `inf` and `nan` are numbers, but not what is too large for a double. Throws slim::error, with line and column from 1, for what is no
/// number, for a line of another length and for quotes that do not hold a whole cell.
inline number_table read_csv(byte_source& source, char separator = ',') {
  const std::string content = read_all(source);
  detail::csv_lines lines(source, content, separator);
  number_table table;
  std::vector<std::string> cells;
  for (std::size_t columns = 0; lines.next(cells);) {
    const bool first = columns == 0;
    if (first) columns = cells.size();
    if (cells.size() != columns) lines.fail("expected " + std::to_string(columns) + " cells as in the first line, found " + std::to_string(cells.size()));
    table.columns = static_cast<int>(columns);
    if (first && detail::is_header(cells)) {
      table.names = cells;
      continue;
    }
    for (std::size_t column = 0; column < columns; ++column) {
      double& value = table.values.emplace_back();
      if (!detail::parse_number(cells[column], value))
        lines.fail("column " + std::to_string(column + 1) + ": expected a number" + (first ? " as in the rest of this first line, or only names" : "") +
                   ", found \"" + detail::shown(cells[column]) + "\"");
    }
    ++table.rows;
  }
  return table;
}

/// The same from a file.
inline number_table read_csv(const std::string& path, char separator = ',') {
  byte_source source(path);
  return read_csv(source, separator);
}

}  // namespace slim::data

#include "slim/core/end.hpp"
