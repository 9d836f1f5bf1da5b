import Foundation
package import RESTA
import RESTADocuments

/// Reads a conversation in the form that OpenAI's chat API takes: a list of messages, or an object
/// with one in `messages`.
package enum MessageFile {
  /// Reads a file, naming what is wrong in it; what it holds beside the messages is named on the error output.
  package static func read(_ path: String) async throws -> [ChatMessage] {
    let bytes: [UInt8]
    do {
      let read =
        path == "-" ? Array(try await Interrupt.readInput()) : try SourceFile.bytes(of: path)
      bytes = try SourceFile(name: path, bytes: read).bytes
    } catch {
      let reason = (error as? DocumentError)?.message ?? "the input cannot be read"
      throw Failure.usage("The messages cannot be read: \(reason).")
    }
    var value: JSONValue
    do { value = try JSONReader.value(of: bytes[...]) } catch {
      let place = error.place(in: bytes)
      throw Failure.usage(
        "'\(path)' holds no messages as JSON: line \(place.line), column \(place.column): "
          + "\(error.message).")
    }
    var unread: [String] = []
    if let object = value.object {
      value = object["messages"] ?? .null
      unread = object.withoutNulls.keys.filter { $0 != "messages" }
    }
    let list: MessageList
    do { list = try MessageList(value) } catch {
      let found = error.found.map { " (it is '\($0)')" } ?? ""
      throw Failure.usage(
        "'\(path)' is not a list of messages like [{\"role\": \"user\", \"content\": \"...\"}]: "
          + "'\(error.path)' \(error.message)\(found).")
    }
    unread += list.unknown.map { "\($0.message).\($0.key)" }
    if !unread.isEmpty {
      let names = Columns.harmless(unread.joined(separator: ", "))
      Terminal.error("Note: of '\(path)' only the messages are read, not \(names).")
    }
    return list.messages
  }
}

/// The conversation that the command line describes.
package enum Conversation {
  /// Puts the messages together, oldest first; without a prompt (or with `-`) and a file of messages, the input is read.
  ///
  /// - Throws: ``Failure`` when the options contradict each other or there is nothing to answer.
  package static func read(
    prompt: String?, messages: String?, system: String?
  ) async throws -> [ChatMessage] {
    if let messages {
      guard prompt == nil else {
        throw Failure.usage("Give a prompt or --messages, not both.")
      }
      let conversation = try await MessageFile.read(messages)
      guard let system else { return conversation }
      guard conversation.first?.role != .system else {
        throw Failure.usage("--system and a system message in '\(messages)' contradict each other.")
      }
      return [.system(system)] + conversation
    }
    let text: String
    if let prompt, prompt != "-" { text = prompt } else { text = try await readInput() }
    guard !text.isEmpty else {
      throw Failure.usage("There is no prompt: give one as an argument, or through the input.")
    }
    return (system.map { [.system($0)] } ?? []) + [.user(text)]
  }

  /// The whole input, byte for byte but for the line feed that a shell puts at its end.
  private static func readInput() async throws -> String {
    if isatty(STDIN_FILENO) == 1 {
      Terminal.error("Type the prompt, then Ctrl-D on a line of its own:")
    }
    guard let data = try? await Interrupt.readInput() else {
      throw Failure.usage("The input cannot be read.")
    }
    guard var text = String(data: data, encoding: .utf8), !data.contains(0) else {
      throw Failure.usage("The input is no UTF-8 text, or holds a zero byte, as UTF-16 does.")
    }
    if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    return text
  }
}
