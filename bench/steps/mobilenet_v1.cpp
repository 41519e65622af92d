#include "slim/nets/mobilenet_v1.hpp"
#include "measure.hpp"

int main(int count, char** arguments) { return bench::run<slim::nets::mobilenet_v1, slim::input<224, 224, 3>, 1001>(count, arguments); }
