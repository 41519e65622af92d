#include "slim/summary/event_message.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace slim::summaries;

std::vector<std::string> seeds() {
  event scalar, histogram;
  scalar.wall_time = 1.5, scalar.step = 3, scalar.values = {{"loss", 0.25f}};
  histogram.step = 4, histogram.values = {{"weights", histogram_of(std::vector<float>{1, 2, 3, -1}, "weights")}};
  return {encode(scalar), encode(histogram)};
}

void consume(std::string_view bytes) { decode_event(bytes, "fuzz"); }
