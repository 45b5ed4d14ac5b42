#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include "examples.hpp"
#include "real_messages.hpp"

/// For schema_test.py. `print`: one frame of each kind a line, as the program writes them. `run`:
/// what cores really say. `judge`: for each line of the input one line, "accepted" or why not.
int main(int argc, char** argv) {
  using namespace duckduckgoose;
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "print") {
    for (const std::string& frame : wire::example_frames()) std::cout << frame << '\n';
  } else if (what == "run") {
    for (const Message& message : wire::real_messages()) std::cout << wire::encode(message) << '\n';
  } else if (what == "judge") {
    for (std::string line; std::getline(std::cin, line);) {
      const auto frame = wire::decode_frame(line);
      std::cout << (frame ? "accepted" : frame.error().reason) << '\n';
    }
  } else {
    std::cerr << "usage: wire_frames_tool print|run|judge\n";
    return 2;
  }
  return 0;
}
