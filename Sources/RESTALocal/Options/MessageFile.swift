import Foundation
package import RESTA
import RESTADocuments

/// Reads a conversation in the form that OpenAI's chat API takes: a list of messages, or an object
/// with one in `messages`; contents as text or as text parts.
package enum MessageFile {
  private struct Message: Decodable {
    var role: String
    var content: Content
  }

  private enum Content: Decodable {
    case text(String)

    private struct Part: Decodable {
      var type: String
      var text: String?
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .text(text)
        return
      }
      let parts = try container.decode([Part].self)
      let texts = try parts.map { part in
        guard part.type == "text", let text = part.text else {
          throw DecodingError.dataCorruptedError(
            in: container, debugDescription: "only text parts are supported, not '\(part.type)'")
        }
        return text
      }
      self = .text(MessageParts.joined(texts))
    }
  }

  private struct Wrapper: Decodable { var messages: [Message] }

  /// Reads a file.
  ///
  /// - Throws: ``Failure`` that names the file and what is wrong in it.
  package static func read(_ path: String) throws -> [ChatMessage] {
    let data: Data
    do {
      data =
        path == "-"
        ? try FileHandle.standardInput.readToEnd() ?? Data()
        : try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw Failure.usage("The messages file '\(path)' cannot be read.")
    }
    let messages: [Message]
    do {
      let isObject = data.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
      messages =
        isObject
        ? try JSONDecoder().decode(Wrapper.self, from: data).messages
        : try JSONDecoder().decode([Message].self, from: data)
    } catch {
      throw Failure.usage(
        "'\(path)' is not a list of messages like [{\"role\": \"user\", \"content\": \"...\"}]: "
          + explain(error))
    }
    return try messages.enumerated().map { index, message in
      guard let role = ChatMessage.Role(rawValue: message.role) else {
        let known = ChatMessage.Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure.usage(
          "'\(path)', message \(index): there is no role '\(message.role)' (\(known)).")
      }
      guard case .text(let text) = message.content else {
        throw Failure.usage("'\(path)', message \(index) has no text.")
      }
      return ChatMessage(role: role, content: text)
    }
  }

  private static func explain(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let context: DecodingError.Context
    switch error {
    case .keyNotFound(let key, let found):
      return "'\(key.stringValue)' is missing at \(path(found.codingPath))"
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
      context = found
    @unknown default:
      return "\(error)"
    }
    return "\(context.debugDescription) (at \(path(context.codingPath)))"
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    guard !keys.isEmpty else { return "the top" }
    return keys.map { $0.intValue.map { "message \($0)" } ?? $0.stringValue }
      .joined(separator: ", ")
  }
}

/// The conversation that the command line describes.
package enum Conversation {
  /// Puts it together.
  ///
  /// - Parameters:
  ///   - prompt: The prompt, or `nil` to read it from the input.
  ///   - messages: A file of messages, or `nil`.
  ///   - system: The system prompt, or `nil`.
  /// - Returns: The messages, oldest first.
  /// - Throws: ``Failure`` when the options contradict each other or there is nothing to answer.
  package static func read(
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
