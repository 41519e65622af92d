#include "slim/nets/lenet.hpp"
#include "measure.hpp"

int main(int count, char** arguments) { return bench::run<slim::nets::lenet, slim::input<28, 28, 1>, 10>(count, arguments); }
