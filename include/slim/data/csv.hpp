#pragma once
// Tables of numbers in text files, plain or compressed. Link with zlib.

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

  double at(int row, int column) const {
    return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column)];
  }
};

namespace detail {

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// The cells of a line. A cell in quotes (RFC 4180) may hold separators and, doubled, quotes.
inline std::vector<std::string> csv_cells(std::string_view line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back().push_back(line[++i]);
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == separator && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(line[i]);
    }
  }
  return cells;
}

inline bool parse_number(std::string_view text, double& value) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size();
}

}  // namespace detail

/// Reads a table of numbers. A first line with anything else than numbers is the header; empty lines are skipped; lines end as on
/// any system. Throws slim::error, with line and column from 1, for what is no number and for a line of another length.
inline number_table read_csv(byte_source& source, char separator = ',') {
  const std::string content = read_all(source);
  std::string_view left = content;
  if (left.substr(0, 3) == "\xef\xbb\xbf") left.remove_prefix(3);  // the mark that some programs put before UTF-8
  number_table table;
  std::size_t columns = 0;
  for (std::size_t number = 1; !left.empty(); ++number) {
    const std::size_t end = left.find('\n');
    const std::string_view line = detail::trim(left.substr(0, end));
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
    if (line.empty()) continue;
    std::vector<std::string> cells = detail::csv_cells(line, separator);
    const auto fail = [&](const std::string& problem) {
      source.fail(static_cast<std::size_t>(line.data() - content.data()), "line " + std::to_string(number) + ": " + problem + "; correct the file");
    };
    const bool first = columns == 0;
    if (first) columns = cells.size();
    if (cells.size() != columns) fail("expected " + std::to_string(columns) + " cells as in the first line, found " + std::to_string(cells.size()));
    std::vector<double> row(columns);
    std::size_t good = 0;
    while (good < columns && detail::parse_number(cells[good], row[good])) ++good;
    if (good == columns) {
      table.values.insert(table.values.end(), row.begin(), row.end());
      ++table.rows;
    } else if (first) {
      for (std::string& cell : cells) table.names.emplace_back(detail::trim(cell));
    } else {
      fail("column " + std::to_string(good + 1) + ": expected a number, found \"" + cells[good].substr(0, 40) + "\"");
    }
  }
  table.columns = static_cast<int>(columns);
  return table;
}

/// The same from a file or from memory.
inline number_table read_csv(const std::string& path, char separator = ',') {
  byte_source source(path);
  return read_csv(source, separator);
}

}  // namespace slim::data
