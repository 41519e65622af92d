#include "slim/nets/resnet_v1.hpp"
#include "step.hpp"

int main(int count, char** arguments) { return bench::run_distributed<slim::nets::resnet_v1_50, slim::input<224, 224, 3>, 1000>(count, arguments); }
