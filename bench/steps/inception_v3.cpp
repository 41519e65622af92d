#include "slim/nets/inception_v3.hpp"
#include "measure.hpp"

int main(int count, char** arguments) { return bench::run<slim::nets::inception_v3, slim::input<299, 299, 3>, 1001>(count, arguments); }
