#include "measure.hpp"

using namespace slim;

inline constexpr auto mlp = scope("mlp", stack<fully_connected>({128, 64}, "fc") >> fully_connected(10, "logits", activation_fn = none));

int main(int count, char** arguments) { return bench::run<mlp, input<784>, 10>(count, arguments); }
