import Foundation
import RESTA

/// The conversation that the command line describes.
enum Conversation {
  /// Puts it together.
  ///
  /// - Parameters:
  ///   - prompt: The prompt, or `nil` to read it from the input.
  ///   - messages: A file of messages, or `nil`.
  ///   - system: The system prompt, or `nil`.
  /// - Returns: The messages, oldest first.
  /// - Throws: ``Failure`` when the options contradict each other or there is nothing to answer.
  static func read(
    prompt: String?, messages: String?, system: String?
  ) async throws -> [ChatMessage] {
    if let messages {
      guard prompt == nil else {
        throw Failure.usage("Give a prompt or --messages, not both.")
      }
      let conversation = try MessageFile.read(messages)
      guard let system else { return conversation }
      guard conversation.first?.role != .system else {
        throw Failure.usage("--system and a system message in '\(messages)' contradict each other.")
      }
      return [.system(system)] + conversation
    }
    let text: String
    if let prompt { text = prompt } else { text = try await readInput() }
    return (system.map { [.system($0)] } ?? []) + [.user(text)]
  }

  /// The whole input, byte for byte but for the line feed that a shell puts at its end.
  private static func readInput() async throws -> String {
    if isatty(STDIN_FILENO) == 1 {
      Terminal.error("Type the prompt, then Ctrl-D on a line of its own:")
    }
    let data = await Interrupt.whileBlocked { FileHandle.standardInput.readDataToEndOfFile() }
    guard var text = String(data: data, encoding: .utf8) else {
      throw Failure.usage("The input is not UTF-8 text.")
    }
    if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    guard !text.isEmpty else {
      throw Failure.usage("There is no prompt: give one as an argument, or through the input.")
    }
    return text
  }
}
