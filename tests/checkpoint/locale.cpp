#include "slim/checkpoint/inspect.hpp"
#include "slim/checkpoint/saver.hpp"
#include "slim/core/number_text.hpp"

#include <doctest/doctest.h>

#include <clocale>
#include <cstdlib>

#include "tests/checkpoint/scratch.hpp"

using namespace checkpoint_tests;
using namespace slim;

namespace {

/// A locale with a decimal comma while it lives; one that is made for it, if none is installed.
class comma {
public:
  explicit comma(const std::string& folder) {
    const char* const made = "de_DE.UTF-8";
    const std::string command = "localedef -i de_DE -f UTF-8 '" + folder + "/" + made + "' > /dev/null 2>&1";
    if (std::setlocale(LC_ALL, made) == nullptr && std::system(command.c_str()) == 0) setenv("LOCPATH", folder.c_str(), 1);
    set = std::setlocale(LC_ALL, made) != nullptr && std::localeconv()->decimal_point[0] == ',';
  }
  ~comma() {
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
  }
  bool set = false;
};

}  // namespace

TEST_CASE("a program whose locale has a decimal comma saves, restores and goes on as any other") {
  scratch s;
  const comma locale(s.folder);
  if (!locale.set) {
    MESSAGE("skipped: no locale with a decimal comma here, and localedef cannot make one");
    return;
  }
  CHECK(number_text(0.5) == "0.5");
  CHECK(fixed_text(0.5, 2) == "0.50");
  float weights[2] = {0.5f, 1.5f};
  std::uint64_t seed = 1;
  const std::vector<variable_reference> variables{variable_reference("weights", {2}, weights)}, state{variable_reference("seed", {}, &seed)};
  checkpoint::saver saver;
  saver.save_variables(s.folder, 1, variables, state);
  saver.save_variables(s.folder, 2, variables, state);
  const auto index = checkpoint::checkpoint_index::read(s.folder);
  REQUIRE(index.all.size() == 2);
  CHECK(index.all[1].timestamp > 1e9);
  CHECK(s.read("checkpoint").find(',') == std::string::npos);
  CHECK(checkpoint::inspect(s.folder).at(0).greatest == 1.5);
  CHECK(contains(checkpoint::table_of(checkpoint::inspect(s.folder)), "0.5"));
}
