/// The reply to `GET /v1/models`.
struct ModelList: Encodable, Sendable, Hashable {
  /// A model, alone or in the list.
  struct Entry: Encodable, Sendable, Hashable {
    let id: String
    let object = "model"
    let created: Int
    let ownedBy = "resta"

    /// Describes a model.
    ///
    /// - Parameters:
    ///   - id: Its name.
    ///   - created: When the server loaded it, in seconds since 1970.
    init(id: String, created: Int) {
      self.id = id
      self.created = created
    }
  }

  let object = "list"
  let data: [Entry]

  /// Makes the list of the one model that is served.
  ///
  /// - Parameters:
  ///   - id: Its name.
  ///   - created: When the server loaded it, in seconds since 1970.
  init(id: String, created: Int) {
    data = [Entry(id: id, created: created)]
  }
}
