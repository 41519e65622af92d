#include "slim/nets/vgg.hpp"
#include "measure.hpp"

int main(int count, char** arguments) { return bench::run<slim::nets::vgg_16, slim::input<224, 224, 3>, 1000>(count, arguments); }
