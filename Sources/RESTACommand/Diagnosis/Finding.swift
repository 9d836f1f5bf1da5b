import RESTA

/// What one check of `resta doctor` found.
struct Finding: Encodable, Sendable {
  enum Status: String, Encodable {
    case pass
    case warning
    case failure
  }

  let check: String
  let status: Status
  let detail: String
  @Nullable var remedy: String?

  static func pass(_ check: String, _ detail: String) -> Finding {
    Finding(check: check, status: .pass, detail: detail, remedy: nil)
  }

  static func warning(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, status: .warning, detail: detail, remedy: remedy)
  }

  static func failure(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, status: .failure, detail: detail, remedy: remedy)
  }
}
