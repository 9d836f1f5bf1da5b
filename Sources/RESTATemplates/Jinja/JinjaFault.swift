/// Why a template could not be parsed or rendered, and where.
struct JinjaFault: Error {
  /// What went wrong; never holds a message's content.
  var message: String

  /// Line of the template source, from 1.
  var line: Int

  /// Text that may hold parts of a message.
  var sensitiveDetail: String?

  /// The message with its line.
  var summary: String { "line \(line): \(message)" }
}
