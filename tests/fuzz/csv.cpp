#include "slim/data/csv.hpp"

#include "tests/fuzz/fuzz.hpp"

std::vector<std::string> seeds() {
  return {"a,\"b \"\"c\"\"\"\r\n1,-2.5e3\n\n+3, 4\n",
          "\xef\xbb\xbf"
          "1,2\n3,4",
          "nan,inf\n"};
}

void consume(std::string_view bytes) {
  slim::data::byte_source source(slim::data::in_memory{bytes});
  const auto table = slim::data::read_csv(source);
  expect(table.values.size() == static_cast<std::size_t>(table.rows) * static_cast<std::size_t>(table.columns));
  expect(table.names.empty() || table.names.size() == static_cast<std::size_t>(table.columns));
}
