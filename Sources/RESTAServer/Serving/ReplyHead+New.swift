import Foundation
import RESTA

extension ReplyHead {
  /// A head for a new reply.
  ///
  /// - Parameters:
  ///   - prefix: What the id begins with, such as `chatcmpl`.
  ///   - model: The model's name.
  /// - Returns: The head, with an id of its own.
  static func new(_ prefix: String, model: String) -> ReplyHead {
    let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    var random = SystemRandomNumberGenerator()
    let id = String((0..<24).map { _ in letters[Int.random(in: letters.indices, using: &random)] })
    return ReplyHead(
      id: "\(prefix)-\(id)", created: Int(Date().timeIntervalSince1970), model: model)
  }
}
