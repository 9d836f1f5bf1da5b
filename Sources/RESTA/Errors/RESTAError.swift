/// The error that every function of the `RESTA` module throws.
///
/// `description` is safe to log: it never contains a prompt or an answer. Text that came from a
/// user, when it helps to find the fault, is in ``sensitiveDetail`` only.
public struct RESTAError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as an open set: new codes may appear in a minor release.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// A setting is outside its range (k, l, sigma, a probability, a temperature, ...).
    public static let invalidSetting = Code("invalid_setting")
    /// A chat template is missing, or it could not be parsed.
    public static let invalidTemplate = Code("invalid_template")
    /// A chat template refused these messages (its own `raise_exception`), or failed while rendering.
    public static let templateFailed = Code("template_failed")
    /// The messages cannot be turned into a prompt (no message, an unknown role, ...).
    public static let invalidMessages = Code("invalid_messages")
    /// The prompt and its copies do not fit into the model's context.
    public static let contextExceeded = Code("context_exceeded")
    /// The model returned a value that is not a finite number.
    public static let nonFiniteOutput = Code("non_finite_output")
    /// The session is still answering.
    public static let sessionBusy = Code("session_busy")
    /// The engine behind the model failed.
    public static let engineFailed = Code("engine_failed")

    /// The code's stable name, for logs and machine-readable output.
    public var description: String { name }
  }

  /// What went wrong.
  public let code: Code

  /// What went wrong and what to do about it, in a sentence or two.
  public let message: String

  /// Text that may hold parts of a prompt or an answer; `nil` where there is none.
  public let sensitiveDetail: String?

  /// The error that caused this one, where there is one.
  public let cause: (any Error)?

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: What went wrong and the remedy, without any prompt or answer in it.
  ///   - sensitiveDetail: Text that may hold parts of a prompt. Default: none.
  ///   - cause: The error behind this one. Default: none.
  public init(
    _ code: Code, _ message: String, sensitiveDetail: String? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.sensitiveDetail = sensitiveDetail
    self.cause = cause
  }

  /// The message alone; safe to log.
  public var description: String { message }
}

/// Errors about names that are not known, with the one that may have been meant.
package enum Suggestion {
  /// A message that names what is not known, the nearest known name, and all of them.
  package static func unknown(_ kind: String, _ name: String, known: [String]) -> String {
    let hint = nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? "."
    return "unknown \(kind) '\(name)'\(hint) Known: \(known.joined(separator: ", "))."
  }

  /// The known name that differs in the fewest letters, when these are few enough to be a slip.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let folded = fold(name)
    let ranked = known.map { (name: $0, distance: distance(folded, fold($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, folded.count / 3) ? best.name : nil
  }

  /// Case and the kind of separator are no difference.
  private static func fold(_ name: String) -> [Character] {
    name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
  }

  /// The number of letters to insert, remove, replace or swap with the next one (optimal string
  /// alignment distance).
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
