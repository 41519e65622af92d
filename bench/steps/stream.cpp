// One step of a recurrent layer with as many inputs as units, by streaming_predictor on one thread: prints `layer units ns`, the median.
#include <cstdio>
#include <vector>

#include "../median.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {

template <int Units>
constexpr auto lstm_of = lstm(Units, "cell");
template <int Units>
constexpr auto gru_of = gru(Units, "cell");
template <int Units>
constexpr auto conv1d_of = conv1d(Units, 3, "cell", rate = 4, padding = CAUSAL);

template <const auto& Net, int Units>
void time_step(const char* layer) {
  constexpr int together = 1000;  // a step is shorter than what clocks tell
  const model<Net, input<64, Units>> net{seed(1), capacity(1), 1};
  streaming_predictor live(net);
  live.prepare();
  std::vector<float> frame(Units, 0.1f);
  const double microseconds = bench::median_microseconds([&] {
    for (int i = 0; i < together; ++i) frame[0] = live(frame)(0, 0);
  });
  std::printf("%s %d %.0f\n", layer, Units, microseconds * 1000 / together);
}

}  // namespace

int main() {
  time_step<lstm_of<16>, 16>("lstm"), time_step<lstm_of<64>, 64>("lstm");
  time_step<gru_of<16>, 16>("gru"), time_step<gru_of<64>, 64>("gru");
  time_step<conv1d_of<16>, 16>("conv1d"), time_step<conv1d_of<64>, 64>("conv1d");
}
