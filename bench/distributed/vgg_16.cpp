#include "slim/nets/vgg.hpp"
#include "step.hpp"

int main(int count, char** arguments) { return bench::run_distributed<slim::nets::vgg_16, slim::input<224, 224, 3>, 1000>(count, arguments); }
