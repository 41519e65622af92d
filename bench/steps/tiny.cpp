#include "measure.hpp"

using namespace slim;

inline constexpr auto tiny = scope(
    "tiny", arg_scope<fully_connected>(activation_fn = nn::tanh)(stack<fully_connected>({32, 32}, "fc")) >> fully_connected(4, "logits", activation_fn = none));

int main(int count, char** arguments) { return bench::run<tiny, input<16>, 4>(count, arguments); }
