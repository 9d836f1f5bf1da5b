/// One instruction with its arguments.
protocol InstructionRule: Sendable {
  /// Whether an answer that is not blank follows the instruction.
  func isFollowed(by text: PythonText) -> Bool
}
